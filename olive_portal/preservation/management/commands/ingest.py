from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from olive_portal.metadata.reading.report import Report, Verdict
from olive_portal.preservation import batches, services
from olive_portal.preservation.batches import Batch
from olive_portal.preservation.errors import PreservationError
from olive_portal.preservation.services import Outcome, Taken
from olive_portal.preservation.submissions import Sources

REFUSED = "refused"
SOURCES = ("package", "mets", "collection", "strict")
UNREAD = {Verdict.LEFT, Verdict.INVALID}
# From here on everything that was read is told, too.
ALL_OF_IT = 2


class Command(BaseCommand):
    help = "Take titles into the catalogue: folders, METS records, packages, zip files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--publish", action="store_true", help="show them at once")
        parser.add_argument("--package", type=Path, help="the .nxpk file of one folder")
        parser.add_argument("--mets", type=Path, help="the METS record of one package")
        parser.add_argument("--collection", default="", help="the slug of one")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would happen, and stop"
        )
        parser.add_argument(
            "--strict", action="store_true", help="refuse records that are not valid"
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        paths: list[Path] = options["paths"]
        if len(paths) > 1 and (options["package"] or options["mets"]):
            raise CommandError("--package and --mets go with one PATH")
        outcomes: Counter[str] = Counter()
        for path in paths:
            outcomes += self._batch(path, options)
        self._end(outcomes)

    def _batch(self, path: Path, options: dict[str, Any]) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        try:
            with batches.opened(path) as batch:
                # Shown on a terminal, and nowhere else.
                is_alone = len(batch.titles) == 1
                bar = tqdm(batch.titles, unit="title", disable=is_alone or None)
                for title in bar:
                    outcomes[self._ingest(title, batch, options)] += 1
        except PreservationError as error:
            self._complain(str(error))
            outcomes[REFUSED] += 1
        return outcomes

    def _ingest(self, path: Path, batch: Batch, options: dict[str, Any]) -> str:
        sources = Sources(*(options[name] for name in SOURCES))
        try:
            if options["dry_run"]:
                taken = services.rehearse(path=path, sources=sources)
            else:
                taken = services.take_in(path=path, sources=sources)
                if options["publish"]:
                    services.publish(item=taken.item)
        except (PreservationError, OSError) as error:
            self._complain(batch.shown(str(error)))
            return REFUSED
        self._tell(taken, options)
        return taken.outcome

    def _tell(self, taken: Taken, options: dict[str, Any]) -> None:
        item = taken.item
        line = f"{item.get_absolute_url()}  {item.title} ({item.state})"
        self._say(f"{line}: {taken.outcome}")
        is_told = taken.outcome != Outcome.SAME or options["dry_run"]
        if taken.report and is_told:
            everything = options["dry_run"] or options["verbosity"] >= ALL_OF_IT
            self._report(taken.report, set(Verdict) if everything else UNREAD)

    def _report(self, report: Report, verdicts: set[Verdict]) -> None:
        self._say(f"  METS: {report.summary}")
        for finding in report.findings:
            if finding.verdict in verdicts:
                self._say(f"  {finding}")

    def _end(self, outcomes: Counter[str]) -> None:
        count = outcomes.total()
        if count > 1:
            said = ", ".join(f"{number} {word}" for word, number in outcomes.items())
            self._say(f"{count} titles: {said}")
        if refused := outcomes[REFUSED]:
            raise CommandError(f"{refused} of {count} could not be taken in")

    def _say(self, line: str) -> None:
        with tqdm.external_write_mode(file=self.stdout):
            self.stdout.write(line)

    def _complain(self, line: str) -> None:
        with tqdm.external_write_mode(file=self.stderr):
            self.stderr.write(line)
