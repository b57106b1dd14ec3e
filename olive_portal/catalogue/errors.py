"""What the catalogue refuses.

CatalogueError
  PublishedIsFixed    somebody tried to change or delete what visitors rely on
  CollectionCycle     a collection would contain itself
  UnknownMedia        a file is of no kind that the portal shows
"""

from __future__ import annotations


class CatalogueError(Exception):
    """The root; its text is a sentence that may be shown to a curator."""


class PublishedIsFixed(CatalogueError):
    """A published package stays as it is. Make a new version instead."""


class CollectionCycle(CatalogueError):
    """A collection cannot be inside of itself, however deep."""


class UnknownMedia(CatalogueError):
    """A file is not what a visitor's browser can show; the curator hears why."""
