from __future__ import annotations

import pytest

from vmnetx.generate import cli
from vmnetx.package import reference


def test_what_this_machine_cannot_build_is_exit_code_3(monkeypatch, tmp_path, capsys):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        'name="x"\npackages=["x1"]\nboot={protocol="multiboot", image="x"}'
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["recipe", str(recipe), str(tmp_path / "x.nxpk")]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("Cannot be built on this machine: it has no ")


def test_a_bad_recipe_is_exit_code_1(tmp_path, capsys):
    assert cli.main(["recipe", str(tmp_path / "absent"), "x.nxpk"]) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_good_domain_is_valid_in_silence(tmp_path, capsys):
    create = ["create", "--folder", str(tmp_path), "-w", "machine", "64", "1"]
    assert cli.main(create) == 0
    capsys.readouterr()
    assert cli.main(["validate", str(tmp_path / "machine.xml")]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_bad_domain_is_exit_code_1_with_the_reason(tmp_path, capsys):
    path = tmp_path / "machine.xml"
    path.write_text("<domain/>")
    assert cli.main(["validate", str(path)]) == 1
    assert "prohibited" in capsys.readouterr().err


def test_the_memory_of_what_is_no_package_is_exit_code_1(tmp_path, capsys):
    path = tmp_path / "in.nxpk"
    path.write_bytes(b"no package")
    options = ["--text", "READY", "--pixel", "1,2,#ffffff", "--seconds", "0"]
    assert cli.main(["memory", *options, str(path), str(tmp_path / "out.nxpk")]) == 1
    assert "not a sound zip" in capsys.readouterr().err


def test_a_pixel_that_is_none_is_a_usage_error(tmp_path, capsys):
    with pytest.raises(SystemExit):
        cli.main(["memory", "--pixel", "1,2", "in.nxpk", "out.nxpk"])
    assert "--pixel" in capsys.readouterr().err


def test_a_package_is_made_and_its_digest_told(tmp_path, capsys):
    create = ["create", "--folder", str(tmp_path), "machine", "64", "1"]
    assert cli.main(create) == 0
    output = tmp_path / "out.nxpk"
    made = ["package", "-n", "Mine", str(tmp_path / "machine.xml"), str(output)]
    assert cli.main(made) == 0
    assert output.is_file()
    assert "SHA-256" in capsys.readouterr().err


def test_a_reference_names_its_url(tmp_path, capsys):
    output = tmp_path / "game.netx"
    assert cli.main(["reference", "https://a.example/game.nxpk", str(output)]) == 0
    assert reference.read(output) == "https://a.example/game.nxpk"
    assert capsys.readouterr() == ("", "")


def test_what_a_reference_may_not_name_is_exit_code_1(tmp_path, capsys):
    output = tmp_path / "game.netx"
    assert cli.main(["reference", "file:///etc/passwd", str(output)]) == 1
    assert "not a reference" in capsys.readouterr().err
    assert not output.exists()
