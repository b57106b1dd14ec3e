from __future__ import annotations

from django import forms

from olive_portal.catalogue.models import Collection, Item


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


class RecordsForm(forms.Form):
    """METS records, one or many, chosen at the curator's computer."""

    records = forms.FileField(
        label="METS record, or a zip file of records",
        help_text="From this portal, Archivematica or another system.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,.zip"}),
    )
    collection = forms.ModelChoiceField(
        Collection.objects.all(),
        required=False,
        help_text="If none is chosen, the collection that each record names.",
    )
    is_rehearsal = forms.BooleanField(
        label="Only tell what would happen", required=False, initial=True
    )
    is_strict = forms.BooleanField(
        label="Refuse records that are not valid", required=False
    )


class EmbargoForm(forms.Form):
    until = forms.DateTimeField(
        label="Until",
        help_text="In UTC. The title is published by itself then.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class MergeForm(forms.Form):
    """Which title the others are one with."""

    into = forms.ModelChoiceField(
        Item.objects.public(),
        label="Merge into",
        help_text="Addresses, ARKs and citations of the others lead there.",
    )
