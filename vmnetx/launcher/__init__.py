"""The desktop side of vmnetx:// and vmnetx+https://: `python -m vmnetx open LOCATION`.

From the bottom: `locations` (what was asked for), `progress` and `notices` (what people
are told), `viewer` (the installed program that shows a screen), `conversation` (one
connection to a server), `channels` (a viewer's connections, each carried over one of
its own), `control` (the connection that keeps a session), `thin` and `thick` (a session
there, a machine here), `updates`, and the commands `open` and `register`.
docs/reference/launcher.md says what each does.
"""

from __future__ import annotations
