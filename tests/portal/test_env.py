from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from olive_portal import env


@pytest.fixture
def variable(monkeypatch):
    def variable(value):
        monkeypatch.setenv("OLIVE_X", value)

    return variable


def test_text_has_a_default():
    assert env.text("OLIVE_X", "without") == "without"


def test_words_are_separated_by_commas(variable):
    variable(" one, two,,")
    assert env.words("OLIVE_X") == ["one", "two"]


def test_a_number_is_read(variable):
    variable("12")
    assert env.number("OLIVE_X", 3) == 12


@pytest.mark.parametrize("value", ["twelve", "-1", "1.5", ""])
def test_a_wrong_number_is_refused_by_name(variable, value):
    variable(value)
    with pytest.raises(ImproperlyConfigured, match="OLIVE_X"):
        env.number("OLIVE_X", 3)


def test_a_number_below_the_least_is_refused(variable):
    variable("0")
    with pytest.raises(ImproperlyConfigured, match="at least 1"):
        env.number("OLIVE_X", 3, least=1)


def test_a_switch_is_yes_or_no(variable):
    variable("yes")
    assert env.switch("OLIVE_X")
    variable("No")
    assert not env.switch("OLIVE_X")


def test_another_word_is_no_switch(variable):
    variable("1")
    with pytest.raises(ImproperlyConfigured, match="yes or no"):
        env.switch("OLIVE_X")


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("sesame\n")
    monkeypatch.setenv("OLIVE_X_FILE", str(tmp_path / "key"))
    assert env.secret("OLIVE_X") == "sesame"


def test_a_secret_file_that_is_absent_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("OLIVE_X_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match="OLIVE_X_FILE"):
        env.secret("OLIVE_X")


def test_a_folder_is_made_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("OLIVE_X", str(tmp_path / "data"))
    made = env.folder("OLIVE_X", tmp_path)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_generated_secret_stays_and_is_private(tmp_path):
    path = tmp_path / "key"
    first = env.generated_secret(path)
    assert len(first) > 60
    assert env.generated_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_who_start_at_once_get_the_same_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(env.generated_secret, [tmp_path / "key"] * 32))
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
