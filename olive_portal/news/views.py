from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from olive_portal.news.models import Post

POSTS_ON_A_PAGE = 10


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def news(request: HttpRequest) -> HttpResponse:
    posts = Paginator(Post.objects.visible_to(request.user), POSTS_ON_A_PAGE)
    page = posts.get_page(request.GET.get("page"))
    return render(request, "news/news.html", {"page": page})


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def post(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Post.objects.visible_to(request.user), slug=slug)
    return render(request, "news/post.html", {"post": found})
