from __future__ import annotations

import sys

import pytest

from olive_portal.preservation import recipes
from olive_portal.preservation.errors import BadSubmission, PreservationError
from olive_portal.preservation.screenshots import Patience


@pytest.fixture
def generate_with(tmp_path, monkeypatch):
    """Lets a script stand where `vmnetx generate recipe` stands."""

    def generate_with(code):
        script = tmp_path / "generate.py"
        script.write_text(f"import sys, shutil\n{code}\n")
        monkeypatch.setattr(recipes, "GENERATE", (sys.executable, str(script)))

    return generate_with


def test_progress_is_passed_on(generate_with, tmp_path, capfd):
    generate_with("print('one', file=sys.stderr); print(*sys.argv[1:])")
    said = []
    recipes.build(tmp_path / "a", tmp_path / "b", said.append)
    assert said == ["one"]
    assert capfd.readouterr().out == f"{tmp_path}/a {tmp_path}/b\n"


def test_what_cannot_be_built_here_says_why_in_its_last_line(generate_with, tmp_path):
    generate_with(
        "print('late on stdout'); print('well', file=sys.stderr);"
        "print('There is no apt.', file=sys.stderr); sys.exit(3)"
    )
    with pytest.raises(recipes.NotHere, match=r"^There is no apt\.$"):
        recipes.build(tmp_path / "a", tmp_path / "b", lambda _: None)


def test_a_build_that_fails_is_told_from_one_that_cannot_be(generate_with, tmp_path):
    generate_with("sys.exit('broken')")
    with pytest.raises(PreservationError, match=r"broken \(exit code 1\)") as caught:
        recipes.build(tmp_path / "a", tmp_path / "b", lambda _: None)
    assert not isinstance(caught.value, recipes.NotHere)


def test_a_build_has_a_limit(generate_with, tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "MAX_BUILD_SECONDS", 0.2)
    generate_with("import threading; threading.Event().wait()")
    with pytest.raises(PreservationError, match="exit code -9"):
        recipes.build(tmp_path / "a", tmp_path / "b", lambda _: None)


def test_only_what_the_machine_is_made_from_counts(tmp_path):
    (tmp_path / "recipe.toml").write_text("a")
    before = recipes.digest_inputs(tmp_path)
    (tmp_path / "mets.xml").write_text("a")
    (tmp_path / "screenshots").mkdir()
    (tmp_path / "screenshots/a.png").write_text("a")
    assert recipes.digest_inputs(tmp_path) == before
    (tmp_path / "files").mkdir()
    (tmp_path / "files/init").write_text("a")
    with_file = recipes.digest_inputs(tmp_path)
    assert with_file != before
    (tmp_path / "files/init").rename(tmp_path / "files/other")
    assert recipes.digest_inputs(tmp_path) not in {before, with_file}


def test_a_recipe_may_say_how_its_screen_is_taken(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("")
    assert recipes.read_screenshot(tmp_path) == (Patience(), "")
    recipe.write_text('[screenshot]\nseconds = 20\nalt = "Ships"')
    patience, alt = recipes.read_screenshot(tmp_path)
    assert (patience.least, patience.most, alt) == (20, 20, "Ships")


@pytest.mark.parametrize("text", ["[", "screenshot = 1", "screenshot.seconds = 'a'"])
def test_a_wrong_screenshot_table_is_refused(tmp_path, text):
    (tmp_path / "recipe.toml").write_text(text)
    with pytest.raises(BadSubmission, match=r"recipe\.toml: "):
        recipes.read_screenshot(tmp_path)
