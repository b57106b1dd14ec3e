from __future__ import annotations

from pathlib import Path

import pytest

from vmnetx.server.allowing import Origin
from vmnetx.server.options import parse, secret_key

KEY = {"VMNETX_SECRET_KEY": "sesame"}


def test_without_options_it_listens_where_the_clients_of_2015_look():
    options = parse([], KEY)
    assert options.gateway.port == 18923
    assert (options.control.host, options.control.port) == ("127.0.0.1", 18924)
    assert (options.viewer.host, options.viewer.port) == ("127.0.0.1", 18925)


def test_no_machine_may_reach_this_host_unless_the_operator_says_so():
    assert parse([], KEY).user_network == "closed"
    assert parse(["--user-network", "open"], KEY).user_network == "open"


def test_nothing_may_be_fetched_unless_it_is_named():
    options = parse([], KEY)
    assert options.origins == ()
    assert options.folders == ()


def test_the_command_line_wins_over_the_environment():
    environment = KEY | {"VMNETX_MAX_MEMORY": "64", "VMNETX_MAX_VCPUS": "2"}
    options = parse(["--max-memory", "128"], environment)
    assert options.max_memory_bytes == 128 * 1024**2
    assert options.max_vcpus == 2


def test_what_may_be_given_again_adds_up():
    options = parse(
        ["--allow-origin", "https://b.example"],
        KEY | {"VMNETX_ALLOW_ORIGIN": "https://a.example"},
    )
    assert options.origins == (
        Origin.parse("https://a.example"),
        Origin.parse("https://b.example"),
    )


def test_a_folder_is_resolved_so_that_links_lead_nowhere(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    options = parse(["--allow-files", str(tmp_path / "link")], KEY)
    assert options.folders == (tmp_path / "real",)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--http-port", "x"],
        ["--max-instances", "0"],
        ["--accel", "hvf"],
        ["--user-network", "ajar"],
        ["--viewer-url", "https://a.example"],
        ["--allow-origin", "ftp://a.example"],
        ["--allow-origin", "https://user:word@a.example"],
        ["--unknown"],
    ],
)
def test_a_wrong_value_ends_with_its_name(arguments, capsys):
    with pytest.raises(SystemExit):
        parse(arguments, KEY)
    assert arguments[-1] in capsys.readouterr().err or arguments[0] == "--allow-origin"


def test_without_a_key_it_does_not_start(capsys):
    with pytest.raises(SystemExit):
        parse([], {})
    assert "--secret-key-file" in capsys.readouterr().err


def test_the_key_lies_in_a_file_or_the_environment(tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    assert secret_key(tmp_path / "key", {}) == "from a file"
    named = {"VMNETX_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert secret_key(None, named) == "from a file"
    assert secret_key(None, KEY) == "sesame"


def test_an_unreadable_key_file_is_said():
    with pytest.raises(ValueError, match="cannot be read"):
        secret_key(Path("/nonexistent/key"), {})


def test_the_key_is_not_in_the_text_of_the_options():
    assert "sesame" not in repr(parse([], KEY))
