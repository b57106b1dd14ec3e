"""Run as a program, on the database that the environment names: harvests against other
processes' transactions. Ends with 0 if no harvester was left wrong.

    python -m tests.portal.oai.racing ROUNDS
"""

from __future__ import annotations

import random
import subprocess
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from lxml import etree  # noqa: E402

from olive_portal.oai import services, verbs, views  # noqa: E402
from olive_portal.oai.models import Record  # noqa: E402
from tests.portal.oai.conftest import OAI, exposure  # noqa: E402

TITLES = 160
# Long enough for a second to pass, on whatever machine.
OPEN_SECONDS = 1.2


def respond(**arguments):
    text = views.respond([*arguments.items()])
    return etree.fromstring(text.encode())


class Harvester:
    def __init__(self):
        self.store = {}
        self.start = None

    def harvest(self):
        """Incremental from the second time on."""
        window = {"from": self.start} if self.start else {}
        root = respond(verb="ListRecords", metadataPrefix="oai_dc", **window)
        self.start = root.findtext(f"{OAI}responseDate")
        while True:
            for record in root.iter(f"{OAI}record"):
                header, *rest = record
                gone = header.get("status") == "deleted"
                title = "".join(t for part in rest for t in part.itertext())
                self.store[header.findtext(f"{OAI}identifier")] = (gone, title)
            token = root.findtext(f".//{OAI}resumptionToken")
            if not token:
                return
            root = respond(verb="ListRecords", resumptionToken=token)


def provided():
    rows = Record.objects.values_list("identifier", "is_deleted", "metadata")
    return {
        identifier: (
            gone,
            metadata.partition("<dc:title>")[2].partition("</dc:title>")[0],
        )
        for identifier, gone, metadata in rows
    }


def compare(harvester):
    assert harvester.store == provided(), "the harvester was left wrong"


def a_transaction_that_commits_late():
    """Stamped before a harvest began, committed after it ended."""
    code = "from tests.portal.oai import racing; racing.commit_late()"
    other = spawn(code)
    assert other.stdout.readline() == "stamped\n"
    harvester = Harvester()
    time.sleep(OPEN_SECONDS)  # the harvest is in a later second than the stamp
    harvester.harvest()
    finish(other)
    assert "oai:olive.invalid:99999/1" not in {
        name for name, (_, title) in harvester.store.items() if title == "Late"
    }
    harvester.harvest()
    compare(harvester)


def commit_late():
    with transaction.atomic():
        services.expose([exposure(1, title="Late")])
        print("stamped", flush=True)  # noqa: T201
        sys.stdin.read()


def writers_that_do_as_they_like(rounds):
    code = f"from tests.portal.oai import racing; racing.write({rounds}, {{}})"
    others = [spawn(code.format(seed)) for seed in (1, 2)]
    harvester = Harvester()
    while any(other.poll() is None for other in others):
        harvester.harvest()
    for other in others:
        finish(other)
    harvester.harvest()
    compare(harvester)


def write(rounds, seed):
    """Each writer has half of the titles: a source is exposed by one at a time."""
    chance = random.Random(seed)
    for _ in range(rounds):
        keys = {2 * chance.randint(1, TITLES // 2) - seed % 2 for _ in range(5)}
        with transaction.atomic():
            if chance.random() < 0.3:
                services.retire(f"item/{key}" for key in keys)
            else:
                title = f"Title {chance.random()}"
                services.expose([exposure(key, title=title) for key in sorted(keys)])
            if chance.random() < 0.1:
                time.sleep(OPEN_SECONDS)
            if chance.random() < 0.1:
                transaction.set_rollback(True)


def spawn(code):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, **pipes, text=True)


def finish(process):
    process.communicate()
    assert process.returncode == 0


def main():
    call_command("migrate", "oai", verbosity=0)
    services.expose([exposure(key) for key in range(1, TITLES // 2)])
    a_transaction_that_commits_late()
    verbs.PAGE = 10
    writers_that_do_as_they_like(int(sys.argv[1]))


if __name__ == "__main__":
    main()
