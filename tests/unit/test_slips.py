"""Values that are hardly meant are refused, and secrets and texts that only look like it are not."""

import pytest

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
    ],
)
def test_what_is_hardly_meant_is_named_without_a_secret(monkeypatch, name, value, said):
    monkeypatch.setenv(f"PAGEGLASS_{name}", value)
    (fault,) = slips(load_settings(env_file=None))
    assert fault.startswith(f"PAGEGLASS_{name}: ")
    assert said in fault
    assert KEY not in fault
