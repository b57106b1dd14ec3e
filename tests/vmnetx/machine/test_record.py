from __future__ import annotations

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine import record


def test_what_is_written_is_read(tmp_path):
    written = record.Record("u", 12, 34, has_vnc=True, is_ready=True)
    written.write(tmp_path)
    assert record.read(tmp_path) == written


def test_a_record_is_replaced_as_a_whole(tmp_path):
    for pid in (1, 2):
        record.Record("u", pid).write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [record.FILENAME]
    assert record.read(tmp_path).pid == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"uuid": "u", "more": 1}'])
def test_a_spoilt_record_is_no_machine(tmp_path, text):
    (tmp_path / record.FILENAME).write_text(text)
    with pytest.raises(MachineFailed, match="holds no machine"):
        record.read(tmp_path)


def test_an_empty_folder_is_no_machine(tmp_path):
    with pytest.raises(MachineFailed, match="holds no machine"):
        record.read(tmp_path)
