"""recipe.toml: how a title's package is made. The format: docs/reference/recipe.md."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeVar, cast

from vmnetx.errors import VmnetxError
from vmnetx.generate.memory_image import Wish
from vmnetx.generate.moment import MAX_SECONDS, Moment, Pixel, pixel
from vmnetx.package.memory_file import COMPRESSIONS

MAX_BYTES = 64 * 1024
MAX_MEMORY_MIB = 65536
MAX_VCPUS = 64

Protocol = Literal["multiboot", "linux16", "linux"]

_CHOICES = {
    "protocol": ("multiboot", "linux16", "linux"),
    "arch": ("i686", "x86_64"),
    "disk": ("ide", "sata"),
    "video": ("vga", "cirrus", "qxl"),
    "sound": ("none", "es1370", "pcspk", "ac97", "ich6"),
    "pointer": ("none", "mouse", "tablet"),
    "accelerator": ("auto", "kvm", "tcg"),
    "compression": COMPRESSIONS,
}
_TEXTS = {"name", "image", "arguments", "init", "text"}
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
# Goes into GRUB's script: nothing that GRUB's shell would act upon.
_ARGUMENTS = re.compile(r"[\w .,=:/+-]*", re.ASCII)

_Part = TypeVar("_Part")


class BadRecipe(VmnetxError):
    """The recipe breaks its format. The text says where; whoever wrote it is told."""


@dataclass(frozen=True)
class Boot:
    """What GRUB starts, and by which protocol."""

    protocol: Protocol
    image: str
    """Path inside the packages; `*` and `?` may stand for what changes in a name."""
    arguments: str = ""


@dataclass(frozen=True)
class Initramfs:
    """The root file system that a Linux kernel gets in memory."""

    init: str = "init"
    """A script beside the recipe."""
    programs: tuple[str, ...] = ()
    """Each is copied with every shared library that it asks for."""
    files: tuple[str, ...] = ()
    """Files and whole folders that programs read."""


@dataclass(frozen=True)
class Machine:
    memory_mib: int = 64
    vcpus: int = 1
    arch: str = "x86_64"
    disk: str = "ide"
    video: str = "vga"
    sound: str = "none"
    pointer: str = "none"


@dataclass(frozen=True)
class Memory:
    """When the machine's memory is saved into the package, and how."""

    text: str = ""
    pixels: tuple[Pixel, ...] = ()
    seconds: float = Moment.seconds
    most_seconds: float = Moment.most_seconds
    accelerator: Literal["auto", "kvm", "tcg"] = Wish.accelerator
    compression: str = Wish.compression

    @property
    def wish(self) -> Wish:
        moment = Moment(self.text, self.pixels, self.seconds, self.most_seconds)
        return Wish(moment, self.accelerator, self.compression)


@dataclass(frozen=True)
class Recipe:
    path: Path
    name: str
    packages: tuple[str, ...]
    boot: Boot
    metapackages: dict[str, str] = field(default_factory=dict)
    """Package name to the pattern of that dependency which is really wanted."""
    initramfs: Initramfs | None = None
    machine: Machine = field(default_factory=Machine)
    memory: Memory | None = None


def load(path: Path) -> Recipe:
    """Raises BadRecipe, with the file and what is wrong in it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadRecipe(f"more than {MAX_BYTES} bytes")
        return _recipe(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except (BadRecipe, OSError, ValueError) as error:
        raise BadRecipe(f"{path}: {error}") from error


def _recipe(path: Path, table: dict[str, Any]) -> Recipe:
    # When to photograph the screen is for whoever has the machine running.
    table.pop("screenshot", None)
    made = _part(
        Recipe,
        {
            **table,
            "path": path,
            "boot": _part(Boot, _table(table, "boot")),
            "machine": _part(Machine, _table(table, "machine")),
            "initramfs": _optional(Initramfs, table, "initramfs"),
            "memory": _optional(Memory, table, "memory"),
        },
    )
    _check(made)
    return made


def _optional(kind: type[_Part], table: dict[str, Any], name: str) -> _Part | None:
    return _part(kind, _table(table, name)) if name in table else None


def _table(table: dict[str, Any], name: str) -> dict[str, Any]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise BadRecipe(f"{name} must be a table")
    return value


def _part(kind: type[_Part], table: dict[str, Any]) -> _Part:
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    for name in table:
        if name not in fields:
            raise BadRecipe(f"unknown entry {name!r}")
    values = {name: _value(name, value) for name, value in table.items()}
    try:
        return kind(**values)
    except TypeError as error:
        missing = str(error).rpartition(": ")[2]
        raise BadRecipe(f"without {missing}") from error


def _value(name: str, value: object) -> object:
    if name in _CHOICES and value not in _CHOICES[name]:
        raise BadRecipe(f"{name} is {value!r}; known are {', '.join(_CHOICES[name])}")
    if name in {"packages", "programs", "files"}:
        return _strings(name, value)
    if name == "pixels":
        return _pixels(value)
    if name in {"seconds", "most_seconds"}:
        return _seconds(name, value)
    if name in _TEXTS and not isinstance(value, str):
        raise BadRecipe(f"{name} must be text")
    return value


def _strings(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise BadRecipe(f"{name} must be a list of texts")
    return tuple(value)


def _pixels(value: object) -> tuple[Pixel, ...]:
    try:
        return tuple(pixel(*each) for each in cast("list[Any]", value))
    except (TypeError, ValueError) as error:
        raise BadRecipe('pixels must be a list of [x, y, "#rrggbb"]') from error


def _seconds(name: str, value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise BadRecipe(f"{name} must be a number from 0 to {MAX_SECONDS}")
    return float(value)


def _check(recipe: Recipe) -> None:
    if not recipe.name or not recipe.name.isprintable() or len(recipe.name) > 100:
        raise BadRecipe("name must be 1 to 100 printable characters")
    names = (*recipe.packages, *recipe.metapackages)
    if not names:
        raise BadRecipe("packages must name at least one package")
    for name in names:
        if not _PACKAGE.fullmatch(name):
            raise BadRecipe(f"{name!r} is no name of a Debian package")
    if not all(isinstance(p, str) for p in recipe.metapackages.values()):
        raise BadRecipe("metapackages must give each name a pattern")
    if not _ARGUMENTS.fullmatch(recipe.boot.arguments):
        raise BadRecipe("arguments may have letters, digits and _ . , = : / + - only")
    if recipe.initramfs is not None and recipe.boot.protocol != "linux":
        raise BadRecipe("an initramfs needs the protocol linux")
    _check_paths(recipe)
    _check_sizes(recipe.machine)


def _check_paths(recipe: Recipe) -> None:
    inside = recipe.initramfs or Initramfs()
    for text in (recipe.boot.image, inside.init, *inside.programs, *inside.files):
        path = PurePosixPath(text)
        if not path.name or path.is_absolute() or ".." in path.parts:
            raise BadRecipe(f"{text!r} must be a relative path without ..")


def _check_sizes(machine: Machine) -> None:
    limits = {"memory_mib": MAX_MEMORY_MIB, "vcpus": MAX_VCPUS}
    for name, most in limits.items():
        value = cast("object", getattr(machine, name))
        if type(value) is not int or not 1 <= value <= most:
            raise BadRecipe(
                f"{name} is {value!r}; it must be a number from 1 to {most}"
            )
