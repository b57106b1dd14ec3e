"""The thin-client protocol of 2015, without I/O: see docs/reference/wire-protocol.md.

From the bottom: `texts` (what an `error` may say), `frames` (bytes to bodies),
`messages` and their `fields` (values), `packing` (bodies to values), `inbox` (all of
it, with what is wrong as a value too), and the two ends, `server_endpoint` and
`client_endpoint`. `control` is what a client does over time: when to ping, when to
dial again, which event a state stands for.
"""

from __future__ import annotations
