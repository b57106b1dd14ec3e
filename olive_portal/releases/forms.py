from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django import forms

from olive_portal.releases.models import ReleaseFile

if TYPE_CHECKING:
    FileModelForm = forms.ModelForm[ReleaseFile]
else:
    FileModelForm = forms.ModelForm


class ReleaseFileForm(FileModelForm):
    """Size and digest are read from the file, not asked for."""

    class Meta:
        model = ReleaseFile
        fields = ["name", "platform", "file"]
        # The usual one links to /media/, where only pictures and manuals are.
        widgets = {"file": forms.FileInput}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if "file" in self.changed_data and cleaned.get("file"):
            file = cleaned["file"]
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            self.instance.size = file.size
            self.instance.sha256 = digest.hexdigest()
        return cleaned
