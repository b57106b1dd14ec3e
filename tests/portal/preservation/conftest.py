from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from PIL import Image

from olive_portal.catalogue.models import Package

MINIMAL = Path(__file__).parents[2] / "data/minimal.nxpk"
METS = """<?xml version="1.0" encoding="UTF-8"?>
<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns="http://www.loc.gov/mods/v3"
    xmlns:xlink="http://www.w3.org/1999/xlink" OBJID="{objid}">
  <mets:dmdSec ID="DMD"><mets:mdWrap MDTYPE="MODS"><mets:xmlData><mods>
    <titleInfo><title>{title}</title></titleInfo>
    <name type="personal"><namePart>Michael Toy</namePart></name>
    <originInfo><publisher>Epyx</publisher><dateIssued>1980</dateIssued></originInfo>
    <language><languageTerm type="code">eng</languageTerm></language>
    <abstract>{abstract}</abstract>
    <subject valueURI="http://a.example/games"><topic>Games</topic></subject>
    <identifier type="wikidata">Q1</identifier>
    <relatedItem type="host"><titleInfo><title>Unix games</title></titleInfo>
    </relatedItem>
  </mods></mets:xmlData></mets:mdWrap></mets:dmdSec>
  {rest}
</mets:mets>"""


@pytest.fixture(autouse=True)
def stores(settings, tmp_path, monkeypatch):
    """Two empty stores, so that a test can say what is in them."""
    settings.PACKAGES_ROOT = tmp_path / "store/packages"
    settings.MEDIA_ROOT = tmp_path / "store/media"
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there
    # The field made its storage when it was declared, from the settings of then.
    storage = FileSystemStorage(location=settings.PACKAGES_ROOT)
    monkeypatch.setattr(Package._meta.get_field("file"), "storage", storage)
    return tmp_path / "store"


@pytest.fixture
def kept(stores):
    """The files that lie in the stores, without the locks."""

    def kept():
        paths = (p for p in stores.rglob("*") if p.is_file())
        return sorted(p for p in paths if ".locks" not in p.parts)

    return kept


@pytest.fixture
def make_folder(tmp_path):
    """A title's folder with a record and, if not told otherwise, a package."""

    def make_folder(name="rogue", *, package=MINIMAL, **fields):
        folder = tmp_path / "unix-games" / name
        folder.mkdir(parents=True, exist_ok=True)
        words = {"title": "Rogue", "abstract": "It digs.", "objid": "", "rest": ""}
        (folder / "mets.xml").write_text(METS.format(**(words | fields)))
        if package is not None:
            shutil.copy(package, folder)
        return folder

    return make_folder


@pytest.fixture
def make_picture():
    """A small picture; another colour makes other bytes."""

    def make_picture(path, colour="red"):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 20), colour).save(path)
        return path

    return make_picture
