from __future__ import annotations

import pytest

from vmnetx.server.gateway_limits import Admission, GatewayLimits, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_peer_is_counted_by_what_it_owns(address, network):
    assert network_of(address) == network


def test_one_address_cannot_take_every_place():
    admission = Admission(GatewayLimits(connections=3, connections_per_address=2))
    assert admission.admit("192.0.2.1")
    assert admission.admit("192.0.2.1")
    assert not admission.admit("192.0.2.1")
    assert admission.admit("192.0.2.2")
    assert not admission.admit("192.0.2.3")


def test_a_place_that_is_given_back_can_be_taken_again():
    admission = Admission(GatewayLimits(connections=1))
    assert admission.admit("192.0.2.1")
    admission.release("192.0.2.1")
    assert admission.admit("192.0.2.2")
