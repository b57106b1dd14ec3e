"""PREMIS objects: the title, its environments, the package and each file.

https://www.loc.gov/standards/premis/v3/
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.namespaces import expand
from olive_portal.metadata.records import (
    DOCUMENTATION,
    SCREENSHOTS,
    VM_COMPONENTS,
    Environment,
    File,
    Identifier,
    Package,
    SignificantProperty,
    TitleRecord,
)
from olive_portal.metadata.writing.elements import add, legal, say
from olive_portal.metadata.writing.holdings import Holding, entity, holdings, version

Section = tuple[str, etree._Element]

# Hardware is below everything; PREMIS counts the layers from 1.
LEVELS = {"hardware": "1"}
ABOVE = "2"
# Formats whose name and PRONOM key do not depend on a version that nobody looked up.
FORMATS = {"application/xml": ("Extensible Markup Language", "fmt/101")}
UNNAMED = "application/octet-stream"


def objects(record: TitleRecord) -> Iterator[Section]:
    """Each object with the ID of its section in METS."""
    yield "TECH-IE", _intellectual_entity(record)
    if record.package is not None:
        yield "TECH-REP", _representation(record, record.package)
    for number, environment in _environments(record):
        yield f"TECH-ENV-{number}", _environment(record, number, environment)
    for holding in holdings(record):
        yield f"TECH-{holding.name}", _file(record, holding)


def identify(parent: etree._Element, name: str, identifier: Identifier) -> None:
    """An identifier in the two elements that PREMIS has for each kind of it."""
    scheme = identifier.scheme if identifier.scheme == "local" else None
    identified = add(parent, f"premis:{name}")
    add(identified, f"premis:{name}Type", scheme or identifier.scheme.upper())
    add(identified, f"premis:{name}Value", identifier.value)


def _object(kind: str, identifier: Identifier) -> etree._Element:
    prefixes = {"premis": expand("premis:x")[1:-2], "xsi": expand("xsi:x")[1:-2]}
    element = etree.Element(expand("premis:object"), nsmap=prefixes)
    element.set(expand("xsi:type"), f"premis:{kind}")
    identify(element, "objectIdentifier", identifier)
    return element


def _intellectual_entity(record: TitleRecord) -> etree._Element:
    element = _object("intellectualEntity", entity(record))
    _properties(element, record.significant_properties)
    say(element, "premis:originalName", record.title)
    if record.package is not None:
        represented = version(record, record.package.number)
        _relate(element, "structural", "is represented by", represented)
    return element


def _properties(
    element: etree._Element, properties: tuple[SignificantProperty, ...]
) -> None:
    for kept in properties:
        if legal(kept.value).strip():
            said = add(element, "premis:significantProperties")
            say(said, "premis:significantPropertiesType", kept.kind)
            add(said, "premis:significantPropertiesValue", kept.value)


def _representation(record: TitleRecord, package: Package) -> etree._Element:
    """The package as a machine. Its properties are what an emulator has to provide."""
    element = _object("representation", version(record, package.number))
    facts = {
        "processor architecture": package.arch,
        "memory in bytes": package.memory_bytes,
        "processors": package.vcpus,
    }
    known = {kind: str(value) for kind, value in facts.items() if value}
    _properties(element, tuple(SignificantProperty(*fact) for fact in known.items()))
    say(element, "premis:originalName", package.filename)
    _relate(element, "structural", "represents", entity(record))
    for holding in holdings(record):
        if holding.group == VM_COMPONENTS:
            _relate(element, "structural", "includes", holding.identifier)
    for number, _environment in _environments(record):
        _relate_environment(element, _environment_name(record, number))
    for other in record.other_versions:
        if other.number < package.number:
            source = version(record, other.number)
            _relate(element, "derivation", "has source", source)
    return element


def _relate(
    element: etree._Element, kind: str, subkind: str, other: Identifier
) -> etree._Element:
    relationship = add(element, "premis:relationship")
    add(relationship, "premis:relationshipType", kind)
    add(relationship, "premis:relationshipSubType", subkind)
    identify(relationship, "relatedObjectIdentifier", other)
    return relationship


def _relate_environment(element: etree._Element, other: Identifier) -> None:
    relationship = _relate(element, "dependency", "requires", other)
    add(relationship, "premis:relatedEnvironmentPurpose", "execution")
    add(relationship, "premis:relatedEnvironmentCharacteristic", "known to work")


def _environments(record: TitleRecord) -> Iterator[tuple[int, Environment]]:
    """Those with a name: without one PREMIS cannot say that there is one."""
    named = (env for env in record.environments if legal(env.name).strip())
    return enumerate(named, 1)


def _environment_name(record: TitleRecord, number: int) -> Identifier:
    return Identifier("local", f"{entity(record).value}#environment-{number}")


def _environment(
    record: TitleRecord, number: int, environment: Environment
) -> etree._Element:
    name = _environment_name(record, number)
    element = _object("intellectualEntity", name)
    if legal(environment.function).strip():
        function = add(element, "premis:environmentFunction")
        level = LEVELS.get(environment.function, ABOVE)
        add(function, "premis:environmentFunctionType", environment.function)
        add(function, "premis:environmentFunctionLevel", level)
    said = add(element, "premis:environmentDesignation")
    add(said, "premis:environmentName", environment.name)
    say(said, "premis:environmentVersion", environment.version)
    say(said, "premis:environmentOrigin", environment.origin)
    say(said, "premis:environmentDesignationNote", environment.note)
    for key in environment.keys:
        if legal(key.registry).strip() and legal(key.key).strip():
            registry = add(element, "premis:environmentRegistry")
            add(registry, "premis:environmentRegistryName", key.registry)
            add(registry, "premis:environmentRegistryKey", key.key)
            say(registry, "premis:environmentRegistryRole", key.role)
    return element


def _file(record: TitleRecord, holding: Holding) -> etree._Element:
    element = _object("file", holding.identifier)
    file = holding.file
    characteristics = add(element, "premis:objectCharacteristics")
    add(characteristics, "premis:compositionLevel", "0")
    if file.sha256:
        fixity = add(characteristics, "premis:fixity")
        add(fixity, "premis:messageDigestAlgorithm", "SHA-256")
        add(fixity, "premis:messageDigest", file.sha256)
    if file.size is not None:
        add(characteristics, "premis:size", str(file.size))
    _format(characteristics, file)
    say(element, "premis:originalName", file.href.rpartition("/")[2])
    _relate_file(element, record, holding)
    return element


def _format(characteristics: etree._Element, file: File) -> None:
    media_type = file.media_type if legal(file.media_type).strip() else UNNAMED
    name, key = FORMATS.get(media_type, (media_type, ""))
    said = add(characteristics, "premis:format")
    add(add(said, "premis:formatDesignation"), "premis:formatName", name)
    if key:
        registry = add(said, "premis:formatRegistry")
        add(registry, "premis:formatRegistryName", "PRONOM")
        add(registry, "premis:formatRegistryKey", key)
    if file.use == "memory":
        note = "bound to the machine type, processor and emulator that saved it"
        add(said, "premis:formatNote", note)


def _relate_file(
    element: etree._Element, record: TitleRecord, holding: Holding
) -> None:
    if record.package is None:
        represented = entity(record)
    else:
        represented = version(record, record.package.number)
    if holding.group == VM_COMPONENTS:
        _relate(element, "structural", "is included in", represented)
    elif holding.group == SCREENSHOTS:
        _relate(element, "derivation", "has source", represented)
    elif holding.group == DOCUMENTATION:
        _relate(element, "reference", "documents", entity(record))
