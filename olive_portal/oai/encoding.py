"""Which encoding a client takes (RFC 9110, 12.5.3)."""

from __future__ import annotations

GZIP, IDENTITY = "gzip", "identity"


def choose(accepted: str | None) -> str | None:
    """The better of the two that the header lets through; None if it wants neither.

    A client that says nothing gets no compression.
    """
    weights = _weights(accepted or "")
    anything = weights.get("*")
    gzip = weights.get(GZIP, weights.get("x-gzip", anything or 0.0))
    identity = weights.get(IDENTITY, 1.0 if anything is None else anything)
    if gzip > 0 and (gzip >= identity or IDENTITY not in weights):
        return GZIP
    return IDENTITY if identity > 0 else None


def _weights(accepted: str) -> dict[str, float]:
    found = {}
    for part in accepted.split(","):
        name, _, parameters = part.partition(";")
        if name.strip():
            found[name.strip().lower()] = _weight(parameters)
    return found


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
