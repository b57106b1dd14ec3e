from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from olive_portal.catalogue.models.package import SHA256, Package


class PartKind(models.TextChoices):
    DOMAIN = "domain", "machine"
    DISK = "disk", "disk"
    MEMORY = "memory", "saved memory"


class PackagePart(models.Model):
    """A file inside of a package. Its digest tells, in any copy, whether a disk is the
    one that was preserved."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=6, choices=PartKind.choices)
    path = models.CharField(max_length=300, help_text="Inside of the package.")
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(
        "SHA-256", max_length=64, validators=[RegexValidator(SHA256)]
    )

    class Meta:
        ordering = ["package_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="a_package_has_a_part_of_a_kind_once", fields=["package", "kind"]
            ),
            models.CheckConstraint(
                name="part_kinds_are_known", condition=Q(kind__in=PartKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package}: {self.path}"
