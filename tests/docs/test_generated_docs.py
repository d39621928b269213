import runpy
from pathlib import Path

import pytest

from server.protocol.openai.chat import ChatCompletionRequest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate():
    return runpy.run_path(str(ROOT / "docs" / "generate.py"))


def test_what_is_generated_is_up_to_date(generate):
    stale = [file.name for file in generate["outdated"]()]
    assert stale == [], "run `make docs`"


def test_every_setting_says_what_it_does(generate):
    silent = [name for name, field in generate["settings_fields"]() if not (field.description or "").strip()]
    assert silent == []


def test_env_example_names_every_setting_and_sets_none(generate):
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    for name, _ in generate["settings_fields"]():
        assert any(line.startswith(f"#{name}=") for line in lines), name


def test_every_engine_has_a_table_that_names_its_fields(generate):
    page = (ROOT / "docs" / "parameters.md").read_text()
    for engine, rules in generate["engine_tables"]().items():
        assert f"`{engine}`" in page
        assert all(f"| `{name}` |" in page for name in rules)


def test_every_field_that_is_known_has_a_rule_in_every_engine(generate):
    withdrawn = {"functions", "function_call"}
    for rules in generate["engine_tables"]().values():
        assert set(ChatCompletionRequest.model_fields) - withdrawn == set(rules)
