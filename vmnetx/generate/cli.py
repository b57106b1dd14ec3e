"""`python -m vmnetx generate …`: makes packages. Steps are told on standard error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vmnetx.errors import VmnetxError
from vmnetx.generate import building, packaging, remembering
from vmnetx.generate.memory_image import Wish
from vmnetx.generate.moment import Moment, Pixel, pixel
from vmnetx.generate.tools import CannotBuildHere
from vmnetx.package import reference
from vmnetx.package.hardware import DiskFormat
from vmnetx.package.memory_file import COMPRESSIONS
from vmnetx.package.reference import BadReference

FAILED = 1
CANNOT_BUILD_HERE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `generate`; run() takes what they parse."""
    commands = parser.add_subparsers(dest="step", required=True, metavar="COMMAND")

    recipe = commands.add_parser("recipe", help="make a package as a recipe says")
    recipe.add_argument("recipe", type=Path, metavar="RECIPE.toml")
    recipe.add_argument("output", type=Path, metavar="OUT.nxpk")
    recipe.add_argument("--work", type=Path, help="folder for temporary files")
    recipe.set_defaults(act=_recipe)

    create = commands.add_parser("create", help="make an empty disk and its domain XML")
    create.add_argument("name")
    create.add_argument("memory", type=int, metavar="MEMORY_MB")
    create.add_argument("disk", type=int, metavar="DISK_GB")
    create.add_argument("-w", "--64-bit", dest="wide", action="store_true")
    create.add_argument(
        "--folder", type=Path, default=Path.home() / "VirtualMachines", help="where"
    )
    create.set_defaults(act=_create)

    validate = commands.add_parser("validate", help="check a domain XML")
    validate.add_argument("domain", type=Path, metavar="DOMAIN_XML")
    validate.set_defaults(act=_validate)

    package = commands.add_parser("package", help="make a package of a domain XML")
    package.add_argument("-n", "--name", default="Virtual Machine")
    package.add_argument(
        "-u", "--uncompressed", action="store_true", help="the disk as a raw image"
    )
    package.add_argument("domain", type=Path, metavar="DOMAIN_XML")
    package.add_argument("output", type=Path, metavar="OUT.nxpk")
    package.set_defaults(act=_package)

    netx = commands.add_parser("reference", help="make a .netx file that names a URL")
    netx.add_argument("url", help="http, https or vmnetx")
    netx.add_argument("output", type=Path, metavar="OUT.netx")
    netx.set_defaults(act=_reference)

    memory = commands.add_parser(
        "memory", help="make a package of a package, whose machine starts at a moment"
    )
    memory.add_argument("package", type=Path, metavar="IN.nxpk")
    memory.add_argument("output", type=Path, metavar="OUT.nxpk")
    _add_moment(memory)
    memory.set_defaults(act=_memory)


def _add_moment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", default="", help="wait for it on the text screen")
    parser.add_argument(
        "--pixel",
        action="append",
        type=_pixel,
        metavar="X,Y,#RRGGBB",
        help="wait for it on the screen; may be given again",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=Moment.seconds,
        help="how long then (%(default)g)",
    )
    parser.add_argument(
        "--most-seconds",
        type=float,
        default=Moment.most_seconds,
        help="how long for text and pixels (%(default)g)",
    )
    parser.add_argument(
        "--accelerator", choices=("auto", "kvm", "tcg"), default=Wish.accelerator
    )
    parser.add_argument("--compression", choices=COMPRESSIONS, default=Wish.compression)


def _pixel(text: str) -> Pixel:
    x, y, colour = text.split(",")
    return pixel(int(x), int(y), colour)


def run(arguments: argparse.Namespace) -> int:
    """The exit code: 0, 1 for a failure, 3 for what this machine cannot build."""
    try:
        arguments.act(arguments)
    except CannotBuildHere as error:
        _say(str(error))
        return CANNOT_BUILD_HERE
    except (VmnetxError, BadReference, OSError) as error:
        _say(str(error))
        return FAILED
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _recipe(arguments: argparse.Namespace) -> None:
    output: Path = arguments.output
    made = building.build(arguments.recipe, output, _say, work=arguments.work)
    _say(f"{output}: {made.size} bytes, SHA-256 {made.sha256}")


def _create(arguments: argparse.Namespace) -> None:
    wanted = packaging.NewMachine(
        name=arguments.name,
        memory_mib=arguments.memory,
        disk_gib=arguments.disk,
        arch="x86_64" if arguments.wide else "i686",
    )
    _say(f"Made {packaging.create(wanted, arguments.folder)}")


def _validate(arguments: argparse.Namespace) -> None:
    packaging.validate(arguments.domain.read_bytes())


def _package(arguments: argparse.Namespace) -> None:
    wanted: DiskFormat = "raw" if arguments.uncompressed else "qcow2"
    made = packaging.package(
        arguments.domain,
        arguments.output,
        _say,
        name=arguments.name,
        disk_format=wanted,
    )
    _say(f"{arguments.output}: {made.size} bytes, SHA-256 {made.sha256}")


def _reference(arguments: argparse.Namespace) -> None:
    arguments.output.write_bytes(reference.render(arguments.url))


def _memory(arguments: argparse.Namespace) -> None:
    moment = Moment(
        arguments.text,
        tuple(arguments.pixel or ()),
        arguments.seconds,
        arguments.most_seconds,
    )
    wish = Wish(moment, arguments.accelerator, arguments.compression)
    made = remembering.remember(arguments.package, arguments.output, wish, _say)
    _say(f"{arguments.output}: {made.size} bytes, SHA-256 {made.sha256}")


def main(arguments: list[str]) -> int:
    """`python -m vmnetx generate`, with what follows it."""
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx generate", description="Make packages."
    )
    add_arguments(parser)
    return run(parser.parse_args(arguments))
