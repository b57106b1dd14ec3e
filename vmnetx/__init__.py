"""Software preserved as virtual machines: the package format, the thin-client
protocol and server, and the desktop launcher. Needs no Django."""

from __future__ import annotations

# Continues the numbering of the 2015 system, whose last release was 0.5.1.
__version__ = "0.6.0"
