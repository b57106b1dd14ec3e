from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from olive_portal.catalogue.errors import UnknownMedia
from olive_portal.catalogue.media_facts import recognise
from olive_portal.catalogue.models import Media, MediaKind

if TYPE_CHECKING:
    MediaModelForm = forms.ModelForm[Media]
else:
    MediaModelForm = forms.ModelForm


class MediaForm(MediaModelForm):
    """The type and the size are read from the file, not asked for."""

    class Meta:
        model = Media
        fields = ["kind", "file", "alt", "caption", "position"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == MediaKind.SCREENSHOT and not cleaned.get("alt"):
            self.add_error("alt", "Say what the picture shows.")
        if "file" in self.changed_data and cleaned.get("file"):
            self._read_facts(cleaned)
        return cleaned

    def _read_facts(self, cleaned: dict[str, Any]) -> None:
        try:
            facts = recognise(cleaned["file"].file)
        except UnknownMedia as error:
            self.add_error("file", ValidationError(str(error)))
            return
        if cleaned.get("kind") == MediaKind.SCREENSHOT and facts.width is None:
            self.add_error("file", "A screenshot is a picture; this is a document.")
        self.instance.media_type = facts.media_type
        self.instance.width, self.instance.height = facts.width, facts.height
