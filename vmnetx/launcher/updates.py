"""The update check: at most once a week, aside, and off without a URL (spec 6)."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from packaging.version import InvalidVersion, Version

from vmnetx import __version__
from vmnetx.machine import aside
from vmnetx.package.http import USER_AGENT

logger = logging.getLogger(__name__)

STATE_FILE: Final = "update-checking"
INTERVAL: Final = timedelta(days=7)
CONNECT_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 5.0
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Update:
    """A newer release, and where a person gets it: an http or https URL."""

    version: str
    released: date
    url: str

    def __str__(self) -> str:
        return f"VMNetX {self.version} of {self.released} is out: {self.url}"


@dataclass(frozen=True)
class State:
    """What is kept between two starts. `disabled` and `ignore` are the person's."""

    disabled: bool = False
    ignore: str | None = None
    next_check: date | None = None

    @classmethod
    def read(cls, path: Path) -> State:
        """A file that is missing or odd is as good as none."""
        try:
            kept = json.loads(path.read_text())
            due = kept.get("next-check")
            ignore = kept.get("ignore")
            return cls(
                disabled=kept.get("disabled") is True,
                ignore=ignore if isinstance(ignore, str) else None,
                next_check=date.fromisoformat(due) if due else None,
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return cls()

    def write(self, path: Path) -> None:
        """Either the old state or the new one is there."""
        kept = asdict(self)
        kept["next-check"] = kept.pop("next_check") and str(self.next_check)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(kept, indent=2))
            draft.replace(path)
        except OSError as error:
            logger.info("The update check is repeated at the next start: %s", error)


class UpdateCheck:
    """Asks in a thread of its own. offer() never waits, and nobody waits for it."""

    def __init__(
        self,
        url: str,
        state_path: Path,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._url = url
        self._path = state_path
        self._today = today
        self._answer: Future[Update | None] | None = None

    def begin(self) -> None:
        """Ask, if it is time."""
        state = State.read(self._path)
        is_early = state.next_check is not None and self._today() < state.next_check
        if self._url and not state.disabled and not is_early:
            self._answer = aside.start(self._ask)

    def offer(self) -> Update | None:
        """Return a newer release, once, and then not for a week; None if not known."""
        answer = self._answer
        if answer is None or not answer.done():
            return None
        self._answer = None
        error = answer.exception()
        if error is not None:
            # Ignored, and asked again at the next start.
            logger.info("No update check: %s", type(error).__name__)
            return None
        self._defer(answer.result())
        return self._wanted(answer.result())

    def _ask(self) -> Update:
        return parse(_fetch(self._url))

    def _wanted(self, update: Update | None) -> Update | None:
        if update is None or State.read(self._path).ignore == update.version:
            return None
        is_newer = Version(update.version) > Version(__version__)
        return update if is_newer else None

    def _defer(self, update: Update | None) -> None:
        state = State.read(self._path)
        is_current = update is not None and state.ignore == update.version
        ignore = state.ignore if is_current else None
        due = self._today() + INTERVAL
        State(state.disabled, ignore, due).write(self._path)


def _fetch(url: str) -> bytes:
    timeout = (CONNECT_SECONDS, SILENCE_SECONDS)
    headers = {"User-Agent": USER_AGENT}
    with requests.get(url, headers=headers, timeout=timeout, stream=True) as answer:
        answer.raise_for_status()
        data = b""
        for piece in answer.iter_content(4096):
            data += piece
            if len(data) > MAX_BYTES:
                raise ValueError(f"longer than {MAX_BYTES} bytes")
        return data


def parse(data: bytes) -> Update:
    """Read a release notice. Raises ValueError for one that is odd."""
    notice = json.loads(data)
    if not isinstance(notice, dict):
        raise ValueError("no object")
    version = _word(notice, "version")
    released = datetime.fromisoformat(_word(notice, "release-date"))
    url = _word(notice, "update-url")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("no web address")
    try:
        Version(version)
    except InvalidVersion as error:
        raise ValueError("no version") from error
    return Update(version, released.date(), url)


def _word(notice: dict[str, object], key: str) -> str:
    word = notice.get(key)
    if not isinstance(word, str) or not word.isprintable():
        raise ValueError(f"{key} is missing")
    return word
