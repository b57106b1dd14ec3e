"""A root file system in memory: a few programs, the libraries that they ask for, and
the script that the kernel starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vmnetx.generate import cpio, elf
from vmnetx.generate.recipe import BadRecipe, Initramfs

MAX_BYTES = 256 * 1024**2
_MAX_LINKS = 40

# Where Debian's dynamic linker looks by itself.
_LIBRARIES = (
    "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu",
    "lib",
    "usr/lib",
    "lib64",
    "usr/lib64",
)
_FOLDERS = ("dev", "proc", "sys", "tmp", "root", "etc", "var")


def build(wanted: Initramfs, *, root: Path, script: bytes) -> bytes:
    """A cpio archive of what `wanted` names inside `root`. Raises BadRecipe."""
    entries: dict[str, cpio.Entry] = {}
    for program in wanted.programs:
        for entry in _with_libraries(root, program):
            entries.setdefault(entry.path, entry)
    for name in wanted.files:
        for path in _walk(find(root, name)):
            inside = name / path.relative_to(find(root, name))
            entries[str(inside)] = _copy(str(inside), path)
    total = sum(len(entry.data) for entry in entries.values())
    if total > MAX_BYTES:
        raise BadRecipe(f"the initramfs has {total} bytes; at most {MAX_BYTES} may be")
    entries["init"] = cpio.file("init", script, permissions=0o755)
    return cpio.pack([*map(cpio.directory, _FOLDERS), *entries.values()])


def find(root: Path, name: str) -> Path:
    """`name` in the tree, under /usr too: Debian moves files there, release by release.

    Links are followed, but never out of `root`. Raises BadRecipe.
    """
    for path in (root / name, root / "usr" / name):
        if os.path.lexists(path):
            return _follow(root, path)
    raise BadRecipe(f"none of the packages has {name}")


def find_one(root: Path, pattern: str) -> Path:
    """The one file whose path is like `pattern`. Raises BadRecipe."""
    found = sorted(root.glob(pattern))
    if len(found) != 1:
        raise BadRecipe(f"{len(found)} files of the packages are like {pattern}")
    return find(root, str(found[0].relative_to(root)))


def _follow(root: Path, path: Path) -> Path:
    """Where the links end, read as the guest would: "/" is `root`. Raises BadRecipe."""
    for _ in range(_MAX_LINKS):
        if not path.is_symlink():
            break
        target = PurePosixPath(os.readlink(path))
        start = root if target.is_absolute() else path.parent
        path = Path(os.path.normpath(start / str(target).lstrip("/")))
    if path.is_symlink() or not path.exists() or not _is_inside(root, path):
        raise BadRecipe(f"{path.name} leads out of the packages, or nowhere")
    return path


def _is_inside(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())


def _with_libraries(root: Path, program: str) -> Iterator[cpio.Entry]:
    """The program and, once each, all that it needs, directly or through others."""
    waiting, seen = [program], {program}
    while waiting:
        name = waiting.pop()
        data = find(root, name).read_bytes()
        yield cpio.file(name, data, permissions=0o755)
        try:
            needs = elf.read_needs(data)
        except elf.NotElf as error:
            raise BadRecipe(f"{name}: {error}") from error
        asked = [_library(root, library, name) for library in needs.libraries]
        if needs.interpreter:
            asked.append(needs.interpreter.lstrip("/"))
        waiting += [new for new in asked if new not in seen]
        seen.update(asked)


def _library(root: Path, library: str, asker: str) -> str:
    for folder in _LIBRARIES:
        if os.path.lexists(root / folder / library):
            return f"{folder}/{library}"
    raise BadRecipe(f"{asker} needs {library}, which none of the packages has")


def _walk(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(
        each for each in path.rglob("*") if each.is_symlink() or each.is_file()
    )


def _copy(name: str, path: Path) -> cpio.Entry:
    if path.is_symlink():
        return cpio.link(name, os.readlink(path))
    permissions = 0o755 if path.stat().st_mode & 0o100 else 0o644
    return cpio.file(name, path.read_bytes(), permissions=permissions)
