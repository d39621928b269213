import re
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


def test_every_setting_stands_once_in_its_section(generate):
    assert generate["unplaced_settings"]() == set()
    page = (ROOT / "docs" / "settings.md").read_text()
    listed = re.findall(r"^\| ★? ?\| `(PAGEGLASS_\w+)` \|", page, flags=re.MULTILINE)
    assert sorted(listed) == sorted(name for name, _ in generate["settings_fields"]())


def test_a_setting_without_a_section_is_noticed(generate):
    sections = generate["SECTIONS"]
    kept = dict(sections)
    try:
        sections["Address and model"] = sections["Address and model"][1:]
        with pytest.raises(ValueError, match="host"):
            generate["settings_page"]()
    finally:
        sections.update(kept)


def test_the_common_settings_are_few_and_exist(generate):
    assert generate["COMMON"] <= {name for name, _ in generate["settings_fields"]()}
    assert 20 <= len(generate["COMMON"]) <= 30


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
