from __future__ import annotations

from typing import Any, Self

from django.core.files.storage import Storage, storages
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from olive_portal.catalogue.errors import PublishedIsFixed
from olive_portal.catalogue.models.item import Item
from olive_portal.catalogue.models.state import State

SHA256 = r"^[0-9a-f]{64}$"
# What a URL, a citation and a running session rely on. Publishing sets these for good.
FIXED_WHEN_PUBLISHED = frozenset(
    {
        "item",
        "item_id",
        "number",
        "name",
        "file",
        "size",
        "sha256",
        "memory_bytes",
        "vcpus",
        "arch",
        "disk_format",
        "disk_virtual_size",
        "has_memory_image",
        "memory_binding",
        "limit_mouse_rate_hz",
        "published_at",
    }
)
# The same, as columns that are read back and compared.
FIXED_COLUMNS = sorted(FIXED_WHEN_PUBLISHED - {"item"})


def packages_storage() -> Storage:
    return storages["packages"]


def path_by_digest(package: Package, _name: str) -> str:
    return f"{package.sha256[:2]}/{package.sha256}.nxpk"


class Arch(models.TextChoices):
    I686 = "i686", "32-bit PC (i686)"
    X86_64 = "x86_64", "64-bit PC (x86_64)"


class DiskFormat(models.TextChoices):
    RAW = "raw", "raw"
    QCOW2 = "qcow2", "qcow2"


class Network(models.TextChoices):
    NONE = "none", "no network"
    USER = "user", "may reach out"


class PackageQuerySet(models.QuerySet["Package"]):
    def public(self) -> Self:
        """Published versions of published items: what anybody may run."""
        return self.published().filter(item__state=State.PUBLISHED)

    def published(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def fixed(self) -> Self:
        """Published now or earlier; withdrawing does not make bytes changeable."""
        return self.filter(published_at__isnull=False)

    def update(self, **values: Any) -> int:  # noqa: ANN401
        """Raises PublishedIsFixed."""
        if not FIXED_WHEN_PUBLISHED.isdisjoint(values) and self.fixed().exists():
            raise PublishedIsFixed("A published package cannot be changed.")
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises PublishedIsFixed."""
        if self.fixed().exists():
            raise PublishedIsFixed("A published package cannot be deleted.")
        return super().delete()


class Package(models.Model):
    """One version of an item's virtual machine: a .nxpk file and what is in it."""

    # A cascade would delete published bytes behind delete()'s back.
    item = models.ForeignKey(Item, models.PROTECT, related_name="packages")
    number = models.PositiveIntegerField("version", validators=[MinValueValidator(1)])
    name = models.CharField(max_length=200, help_text="As its manifest says.")
    file = models.FileField(
        storage=packages_storage, upload_to=path_by_digest, max_length=300
    )
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(
        "SHA-256", max_length=64, validators=[RegexValidator(SHA256)]
    )

    memory_bytes = models.PositiveBigIntegerField()
    vcpus = models.PositiveIntegerField("processors", default=1)
    arch = models.CharField(max_length=6, choices=Arch.choices)
    disk_format = models.CharField(max_length=5, choices=DiskFormat.choices)
    disk_virtual_size = models.PositiveBigIntegerField()
    has_memory_image = models.BooleanField(default=False)
    memory_binding = models.JSONField(
        default=dict,
        blank=True,
        help_text="What its memory image continues on: QEMU, machine, accelerator, "
        "processor, hardware. Empty without one, and where it does not say.",
    )
    limit_mouse_rate_hz = models.PositiveIntegerField(null=True, blank=True)
    # The curator's decision, not a fact of the bytes: it may change at any time.
    network = models.CharField(
        max_length=4, choices=Network.choices, default=Network.NONE
    )

    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ["item_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="an_item_has_a_version_number_once", fields=["item", "number"]
            ),
            models.CheckConstraint(
                name="version_numbers_start_at_1", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="packages_have_bytes_memory_and_a_processor",
                condition=Q(size__gt=0, memory_bytes__gt=0, vcpus__gt=0),
            ),
            models.CheckConstraint(
                name="sha256_is_64_lower_case_hex_digits",
                condition=Q(sha256__regex=SHA256),
            ),
            models.CheckConstraint(
                name="package_states_are_known",
                condition=Q(state__in=State.values),
            ),
            models.CheckConstraint(
                name="only_draft_packages_were_never_published",
                condition=Q(state=State.DRAFT, published_at=None)
                | (~Q(state=State.DRAFT) & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="machines_are_of_a_known_kind",
                condition=Q(
                    arch__in=Arch.values,
                    disk_format__in=DiskFormat.values,
                    network__in=Network.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} (version {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Raises PublishedIsFixed for a change of what publishing fixed."""
        if changed := self.changes_of_what_is_fixed():
            raise PublishedIsFixed(
                f"{self} is published: {', '.join(changed)} cannot be changed."
            )
        super().save(*args, **kwargs)

    def delete(  # Django's signature
        self,
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> tuple[int, dict[str, int]]:
        """Raises PublishedIsFixed."""
        if self.published_at is not None:
            raise PublishedIsFixed(f"{self} is published and cannot be deleted.")
        return super().delete(*args, **kwargs)

    def changes_of_what_is_fixed(self) -> list[str]:
        """The fields in which this differs from the published row it would replace."""
        if self._state.adding:
            return []
        stored = Package.objects.fixed().filter(pk=self.pk).first()
        if stored is None:
            return []
        return [
            name
            for name in FIXED_COLUMNS
            if getattr(stored, name) != getattr(self, name)
        ]

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def saved_on(self) -> str:
        """What its memory image continues on, in short; "" where that is not known."""
        if not self.memory_binding:
            return ""
        version, *_ = self.memory_binding["qemu_version"].split()
        return f"QEMU {version}, {self.memory_binding['accelerator'].upper()}"

    @property
    def etag(self) -> str:
        """Strong, and for ever: published bytes never change."""
        return f'"sha256:{self.sha256}"'
