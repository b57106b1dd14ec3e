"""What a worker asks of a session's machine, on the host that the worker runs on."""

from __future__ import annotations

import re
from uuid import UUID

from django.utils import timezone

from olive_portal.launch import thin_client
from olive_portal.launch.models import OPEN, Memory, Session, Shot
from vmnetx.client import Instance, ThinClientServer

# Session.user_ident, read back.
OWNER = re.compile(r"session ([0-9a-f-]{36}) attempt ([0-9]{1,9})")


def owner(instance: Instance) -> tuple[UUID, int] | None:
    """The session and the attempt that the machine was made for, if it is ours."""
    match = OWNER.fullmatch(instance.user_ident or "")
    if match is None:
        return None
    try:
        return UUID(match[1]), int(match[2])
    except ValueError:
        return None


def memory_fields(instance: Instance) -> dict[str, str]:
    """As a session's row keeps them; why an image was rejected is for the curator."""
    known = instance.memory if instance.memory in Memory.values else Memory.NONE
    if known != Memory.REJECTED:
        return {"memory": known}
    detail = f"The memory image was rejected: {instance.memory_detail}"
    return {"memory": known, "detail": detail}


def destroy(session_pk: UUID) -> None:
    """Destroy every machine that was made for the session on this host.

    Does nothing for an open session, and nothing twice. Raises Unreachable, Refused.
    """
    session = Session.objects.filter(pk=session_pk).exclude(state__in=OPEN).first()
    if session is None:
        return
    with thin_client.connect() as server:
        for instance_id in _machines_of(session, server):
            server.destroy(instance_id)


def restart(session_pk: UUID) -> None:
    """Switch the running session's machine off and on. Raises Unreachable, Refused."""
    session = Session.objects.running().filter(pk=session_pk).first()
    if session is None:
        return
    with thin_client.connect() as server:
        server.restart(session.instance_id)


def shoot(session_pk: UUID) -> None:
    """Keep the screen of the running session. Raises Unreachable, Refused."""
    session = Session.objects.running().filter(pk=session_pk).first()
    if session is None:
        return
    with thin_client.connect() as server:
        png = server.screenshot(session.instance_id)
    Shot.objects.update_or_create(
        session=session, defaults={"png": png, "taken_at": timezone.now()}
    )


def _machines_of(session: Session, server: ThinClientServer) -> set[str]:
    """By owner too: a boot that was interrupted did not write the instance down."""
    owned = {
        instance.id
        for instance in server.instances()
        if (claim := owner(instance)) is not None and claim[0] == session.pk
    }
    return owned | ({session.instance_id} - {""})
