"""`pageglass keys`: a key is shown once, and what is asked for in vain is one line."""

import hashlib
import json
import tomllib
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from command_line import run_command


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in a folder of its own; gives (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    return partial(run_command, monkeypatch, capsys)


def test_a_key_is_printed_once_and_listed_without_its_secret(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PAGEGLASS_KEYS_FILE", "keys.toml")
    code, out, err = run("keys", "new", "acme", "--expires", "90d", "--models", "a, b", "--pages-per-day", "0")
    assert code == 0
    key = out.strip()
    assert out == key + "\n"
    assert key not in err
    assert "not shown again" in err
    entry = tomllib.loads((tmp_path / "keys.toml").read_text())["keys"]["acme"]
    assert entry["sha256"] == hashlib.sha256(key.encode()).hexdigest()
    assert abs(entry["expires"] - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=5)
    assert (entry["models"], entry["limits"]) == (["a", "b"], {"pages_per_day": 0})
    run("keys", "new", "other", "--expires", "2999-01-31")
    code, out, _ = run("keys", "list", "--json")
    listed = json.loads(out)
    assert [(row["name"], row["models"], row["limits"], row["expired"]) for row in listed] == [
        ("acme", ["a", "b"], {"pages_per_day": 0}, False),
        ("other", None, {}, False),
    ]
    assert listed[1]["expires"] == "2999-01-31T00:00:00Z"
    assert entry["sha256"] not in out
    code, out, _ = run("keys", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["name", "acme", "other"]
    assert run("keys", "revoke", "acme")[:2] == (0, "")
    assert [row["name"] for row in json.loads(run("keys", "list", "--json")[1])] == ["other"]


def test_an_expired_key_is_listed_as_such(run, tmp_path):
    file = tmp_path / "old.toml"
    file.write_text(f'[keys.old]\nsha256 = "{"0" * 64}"\nexpires = 2020-01-01\n')
    _, out, _ = run("keys", "list", "--file", str(file))
    assert "2020-01-01T00:00:00Z (expired)" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list"], "PAGEGLASS_KEYS_FILE"),
        (["new", "a"], "PAGEGLASS_KEYS_FILE"),
        (["list", "--file", "none.toml"], "none.toml"),
        (["revoke", "a", "--file", "none.toml"], "none.toml"),
        (["new", "a b", "--file", "keys.toml"], "'a b'"),
        (["new", "a", "--file", "keys.toml", "--expires", "soon"], "'soon'"),
        (["new", "a", "--file", "keys.toml", "--expires", "2020-01-31"], "past"),
        (["new", "a", "--file", "no/keys.toml"], "no/keys.toml"),
    ],
)
def test_what_is_asked_for_in_vain_is_one_line(run, arguments, words):
    code, out, err = run("keys", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("pageglass: ")
    assert err.count("\n") == 1
    assert words in err
