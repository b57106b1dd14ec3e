"""What curators may do with an item in the admin, on top of describing it: take a
package in, publish, withdraw, and read what happened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from olive_portal.accounts.models import User
from olive_portal.catalogue.admin import ItemAdmin
from olive_portal.catalogue.models import Item
from olive_portal.preservation import record_admin, services
from olive_portal.preservation.errors import PreservationError
from olive_portal.preservation.forms import (
    EmbargoForm,
    MergeForm,
    PackageForm,
    RecordsForm,
    WithdrawalForm,
)
from olive_portal.preservation.models import Event

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    EventBase = admin.TabularInline[Event, Item]
    Upload = UploadedFile[Any]
else:
    EventBase = admin.TabularInline
    Upload = UploadedFile

admin.site.unregister(Item)


class EventInline(EventBase):
    """The item's history, for reading."""

    model = Event
    extra = 0
    can_delete = False
    fields = [
        "happened_at",
        "kind",
        "outcome",
        "detail",
        "agent",
        "package",
    ]
    readonly_fields = [
        "happened_at",
        "kind",
        "outcome",
        "detail",
        "agent",
        "package",
    ]

    def has_add_permission(
        self, _request: HttpRequest, _obj: Item | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, _request: HttpRequest, _obj: Item | None = None
    ) -> bool:
        return False


@admin.register(Item)
class PreservedItemAdmin(ItemAdmin):
    change_form_template = "admin/preservation/item_change.html"
    change_list_template = "admin/preservation/item_list.html"
    inlines = [*ItemAdmin.inlines, EventInline]
    actions = ["publish_items", "withdraw_items", "embargo_items", "merge_items"]

    @admin.action(description="Publish", permissions=["change"])
    def publish_items(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        for item in items:
            services.publish(item=item, actor=_user(request))
            self.message_user(request, f"“{item}” is published.")

    @admin.action(description="Withdraw …", permissions=["change"])
    def withdraw_items(
        self, request: HttpRequest, items: QuerySet[Item]
    ) -> HttpResponse | None:
        """Asks for the reason first: it stands on the page that remains."""
        form = WithdrawalForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self._page(request, "withdraw", {"form": form, "items": items})
        for item in items:
            self._withdraw(request, item, form.cleaned_data["reason"])
        return None

    def _withdraw(self, request: HttpRequest, item: Item, reason: str) -> None:
        try:
            services.withdraw(item=item, reason=reason, actor=_user(request))
        except PreservationError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"“{item}” is withdrawn.")

    @admin.action(description="Embargo …", permissions=["change"])
    def embargo_items(
        self, request: HttpRequest, items: QuerySet[Item]
    ) -> HttpResponse | None:
        """Asks until when: the title is published by itself then."""
        form = EmbargoForm(request.POST if "until" in request.POST else None)
        if not form.is_valid():
            return self._page(request, "embargo", {"form": form, "items": items})
        until = form.cleaned_data["until"]
        for item in items:
            act = partial(services.embargo, item=item, until=until)
            self._try(request, act, f"“{item}” is under embargo.")
        return None

    @admin.action(description="Merge into …", permissions=["change"])
    def merge_items(
        self, request: HttpRequest, items: QuerySet[Item]
    ) -> HttpResponse | None:
        """Asks for the one title that the chosen ones are."""
        form = MergeForm(request.POST if "into" in request.POST else None)
        if not form.is_valid():
            return self._page(request, "merge", {"form": form, "items": items})
        into = form.cleaned_data["into"]
        for item in items:
            act = partial(services.merge, item=item, into=into)
            self._try(request, act, f"“{item}” is merged into “{into}”.")
        return None

    def _try(self, request: HttpRequest, act: Callable[..., None], said: str) -> None:
        try:
            act(actor=_user(request))
        except PreservationError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, said)

    def get_urls(self) -> list[URLPattern]:
        # Exempt only until the upload handler is set: see upload().
        upload = self.admin_site.admin_view(csrf_exempt(self.upload))
        route = path("<path:pk>/package", upload, name="preservation_item_package")
        records = path(
            "records",
            self.admin_site.admin_view(self.take_in_records),
            name="preservation_records",
        )
        return [route, records, *super().get_urls()]

    def take_in_records(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RecordsForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            fields = form.cleaned_data
            context["is_rehearsal"] = fields["is_rehearsal"]
            try:
                context["answers"] = record_admin.take_in(
                    fields["records"], fields, _user(request)
                )
            except PreservationError as error:
                form.add_error("records", str(error))
        return self._page(request, "records", context)

    def upload(self, request: HttpRequest, pk: str) -> HttpResponse:
        """A package goes straight to a file, however small.

        Django reads the body at the check of the CSRF token, and the handler has to be
        set before; so the check comes after, here.
        """
        request.upload_handlers = [TemporaryFileUploadHandler(request)]
        checked = csrf_protect(partial(_upload, self))
        return checked(request, pk)

    def receive(self, request: HttpRequest, pk: str) -> HttpResponse:
        item = get_object_or_404(Item, pk=pk) if pk.isdecimal() else None
        if item is None or not self.has_change_permission(request, item):
            raise PermissionDenied
        form = PackageForm(request.POST or None, request.FILES or None)
        if form.is_valid() and self._add(request, item, form.cleaned_data["package"]):
            return redirect(reverse("admin:catalogue_item_change", args=[item.pk]))
        return self._page(request, "package", {"form": form, "item": item})

    def _add(self, request: HttpRequest, item: Item, upload: Upload) -> bool:
        place = Path(cast("TemporaryUploadedFile", upload).temporary_file_path())
        try:
            package = services.add_package(item=item, path=place, actor=_user(request))
        except PreservationError as error:
            text = str(error).replace(str(place), upload.name or "the file")
            self.message_user(request, f"Not taken in: {text}", messages.ERROR)
            return False
        said = f"Version {package.number} is a draft now." if package else "It is here."
        self.message_user(request, said)
        return True

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any]
    ) -> HttpResponse:
        everything = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(
            request, f"admin/preservation/{name}.html", everything | context
        )


def _upload(site: PreservedItemAdmin, request: HttpRequest, pk: str) -> HttpResponse:
    return site.receive(request, pk)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
