from __future__ import annotations

from django import forms


class PackageForm(forms.Form):
    """A package file, chosen at the curator's computer."""

    package = forms.FileField(
        label="Package file",
        help_text="A .nxpk file. It becomes a new draft version of this item.",
        widget=forms.ClearableFileInput(attrs={"accept": ".nxpk"}),
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Why it is withdrawn",
        help_text="Shown to visitors on the page that remains.",
        widget=forms.Textarea,
    )
