from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from olive_portal.catalogue import (
    arks,
    citing,
    crawling,
    describing,
    documents,
    embedding,
    negotiating,
    shelves,
)
from olive_portal.catalogue.copies import shared
from olive_portal.catalogue.framing import ANYBODY, OURSELVES, allow_frames
from olive_portal.catalogue.models import Item, Media
from olive_portal.catalogue.search import relating, results

ITEMS_ON_A_PAGE = 24
LATELY_ADDED = 8
FOR_EVER = "max-age=31536000, immutable"


@require_safe
@shared
def home(request: HttpRequest) -> HttpResponse:
    public = Item.objects.public().for_cards()
    tops = [shelf for shelf in shelves.top_shelves() if shelf.item_count]
    context = {
        "featured": public.launchable().with_screenshot().featured(),
        "shelves": tops,
        "lately_added": public.newest_first()[:LATELY_ADDED],
    }
    return render(request, "catalogue/home.html", context)


@require_safe
@shared
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "catalogue/about.html")


@require_safe
@shared
def collections(request: HttpRequest) -> HttpResponse:
    tops = [shelf for shelf in shelves.top_shelves() if shelf.item_count]
    return render(request, "catalogue/collections.html", {"shelves": tops})


@require_safe
@shared
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    shelf = shelves.find_shelf(slug)
    if shelf is None:
        raise Http404
    items = Item.objects.listed_for(request.user).filter(collection=shelf.collection)
    page = Paginator(items.for_cards(), ITEMS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"shelf": shelf, "collection": shelf.collection, "page": page}
    return render(request, "catalogue/collection.html", context)


@require_safe
@shared
def item(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Item.objects.visible_to(request.user).for_page()
    found = get_object_or_404(visible, slug=slug)
    if found.merged_into is not None:
        return redirect(found.merged_into, permanent=True)
    if found.is_withdrawn:
        # 410, not 404: it was here, and whoever cited it shall learn what happened.
        # Under an embargo it is not gone; it may be known, and not be seen.
        status = 403 if found.is_under_embargo else 410
        context = {"item": found, "citation": citing.cite(found, _lasting(found))}
        return render(request, "catalogue/withdrawn.html", context, status=status)
    response = negotiating.record(request, found) or _page(request, found)
    patch_vary_headers(response, ["Accept"])
    if found.is_public:
        response.headers["Link"] = negotiating.signposts(found)
    return response


def _page(request: HttpRequest, found: Item) -> HttpResponse:
    url = f"{settings.BASE_URL}{found.get_absolute_url()}"
    context = {
        "item": found,
        "path": [*found.collection.ancestors(), found.collection],
        "citation": citing.cite(found, _lasting(found)),
        "related": results.in_order(relating.related(found.pk)),
        "url": url,
        "base_url": settings.BASE_URL,
        "oembed": f"{reverse('oembed')}?{urlencode({'url': url})}",
    }
    return render(request, "catalogue/item.html", context)


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version of a title's package, for whoever cites or wants exactly that one."""
    visible = Item.objects.visible_to(request.user).for_page()
    found = get_object_or_404(visible, slug=slug)
    if found.is_withdrawn:
        return item(request, slug)
    package = found.public_package(number)
    if package is None:
        raise Http404
    context = {
        "item": found,
        "package": package,
        "is_newest": package == found.current_package(),
        "citation": citing.cite(found, _lasting(found, number), package),
        "ark": found.ark and arks.address(found.ark, number),
    }
    return render(request, "catalogue/version.html", context)


def _lasting(found: Item, number: int | None = None) -> str:
    """The address to cite: the ARK's, which stays when all others change."""
    if found.ark is None:
        return describing.absolute(found.get_absolute_url())
    return describing.absolute(arks.address(found.ark, number))


@require_safe
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A manual, to be read without leaving the portal."""
    readable = Media.objects.visible_to(request.user).documents()
    found = get_object_or_404(
        readable.select_related("item__collection"), pk=pk, item__slug=slug
    )
    pages = documents.pages(documents.text_of(found))
    context = {
        "document": found,
        "item": found.item,
        "name": found.caption or found.get_kind_display(),
        "is_pdf": found.media_type == "application/pdf",
        "page": Paginator(pages, 1).get_page(request.GET.get("page")),
    }
    return render(request, "catalogue/document.html", context)


@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """A title for frames on other people's pages: the only page that they may frame."""
    found = get_object_or_404(Item.objects.public().for_cards(), slug=slug)
    canonical = f"{settings.BASE_URL}{found.get_absolute_url()}"
    context = {"item": found, "canonical": canonical}
    response = render(request, "catalogue/embed.html", context)
    allow_frames(response, ANYBODY)
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    slug = embedding.slug_in(request.GET.get("url", ""))
    found = get_object_or_404(Item.objects.public().for_cards(), slug=slug)
    answer = embedding.describe(found, embedding.Size.within(request.GET))
    response: HttpResponse
    match request.GET.get("format", "json"):
        case "json":
            response = JsonResponse(answer)
        case "xml":
            body = embedding.as_xml(answer)
            response = HttpResponse(body, content_type="text/xml; charset=utf-8")
        case _:
            return HttpResponse("json or xml", content_type="text/plain", status=501)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    visible = Media.objects.visible_to(request.user).select_related("item")
    found = get_object_or_404(visible.named(name))
    is_smaller = name != found.file.name
    try:
        file = found.file.storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    content_type = "image/webp" if is_smaller else found.content_type
    response = FileResponse(file, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    if found.media_type == "application/pdf":
        # document.html shows it in a frame.
        allow_frames(response, OURSELVES)
    # The path carries the digest, so a cache may keep what everybody may see.
    response["Cache-Control"] = (
        f"public, {FOR_EVER}" if found.item.is_public else "private, no-store"
    )
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    context = {"base_url": settings.BASE_URL}
    plain = "text/plain; charset=utf-8"
    return render(request, "robots.txt", context, content_type=plain)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {"sitemaps": crawling.sections()}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")
