"""Validation by a folder of the standards' own XML Schemas, which an operator gives.

The folder is searched for .xsd files, however it is laid out; each says itself which
namespace it is for. Nothing is fetched: what one schema imports from the web is the
file of the same name in the folder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Protocol, cast
from urllib.parse import urlsplit

from lxml import etree
from typing_extensions import override

from olive_portal.metadata.errors import BadSchemas

XSD = "http://www.w3.org/2001/XMLSchema"
# Every schema that needs these imports them itself, by an address of its own.
IMPORTED = {
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/2001/XMLSchema-instance",
}
# dcterms brings the form of these elements that it extends.
BROUGHT = {"http://purl.org/dc/terms/": "http://purl.org/dc/elements/1.1/"}
MOST_COMPLAINTS = 100


@dataclass(frozen=True)
class Complaint:
    line: int
    text: str


class _Error(Protocol):
    line: int
    message: str


class Schemas:
    """Raises BadSchemas where there is none, or one that cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(folder.rglob("*.xsd"))
        if not self._paths:
            raise BadSchemas(f"{folder}: there is no .xsd file")
        self._compiled: dict[tuple[Path, ...], etree.XMLSchema] = {}

    def complaints(self, root: etree._Element) -> list[Complaint]:
        """What the schemas say against the document at `root`.

        Parts in a namespace without a schema are not checked. Raises BadSchemas.
        """
        paths = tuple(self._needed(root))
        if paths not in self._compiled:
            self._compiled[paths] = self._compile(paths)
        schema = self._compiled[paths]
        schema.validate(root)
        errors = islice(cast("Iterable[_Error]", schema.error_log), MOST_COMPLAINTS)
        return [Complaint(error.line, _readable(error.message)) for error in errors]

    def knows(self, root: etree._Element) -> bool:
        """Whether there is a schema for the document's outermost element."""
        return etree.QName(root).namespace in self._by_namespace

    @cached_property
    def _by_namespace(self) -> dict[str, list[Path]]:
        """The files for each namespace, the latest version last."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self._paths:
            schema = _read(path)
            found[schema.get("targetNamespace") or ""].append(path)
        for paths in found.values():
            paths.sort(key=_version)
        return dict(found)

    def _needed(self, root: etree._Element) -> list[Path]:
        used: dict[str, str] = {}
        for element in root.iter(etree.Element):
            namespace = etree.QName(element).namespace or ""
            used[namespace] = used.get(namespace) or element.get("version") or ""
        for bringer, brought in BROUGHT.items():
            if bringer in used:
                used.pop(brought, None)
        wanted = {ns: v for ns, v in sorted(used.items()) if ns in self._by_namespace}
        return [
            self._best(namespace, version)
            for namespace, version in wanted.items()
            if namespace not in IMPORTED
        ]

    def _best(self, namespace: str, version: str) -> Path:
        paths = self._by_namespace[namespace]
        said = tuple(map(int, re.findall(r"\d+", version)))
        exact = [
            path for path in paths if said and _version(path)[-len(said) :] == said
        ]
        return exact[-1] if exact else paths[-1]

    def _compile(self, paths: tuple[Path, ...]) -> etree.XMLSchema:
        driver = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD})
        for path in paths:
            namespace = next(ns for ns, of in self._by_namespace.items() if path in of)
            imported = etree.SubElement(driver, f"{{{XSD}}}import")
            imported.set("namespace", namespace)
            imported.set("schemaLocation", path.as_uri())
        # The resolver works for imports only if the tree came from its parser.
        text = etree.tostring(driver)
        tree = etree.fromstring(text, _parser(_Local(self._paths)))
        try:
            return etree.XMLSchema(tree)
        except etree.XMLSchemaParseError as error:
            names = ", ".join(path.name for path in paths)
            raise BadSchemas(f"{names}: {error}") from error


class _Local(etree.Resolver):
    """Takes what a schema would fetch from the folder; what is not there is empty."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__()
        self._by_name = {path.name: path for path in reversed(paths)}

    @override
    def resolve(  # type: ignore[override]  # the stub misses the context
        self, system_url: str, public_id: str, context: object
    ) -> object:
        address = urlsplit(system_url)
        if address.scheme not in {"http", "https"}:
            return None
        found = self._by_name.get(PurePosixPath(address.path).name)
        text = found.read_bytes() if found else b""
        return self.resolve_string(
            text, context, base_url=found.as_uri() if found else system_url
        )


def _read(path: Path) -> etree._Element:
    try:
        return etree.fromstring(path.read_bytes(), _parser(None))
    except (OSError, etree.XMLSyntaxError) as error:
        raise BadSchemas(f"{path}: {error}") from error


def _parser(resolver: etree.Resolver | None) -> etree.XMLParser:
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    if resolver is not None:
        parser.resolvers.add(resolver)
    return parser


def _version(path: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", path.stem)))


def _readable(message: str) -> str:
    """The complaint with the elements' local names, as the document's author says."""
    return re.sub(r"\{[^}]*\}", "", message)
