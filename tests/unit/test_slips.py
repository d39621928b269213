"""Values that are hardly meant are refused, and secrets and texts that only look like it are not."""

import pytest

from server.cli.checks.set_keys import key_doubts, key_faults
from server.cli.checks.slips import slips
from server.config import load_settings

KEY = "sk-0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_SECRET", "a;b[c]d-0123456789"),
        ("TOKEN_SECRET", "[0123456789;abcdef]"),
        ("JWT__HS256_SECRET", "x;y" * 20),
        ("API_KEYS", "pa;ss-0123456789"),
        ("FAKE__TEXT", '["quoted"; text]'),
        ("MODEL", "org/name;1"),
        ("MODEL", "org/name#1"),
        ("JWT__HS256_SECRET", "a secret of many words, #1 of them all"),
        ("LIMITS__REDIS_URL", "redis://:p;w@127.0.0.1:6379/0"),
    ],
)
def test_what_may_be_meant_is_taken(monkeypatch, name, value):
    monkeypatch.setenv(f"PAGEGLASS_{name}", value)
    assert list(slips(load_settings(env_file=None))) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("API_KEYS", f"{KEY};{KEY}2", "key 1 has a ; in it"),
        ("EXTRA_MODELS", "tesseract;other", "Separate values by commas"),
        ("TOKEN_SECRET", "'0123456789abcdef'", "the value stands in quotes"),
        ("TOKEN_SECRET", "${SECRET}", "was not filled in"),
        ("RECORD__FOLDER", "~/records", "not expanded"),
        ("EXTRA_MODELS", "tesseract,other # later", "'other # later' has a comment in it"),
        ("JWT__ISSUER", "https://login.example # ours", "has a comment in it"),
    ],
)
def test_what_is_hardly_meant_is_named_without_a_secret(monkeypatch, name, value, said):
    monkeypatch.setenv(f"PAGEGLASS_{name}", value)
    (fault,) = slips(load_settings(env_file=None))
    assert fault.startswith(f"PAGEGLASS_{name}: ")
    assert said in fault
    assert KEY not in fault


@pytest.mark.parametrize(
    ("key", "is_path"),
    [
        ("/run/secrets/key", True),
        ("./key", True),
        ("../keys/one", True),
        ("~/key.txt", True),
        ("~me/key.txt", True),
        ("/Zk3/xYt8vQ1w0aB9cD", False),  # in base64
        ("/zk3-xyt8vq1w0ab9cd", False),
        ("/" + "a/" * 3000, True),
        ("/" + "A" * 3000, False),
        ("/run/secrets/key+==", False),
        ("sk-a/b/c", False),
    ],
)
def test_a_path_for_a_key_is_told_from_base64(monkeypatch, key, is_path):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", f"{KEY},{key}")
    faults = list(key_faults(load_settings(env_file=None)))
    assert [fault.startswith("PAGEGLASS_API_KEYS: key 2 looks like a path") for fault in faults] == [True] * is_path


def test_a_file_that_is_there_is_no_key(monkeypatch, tmp_path):
    (tmp_path / "Key").touch()
    monkeypatch.setenv("PAGEGLASS_API_KEYS", str(tmp_path / "Key"))
    assert len(list(key_faults(load_settings(env_file=None)))) == 1


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (KEY, ""),
        (f"{KEY}, {KEY}2", ""),
        (f"{KEY},", "has an empty entry"),
        (f"{KEY},,{KEY}2", "has an empty entry"),
        ("changeme", "key 1 is a word"),
        (f"{KEY},sk-xxxxxxxxxxxxxxxxxxxxxxxx", "key 2 is a word"),
        ("your_api_key", "key 1 is a word"),
        ("correct-horse", ""),
    ],
)
def test_keys_worth_a_warning_where_nobody_else_can_connect(monkeypatch, keys, said):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", keys)
    doubts = list(key_doubts(load_settings(env_file=None, host="127.0.0.1")))
    assert len(doubts) == bool(said)
    assert said in "".join(doubts)
    assert KEY not in "".join(doubts)
