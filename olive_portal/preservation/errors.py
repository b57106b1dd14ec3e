"""What preservation refuses; each text is a sentence or two for a curator.

PreservationError
  BadSubmission   what was handed in cannot be taken; nothing was changed
  WrongState      an item is not in a state from which it can be moved so
  DamagedStore    bytes that are kept are not what their name says
  Busy            somebody else is at the same work
"""

from __future__ import annotations


class PreservationError(Exception):
    """The root. Commands and the admin show it."""


class BadSubmission(PreservationError):
    """Says which file, and where in it. Whoever handed it in corrects it."""


class WrongState(PreservationError):
    """Somebody was faster, or asked for what makes no sense now."""


class DamagedStore(PreservationError):
    """Kept bytes have changed. Nothing is overwritten; an operator has to look."""


class Busy(PreservationError):
    """Only one may do this at a time, and another process does."""
