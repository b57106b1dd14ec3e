from __future__ import annotations

import gc
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from olive_portal.oai import stamping

# Holds the lock as another process's stamper would, until its standard input closes.
OTHER = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.pwrite(file, int(sys.argv[2]).to_bytes(8), 0)
fcntl.flock(file, fcntl.LOCK_EX)
print("marked", flush=True)
sys.stdin.read()
"""

needs_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's own tests are elsewhere"
)


@pytest.fixture
def other_stamper():
    """Another process that stamped at a second, with its transaction still open."""
    path = settings.DATA / stamping.FILE
    started = []

    def other_stamper(second):
        command = [sys.executable, "-c", OTHER, path, str(second)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen(command, **pipes, text=True)
        started.append(process)
        assert process.stdout.readline() == "marked\n"
        return process

    yield other_stamper
    for process in started:
        process.communicate()


def now():
    return stamping.written(int(time.time()))


def test_a_stamp_is_the_second_as_the_protocol_writes_it(clock, db):
    clock.now = 1_709_251_199
    assert stamping.stamp() == "2024-02-29T23:59:59Z"


@pytest.mark.django_db(transaction=True)
def test_a_stamp_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        stamping.stamp()


@needs_sqlite
def test_the_horizon_is_the_second_of_an_open_stamper(db, other_stamper):
    process = other_stamper(1_700_000_000)
    assert stamping.horizon() == "2023-11-14T22:13:20Z"
    process.communicate()
    before = now()
    assert before <= stamping.horizon() <= now()


@needs_sqlite
def test_a_killed_stamper_holds_nobody_back(db, other_stamper):
    process = other_stamper(1_700_000_000)
    process.kill()
    process.wait()
    assert stamping.horizon() > "2024"


@needs_sqlite
def test_our_own_open_transaction_is_no_horizon(db, clock):
    stamping.stamp()
    clock.now += 60
    assert stamping.horizon() == stamping.written(clock.now)


def is_marked():
    """As another connection sees it."""
    with (settings.DATA / stamping.FILE).open("rb") as file:
        try:
            stamping.fcntl.flock(file, stamping.fcntl.LOCK_SH | stamping.fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stamp_and_fail():
    stamping.stamp()
    assert is_marked()
    raise ZeroDivisionError


@needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_mark_lasts_exactly_as_long_as_its_transaction():
    with transaction.atomic():
        stamping.stamp()
        stamping.stamp()
        assert is_marked()
    assert not is_marked()


@needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_mark_away():
    gc.disable()  # no cycle may keep it
    try:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            stamp_and_fail()
        assert not is_marked()
    finally:
        gc.enable()


@needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_leaves_the_outer_mark():
    with transaction.atomic():
        stamping.stamp()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            stamp_and_fail()
        assert is_marked()
    assert not is_marked()


@needs_sqlite
def test_marks_leave_no_open_file_behind(db):
    def count():
        return len(os.listdir("/proc/self/fd"))

    before = count()
    mark = stamping.Mark()
    mark.set()
    mark()
    mark()
    assert count() == before
