"""How this visitor can run this title, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from olive_portal.catalogue.models import Arch, Item, Package
from olive_portal.launch import visitors, waiting
from olive_portal.launch.models import Session

NO_PACKAGE = (
    "No machine with this program has been published yet. Its description is here so "
    "that it can be found and cited."
)


@dataclass(frozen=True)
class Choice:
    """What the launch panel offers."""

    package: Package | None
    # Why nothing can be launched at all, or not by this visitor.
    refusal: str = ""
    # Why the program would not start at once.
    wait: str = ""
    # This visitor's session of this title, which Launch leads back to.
    running: Session | None = None
    others: tuple[Session, ...] = ()  # what to end first

    @property
    def desktop_needs(self) -> str:
        """What the visitor's own computer has to be."""
        is_64 = self.package is not None and self.package.arch == Arch.X86_64
        return "a 64-bit PC with Linux" if is_64 else "a PC with Linux"


def choose(item: Item, request: HttpRequest) -> Choice:
    package = item.current_package()
    if package is None:
        return Choice(None, refusal=item.unavailable_reason or NO_PACKAGE)
    word = visitors.known(request)
    mine = _open_sessions(word) if word else []
    for session in mine:
        if session.package_id == package.pk:
            return Choice(package, running=session)
    if len(mine) >= settings.OLIVE_LAUNCH_MAX_OPEN:
        return Choice(
            package,
            refusal=f"You have {len(mine)} programs running, which is as many as one "
            "visitor may. End one of them first.",
            others=tuple(mine),
        )
    return Choice(package, wait=waiting.reason())


def _open_sessions(word: str) -> list[Session]:
    sessions = Session.objects.taking_places(word)
    return list(sessions.select_related("package__item"))
