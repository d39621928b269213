"""The file of keys: what is in it, what is wrong with it, and how it is changed."""

import hashlib
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.access.caller import Limits
from server.access.key_file import known_keys, parse_key_file, read_key_file
from server.access.key_writing import add_key, revoke_key
from server.errors import ConfigurationError

DIGEST = hashlib.sha256(b"pg-secret").hexdigest()
WHOLE = f"""
[keys.acme]
sha256 = "{DIGEST}"
expires = 2027-01-31
models = ["reader"]
[keys.acme.limits]
requests_per_minute = 60
pages_per_day = 0
"""


def test_an_entry_is_a_caller_with_its_own_limits_over_those_of_the_settings():
    (known,) = known_keys(parse_key_file(WHOLE), Limits(requests_per_minute=5, requests_per_day=7, pages_per_day=9))
    assert known.digest == bytes.fromhex(DIGEST)
    assert known.expires == datetime(2027, 1, 31, tzinfo=UTC).timestamp()
    assert (known.caller.name, known.caller.models) == ("acme", frozenset({"reader"}))
    assert known.caller.limits == Limits(requests_per_minute=60, requests_per_day=7, pages_per_day=0)
    assert known.caller.id


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[keys.a\n", "line 1"),
        ("keys = 3", "keys"),
        (f'[kys.a]\nsha256 = "{DIGEST}"', "kys"),
        ("[keys.a]", "keys.a.sha256: is missing"),
        ("[keys]\na = 3", "keys.a: must be a table"),
        ('[keys.a]\nsha256 = "pg-secret"', "keys.a.sha256: must be the SHA-256 digest of a key"),
        (f'[keys.a]\nsha256 = "{DIGEST}"\nexpired = 2027-01-01', "keys.a.expired"),
        (
            f'[keys.a]\nsha256 = "{DIGEST}"\nrequests_per_minute = 5',
            "keys.a.requests_per_minute: limits have a table of their own: limits = {requests_per_minute = 60}",
        ),
        (f'[keys.a]\nsha256 = "{DIGEST}"\nexpires = "soon"', "keys.a.expires"),
        (f'[keys.a]\nsha256 = "{DIGEST}"\nmodels = "reader"', "keys.a.models: must be a list"),
        (
            f'[keys.a]\nsha256 = "{DIGEST}"\nlimits = {{requests_per_hour = 3}}',
            "keys.a.limits.requests_per_hour: there is",
        ),
        (
            f'[keys.a]\nsha256 = "{DIGEST}"\nlimits = {{pages_per_day = -3}}',
            "keys.a.limits.pages_per_day: must be 0 or more",
        ),
        (
            f'[keys.a]\nsha256 = "{DIGEST}"\nlimits = {{pages_per_day = true}}',
            "keys.a.limits.pages_per_day: must be a whole number",
        ),
        (f'[keys."a b"]\nsha256 = "{DIGEST}"', "keys.'a b'"),
        (f'[keys.a]\nsha256 = "{DIGEST}"\n[keys.b]\nsha256 = "{DIGEST}"', "keys.b"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_never_with_a_secret(tmp_path, text, place):
    (tmp_path / "keys.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_key_file(tmp_path / "keys.toml")
    told = str(caught.value)
    assert told.startswith("PAGEGLASS_KEYS_FILE: ")
    assert place in told
    assert "pg-secret" not in told
    assert "Input should" not in told


def test_a_file_that_is_not_there_names_the_cure(tmp_path):
    with pytest.raises(ConfigurationError, match="pageglass keys new"):
        read_key_file(tmp_path / "none.toml")


def test_what_stands_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "utf-16").write_bytes("[keys]".encode("utf-16"))
    for name, words in (("folder", "folder is a folder"), ("utf-16", "is not UTF-8 text")):
        with pytest.raises(ConfigurationError, match=words):
            read_key_file(tmp_path / name)
    with pytest.raises(ConfigurationError, match="https://host/keys is an address"):
        read_key_file(Path("https://host/keys"))


def test_a_mark_that_editors_of_windows_write_is_passed_over(tmp_path):
    file = tmp_path / "keys.toml"
    file.write_text(WHOLE, encoding="utf-8-sig")
    assert set(read_key_file(file)) == {"acme"}
    add_key(file, "b")
    assert set(read_key_file(file)) == {"acme", "b"}


def test_changes_leave_what_people_wrote_and_nobody_else_may_read_the_file(tmp_path):
    file = tmp_path / "keys.toml"
    file.write_text(f'# ours\n[keys.first] # of the office\nsha256 = "{DIGEST}"   # made by hand\n')
    file.chmod(0o644)
    key = add_key(file, "second.one", models=("reader",), limits={"pages_per_day": 5})
    text = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert text.startswith(f'# ours\n[keys.first] # of the office\nsha256 = "{DIGEST}"   # made by hand\n')
    assert key not in text
    assert parse_key_file(text)["second.one"].sha256 == hashlib.sha256(key.encode()).hexdigest()
    revoke_key(file, "second.one")
    assert set(parse_key_file(file.read_text())) == {"first"}
    assert "# of the office" in file.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["keys.toml"]


def test_a_link_to_the_file_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "keys.toml"
    link.symlink_to(tmp_path / "real" / "keys.toml")
    add_key(link, "a")
    assert link.is_symlink()
    assert set(read_key_file(tmp_path / "real" / "keys.toml")) == {"a"}


def test_many_who_change_it_at_once_lose_nothing(tmp_path):
    file = tmp_path / "keys.toml"
    names = [f"key-{number}" for number in range(12)]
    threads = [threading.Thread(target=add_key, args=(file, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read_key_file(file)) == sorted(names)


def test_what_cannot_be_done_leaves_the_file_as_it_is(tmp_path):
    file = tmp_path / "keys.toml"
    add_key(file, "a")
    before = file.read_text()
    for change in (
        lambda: add_key(file, "a"),
        lambda: add_key(file, "two words"),
        lambda: add_key(file, "b", limits={"pages_per_day": -1}),
        lambda: revoke_key(file, "b"),
        lambda: revoke_key(tmp_path / "none.toml", "a"),
        lambda: add_key(tmp_path / "no" / "folder.toml", "a"),
    ):
        with pytest.raises(ConfigurationError):
            change()
    assert file.read_text() == before
    file.write_text("[keys.a")
    with pytest.raises(ConfigurationError, match="Put it right first"):
        add_key(file, "c")
    assert file.read_text() == "[keys.a"
