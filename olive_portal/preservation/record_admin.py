"""METS records in the admin: many may be taken in, or only tried, and what came once
can be read again, with what was made of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from olive_portal.accounts.models import User
from olive_portal.metadata.reading.report import Report
from olive_portal.preservation import batches, checking, services
from olive_portal.preservation.errors import BadSubmission, PreservationError
from olive_portal.preservation.models import ReceivedMets
from olive_portal.preservation.submissions import Sources

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    ReceivedBase = admin.ModelAdmin[ReceivedMets]
    Upload = UploadedFile[Any]
else:
    ReceivedBase = admin.ModelAdmin
    Upload = UploadedFile

# A curator waits for the answer; more than these are for the command.
MOST_TITLES = 300
MOST_BYTES = 64 * 1024 * 1024
SHOWN_CHARACTERS = 200_000


@dataclass(frozen=True)
class Answer:
    """What became of one of the records; `refusal` if nothing."""

    name: str
    title: str = ""
    outcome: str = ""
    url: str = ""
    report: Report | None = None
    refusal: str = ""


def take_in(upload: Upload, fields: dict[str, Any], actor: User) -> list[Answer]:
    """Every record in `upload`, taken in or tried. Raises BadSubmission."""
    if (upload.size or 0) > MOST_BYTES:
        raise BadSubmission(f"The file has more than {MOST_BYTES} bytes.")
    with tempfile.TemporaryDirectory(prefix="olive-records-") as folder:
        # Only the last part of a stranger's name, and that is no "..".
        path = Path(folder) / (PurePath(upload.name or "").name or "records.xml")
        with path.open("wb") as file:
            shutil.copyfileobj(upload, file)
        with batches.opened(path) as batch:
            if len(batch.titles) > MOST_TITLES:
                raise BadSubmission(
                    f"{len(batch.titles)} titles; at most {MOST_TITLES} are taken "
                    "here. manage.py ingest takes more."
                )
            return list(_answers(batch, Path(folder), fields, actor))


def _answers(
    batch: batches.Batch, folder: Path, fields: dict[str, Any], actor: User
) -> Iterator[Answer]:
    collection = fields["collection"].slug if fields["collection"] else ""
    sources = Sources(collection=collection, is_strict=fields["is_strict"])
    for path in batch.titles:
        name = batch.shown(str(path)).replace(f"{folder}/", "")
        try:
            if fields["is_rehearsal"]:
                taken = services.rehearse(path=path, sources=sources)
            else:
                taken = services.take_in(path=path, sources=sources, actor=actor)
        except PreservationError as error:
            said = batch.shown(str(error)).replace(f"{folder}/", "")
            yield Answer(name, refusal=said)
        else:
            is_kept = not fields["is_rehearsal"]
            url = taken.item.get_absolute_url() if is_kept else ""
            title = taken.item.title
            yield Answer(name, title, taken.outcome, url, taken.report)


@admin.register(ReceivedMets)
class ReceivedMetsAdmin(ReceivedBase):
    """For reading: what came is kept as it came."""

    list_display = ["item", "objid", "received_at", "sha256"]
    list_select_related = ["item"]
    search_fields = ["item__title", "objid", "sha256"]
    date_hierarchy = "received_at"
    fields = ("item", "objid", "received_at", "sha256", "report", "original")
    readonly_fields = ("report", "original")

    def has_view_permission(
        self, request: HttpRequest, _obj: ReceivedMets | None = None
    ) -> bool:
        """Who may see an item may see what it was made from."""
        return request.user.has_perm("catalogue.view_item")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, _request: HttpRequest, _obj: ReceivedMets | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, _request: HttpRequest, _obj: ReceivedMets | None = None
    ) -> bool:
        return False

    @admin.display(description="What was read")
    def report(self, received: ReceivedMets) -> str:
        try:
            report = checking.examine(bytes(received.content))
        except BadSubmission as error:
            return str(error)
        context = {"report": report}
        return render_to_string("admin/preservation/_report.html", context)

    @admin.display(description="The record, byte for byte")
    def original(self, received: ReceivedMets) -> SafeString:
        text = bytes(received.content).decode("utf-8", "replace")
        cut = text[:SHOWN_CHARACTERS]
        end = "\n…" if len(text) > len(cut) else ""
        return format_html('<pre class="record">{}{}</pre>', cut, end)
