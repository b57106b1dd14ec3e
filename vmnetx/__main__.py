"""`python -m vmnetx COMMAND …`: a line here for each command, a module behind it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Sequence

from vmnetx import __version__

# Imported when chosen: the desktop launcher must start where the server's parts are not
# installed, and the other way round. Each takes its arguments and returns an exit code.
COMMANDS = {
    "server": ("vmnetx.server.__main__:main", "run the thin-client server"),
    "status": ("vmnetx.server.console:status", "list a server's machines"),
    "create": ("vmnetx.server.console:create", "make a machine of a package"),
    "destroy": ("vmnetx.server.console:destroy", "end a machine"),
    "cache": ("vmnetx.cache.cli:main", "show or clear what is kept of packages"),
    "open": ("vmnetx.launcher.open:main", "open a vmnetx: link or a package here"),
    "register": ("vmnetx.launcher.register:main", "open vmnetx: links by a click"),
    "inspect": ("vmnetx.inspect:main", "say what is in a package"),
    "generate": ("vmnetx.generate.cli:main", "make packages, also from recipes"),
}


def main(arguments: Sequence[str]) -> int:
    name, *rest = arguments or ["--help"]
    if name in {"-h", "--help"}:
        sys.stdout.write(_help())
        return 0
    if name == "--version":
        sys.stdout.write(f"vmnetx {__version__}\n")
        return 0
    if name not in COMMANDS:
        sys.stderr.write(f"vmnetx: there is no command {name!r}\n\n{_help()}")
        return 2
    return int(pkgutil.resolve_name(COMMANDS[name][0])(rest))


def _help() -> str:
    lines = [f"  {name:10}{about}" for name, (_, about) in sorted(COMMANDS.items())]
    return "\n".join(["usage: python -m vmnetx COMMAND …", "", *lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
