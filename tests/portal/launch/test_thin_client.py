from __future__ import annotations

from olive_portal.launch import thin_client
from olive_portal.launch.models import LEASE


def test_the_configured_server_is_asked(control_api):
    with thin_client.connect() as server:
        assert server.instances() == []


def test_who_waits_in_vain_still_holds_the_session():
    assert LEASE.total_seconds() > thin_client.TIMEOUT_SECONDS
