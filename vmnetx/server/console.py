"""`status`, `create` and `destroy`: an operator's questions to a server (spec 2.8)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vmnetx.client import Instance, ThinClientServer
from vmnetx.errors import VmnetxError
from vmnetx.server.options import KEY_VARIABLE, secret_key

SERVER_VARIABLE = "VMNETX_SERVER"
DEFAULT_SERVER = "http://127.0.0.1:18924"
COLUMNS: tuple[tuple[str, int, Callable[[Instance], str]], ...] = (
    ("ID", 16, lambda instance: instance.id),
    ("VM name", 24, lambda instance: instance.vm_name),
    ("User", 18, lambda instance: instance.user_ident or ""),
    ("Status", 12, lambda instance: instance.status),
    ("Last seen", 9, lambda instance: f"{instance.last_seen.astimezone():%H:%M:%S}"),
)


def status(arguments: Sequence[str]) -> int:
    parser = _parser("status", "List a server's machines.")
    return _ask(parser, arguments, lambda server, _: _table(server.instances()))


def create(arguments: Sequence[str]) -> int:
    parser = _parser("create", "Make a machine of a package, start it, print its URL.")
    parser.add_argument("url", help="http, https or file URL of the package")
    parser.add_argument("-u", "--user-ident", metavar="NAME", help="whom it is for")
    parser.add_argument(
        "-n", "--network", choices=["none", "restricted", "user"], default="none"
    )
    return _ask(
        parser,
        arguments,
        lambda server, given: (
            server.create(
                given.url, user_ident=given.user_ident, network=given.network
            ).url
        ),
    )


def destroy(arguments: Sequence[str]) -> int:
    parser = _parser("destroy", "End a machine and drop what it wrote.")
    parser.add_argument("id", help="as status shows it")

    def end(server: ThinClientServer, given: argparse.Namespace) -> str:
        # client.destroy() takes what is gone for done; a person may have mistyped it.
        server.instance(given.id)
        server.destroy(given.id)
        return ""

    return _ask(parser, arguments, end)


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m vmnetx {name}",
        description=about,
        epilog=f"The API's key is in ${KEY_VARIABLE}, or in a file.",
    )
    parser.add_argument(
        "-S",
        "--server",
        metavar="URL",
        default=os.environ.get(SERVER_VARIABLE, DEFAULT_SERVER),
        help=f"the control API (${SERVER_VARIABLE}; default {DEFAULT_SERVER})",
    )
    parser.add_argument(
        "-k", "--secret-key-file", type=Path, metavar="FILE", help="the API's key"
    )
    return parser


def _ask(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str],
    question: Callable[[ThinClientServer, argparse.Namespace], str],
) -> int:
    given = parser.parse_args(arguments)
    try:
        key = secret_key(given.secret_key_file, os.environ)
    except ValueError as error:
        parser.error(str(error))
    try:
        with ThinClientServer(given.server, key) as server:
            answer = question(server, given)
    except VmnetxError as error:
        sys.stderr.write(f"vmnetx: {error}\n")
        return 1
    if answer:
        sys.stdout.write(answer + "\n")
    return 0


def _table(instances: list[Instance]) -> str:
    if not instances:
        return "No instances exist"
    rows = [[title for title, _, _ in COLUMNS]]
    rows += [[show(instance) for _, _, show in COLUMNS] for instance in instances]
    return "\n".join(_line(row) for row in rows)


def _line(cells: list[str]) -> str:
    """Cut to their widths. What a package names itself must not move the cursor."""
    widths = [width for _, width, _ in COLUMNS]
    shown = (
        "".join(c if c.isprintable() else "?" for c in cell[:width]).ljust(width)
        for cell, width in zip(cells, widths, strict=True)
    )
    return "  ".join(shown).rstrip()
