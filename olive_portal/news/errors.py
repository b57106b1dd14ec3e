"""What can be wrong with the news that come with the portal.

NewsError
  BadNews   a file of them cannot be read: the command says where and why
"""

from __future__ import annotations


class NewsError(Exception):
    """The root; its text is a sentence for the operator."""


class BadNews(NewsError):
    """A file is not TOML, or a post or release in it is wrong. Nothing was put up."""
