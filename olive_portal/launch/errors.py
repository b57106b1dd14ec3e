"""What can go wrong between a visitor and a session, and who answers it.

LaunchError
  BadToken          a launch token that opens nothing: the view answers 403
  TooManyLaunches   the visitor asks for more than one may have: a page, 429
  NotRunning        what was asked needs a running machine: the view answers 409
  NoAnswer          the machine's host did not answer in time: the view answers 503
"""

from __future__ import annotations


class LaunchError(Exception):
    """The root; its text is fit for the visitor."""


class BadToken(LaunchError):
    """Forged, expired, revoked, or for another package: which one is not told."""


class TooManyLaunches(LaunchError):
    """The visitor's limit is reached. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotRunning(LaunchError):
    """The session has no running machine to ask."""


class NoAnswer(LaunchError):
    """The session's host was asked, and said nothing in time."""
