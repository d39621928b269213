"""Keys that can be read, and with which nobody can call, or anybody."""

import hashlib

import pytest

from server.cli.checks.here import Here
from server.cli.checks.keys import check_keys, served_names
from server.config import load_settings
from server.engines.registry import build_registry

ENTRY = '[keys.{name}]\nsha256 = "{digest}"\n{more}\n'


def entry(name, more=""):
    return ENTRY.format(name=name, digest=hashlib.sha256(name.encode()).hexdigest(), more=more)


@pytest.fixture
def found(tmp_path):
    """Check a key file with that text; gives outcome and words."""

    def check(text, mode=0o600, **settings):
        file = tmp_path / "keys.toml"
        file.write_text(text)
        file.chmod(mode)
        finding = check_keys(Here(settings=load_settings(env_file=None, engine="fake", keys_file=file, **settings)))
        return finding.outcome, finding.said

    return check


def test_an_empty_file_is_worth_a_warning_where_it_is_the_only_source_of_keys(found):
    outcome, said = found("")
    assert (outcome, "so nobody can call" in said) == ("note", True)
    assert found("", api_keys=("k" * 20,))[0] == "ok"


def test_expired_keys_are_worth_a_warning_if_none_is_left(found):
    old, new = entry("old", "expires = 2020-01-01"), entry("new")
    assert "every key in" in found(old)[1]
    assert found(old + new)[0] == "ok"


@pytest.mark.parametrize(("mode", "outcome"), [(0o600, "ok"), (0o644, "ok"), (0o666, "note")])
def test_a_file_that_every_user_may_write_is_worth_a_warning(found, mode, outcome):
    assert found(entry("a"), mode)[0] == outcome


def test_models_that_are_not_served_are_named_with_the_near_one(found):
    assert found(entry("a", 'models = ["pp-ocrv6-small"]'))[0] == "ok"
    said = found("".join(entry(f"k{number}", 'models = ["reader-two"]') for number in range(9)), model="reader-one")[1]
    assert said.count("is not served") == 3
    assert "'reader-two', which is not served. Did you mean reader-one?" in said
    assert "6 more" in said
    assert "Served: pp-ocrv6-small." in found(entry("a", 'models = ["gpt-4o"]'))[1]


@pytest.mark.parametrize(
    "settings",
    [{}, {"served_model_name": ("a", "b"), "extra_models": ("pp-ocrv6-small",)}, {"model": "/models/own"}],
)
def test_served_names_are_those_of_the_registry(settings):
    settings = load_settings(env_file=None, engine="fake", **settings)
    assert served_names(settings) == {name for model in build_registry(settings).models for name in model.names}
