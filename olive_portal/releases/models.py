"""The desktop client, release by release: what people install on their computers."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from packaging.version import InvalidVersion, Version

from olive_portal import prose
from olive_portal.accounts.models import User

SHA256 = r"^[0-9a-f]{64}$"
# Also a part of addresses.
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"


def validate_version(text: str) -> None:
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise ValidationError("A version is numbers and dots: 0.5.1.") from error
    if str(version) != text:
        raise ValidationError(f"Write this version as {version}.")


def path_of_release(file: ReleaseFile, name: str) -> str:
    return f"releases/{file.release.version}/{name}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def public(self) -> Self:
        return self.filter(is_draft=False)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.is_staff else self.public()

    def newest(self) -> Release | None:
        """The one to install: the highest public version that is not a trial."""
        finished = (row for row in self.public() if not row.number.is_prerelease)
        return max(finished, key=lambda row: row.number, default=None)

    def oldest_allowed(self) -> Version | None:
        """The version below which a client may not launch; None lets all of them."""
        required = self.public().filter(is_required=True)
        versions = required.values_list("version", flat=True)
        return max(map(Version, versions), default=None)


class Release(models.Model):
    """One version of the client."""

    version = models.CharField(
        max_length=30, unique=True, validators=[validate_version]
    )
    released_on = models.DateField("date")
    changes = models.TextField(
        blank=True, help_text="What is new, in Markdown: a list is best."
    )
    is_required = models.BooleanField(
        "required",
        default=False,
        help_text="Older clients may not launch any more. Their users are told to "
        "install this version or a newer one.",
    )
    is_draft = models.BooleanField(
        "draft", default=True, help_text="Only curators see it."
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-released_on", "-pk"]

    def __str__(self) -> str:
        return f"VMNetX {self.version}"

    def get_absolute_url(self) -> str:
        return f"{reverse('releases')}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"version-{self.version}"

    @property
    def number(self) -> Version:
        return Version(self.version)

    @property
    def changes_as_html(self) -> SafeString:
        return prose.render(self.changes, below=2)


class ReleaseFile(models.Model):
    """A file of a release: an installer, an archive of the source."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="files")
    name = models.CharField(
        max_length=100,
        validators=[RegexValidator(FILE_NAME, "Letters, digits, . _ + and - only.")],
        help_text="As it is saved by whoever downloads it: vmnetx-0.5.1.msi.",
    )
    platform = models.CharField(
        max_length=100, help_text="Whom it is for: Windows, Fedora 42, source."
    )
    file = models.FileField(upload_to=path_of_release, max_length=300)
    size = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)

    class Meta:
        ordering = ["platform", "name"]
        constraints = [
            models.UniqueConstraint(
                name="a_release_has_a_file_name_once", fields=["release", "name"]
            ),
            models.CheckConstraint(
                name="release_files_have_bytes_and_a_digest",
                condition=Q(size__gt=0, sha256__regex=SHA256),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("release-file", args=[self.release.version, self.name])

    @property
    def etag(self) -> str:
        return f'"sha256:{self.sha256}"'
