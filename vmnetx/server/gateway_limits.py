"""What the gateway lets its peers take: time, memory and connections."""

from __future__ import annotations

import ipaddress
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class GatewayLimits:
    """Every size and wait of the gateway. Times are seconds."""

    connections: int = 2048
    connections_per_address: int = 256
    """A classroom behind one address has some eight for each person."""
    strangers: int = 512
    """Of all connections, those that have not authenticated yet."""
    refusals: int = 8
    """Wrong tokens and bad messages before a stranger is shown out."""
    handshake_seconds: float = 10.0
    authentication_seconds: float = 30.0
    spice_seconds: float = 10.0
    flush_seconds: float = 30.0
    linger_seconds: float = 1.0
    backlog_bytes: int = 256 * 1024
    """Unsent messages that a slow control connection may pile up."""
    progress_seconds: float = 0.1


class Admission:
    """Counts connections, in all and by address; an IPv6 network of 64 bits is one."""

    def __init__(self, limits: GatewayLimits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()

    def admit(self, address: str) -> bool:
        """Take a place for `address`, if there is one; give it back with release()."""
        network = network_of(address)
        is_full = (
            self._open.total() >= self._limits.connections
            or self._open[network] >= self._limits.connections_per_address
        )
        if not is_full:
            self._open[network] += 1
        return not is_full

    def release(self, address: str) -> None:
        """Give a place back."""
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]


def network_of(address: str) -> str:
    """Return what one peer can be held to own: an IPv4 address, or an IPv6 /64."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False))
