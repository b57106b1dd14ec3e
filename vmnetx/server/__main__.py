"""`python -m vmnetx.server`, and `python -m vmnetx server`: the same."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from vmnetx.server import options
from vmnetx.server.serving import CannotServe, serve


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal; 1, and why on stderr, when that cannot be."""
    wanted = options.parse(arguments, os.environ)
    logging.basicConfig(
        level=logging.DEBUG if wanted.debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    # What it says below an error names URLs, and packages' URLs hold tokens.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        asyncio.run(serve(wanted))
    except CannotServe as error:
        sys.stderr.write(f"vmnetx server: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
