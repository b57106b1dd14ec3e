from __future__ import annotations

import pytest

from vmnetx.__main__ import main


@pytest.fixture
def kept(cache, origin):
    """A package that was read, and is not open."""
    source = cache.open(origin.url("s3cr3t"))
    source.read(0, source.size)
    source.close()


def test_it_shows_what_is_kept(kept, root, origin, capsys):
    assert main(["cache", "--cache", str(root)]) == 0
    total, _, line = capsys.readouterr().out.splitlines()
    assert total == f"{root}: 1 packages, 0.3 MiB"
    assert line.endswith(f"{origin.url().rpartition('/launch')[0]}/…/x.nxpk")
    assert "100%" in line
    assert "s3cr3t" not in line


def test_it_says_what_is_in_use(cache, origin, root, capsys):
    source = cache.open(origin.url())
    main(["cache", "--cache", str(root), "--clear"])
    assert " in use " in capsys.readouterr().out
    source.close()


def test_it_clears(kept, root, capsys):
    assert main(["cache", "--clear", "--cache", str(root)]) == 0
    freed, total = capsys.readouterr().out.splitlines()
    assert freed == "0.3 MiB are free again."
    assert total == f"{root}: 0 packages, 0.0 MiB"
    assert not list((root / "packages").iterdir())


def test_without_an_option_it_is_the_launchers(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}/vmnetx: 0 packages")
    monkeypatch.setenv("VMNETX_CACHE", str(tmp_path / "server"))
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}/server: 0 packages")


def test_a_folder_that_cannot_be_used_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["cache", "--cache", str(tmp_path / "file")]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err
