"""Facts about model families are whole and agree with each other, and a model finds its own."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

import server.profiles
from server.errors import ConfigurationError
from server.profiles.base import Profile, capped
from server.profiles.families import PROFILES, find_profile, serve_command
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.settings.groups import VLLMSettings
from server.values.pages import PixelBudget

LAST_OF_1_0 = "f6af82ee007fe6091b29fb3bb287b491ead41c82"
DETAILS = ("low", "auto", "high", "original")
everyone = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)


def budgets_of(profile: Profile) -> list[PixelBudget]:
    return [getattr(profile.budgets, detail) for detail in DETAILS]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("tencent/HunyuanOCR", "hunyuan-ocr-1.5"),
        ("Tencent/hunyuanocr", "hunyuan-ocr-1.5"),
        ("/models/HunyuanOCR", "hunyuan-ocr-1.5"),
        ("/models/HunyuanOCR/", "hunyuan-ocr-1.5"),
        (r"C:\models\HunyuanOCR", "hunyuan-ocr-1.5"),
        ("someone/HunyuanOCR", "hunyuan-ocr-1.5"),
        ("Qwen/Qwen3-VL-2B-Instruct", "qwen3-vl"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct-FP8", "qwen3-vl"),
        ("Qwen/Qwen3-VL-8B-Thinking", "qwen3-vl-thinking"),
        ("PaddlePaddle/PaddleOCR-VL", "paddleocr-vl"),
        ("PaddlePaddle/PaddleOCR-VL-1.6", "paddleocr-vl-1.5"),
        ("deepseek-ai/DeepSeek-OCR", "deepseek-ocr"),
        ("rednote-hilab/dots.ocr", "dots-ocr"),
        ("zai-org/GLM-OCR", "glm-ocr"),
        ("allenai/olmOCR-2-7B-1025-FP8", "olmocr"),
        ("Qwen/Qwen3-8B", "generic"),
        ("/models/HunyuanOCR-mine", "generic"),
        ("HunyuanOCR/weights", "generic"),
        ("", "generic"),
        ("/", "generic"),
    ],
)
def test_a_model_finds_the_profile_of_its_family(model, name):
    assert find_profile(model).name == name


@pytest.mark.parametrize(
    ("revision", "name", "loads"),
    [
        (None, "hunyuan-ocr-1.5", None),
        ("main", "hunyuan-ocr-1.5", "main"),
        ("0" * 40, "hunyuan-ocr-1.5", "0" * 40),
        (LAST_OF_1_0, "hunyuan-ocr-1.0", LAST_OF_1_0),
        ("f6af82ee", "hunyuan-ocr-1.0", LAST_OF_1_0),  # the hub wants it in full
    ],
)
def test_a_revision_tells_the_two_versions_of_one_model_apart(revision, name, loads):
    profile = find_profile("tencent/HunyuanOCR", revision=revision)
    assert (profile.name, profile.revision_to_load(revision)) == (name, loads)
    assert bool(profile.start_warning) == (revision in {None, "main"})  # a branch may lead elsewhere tomorrow


def test_the_name_overrides_the_model():
    pinned = find_profile("tencent/HunyuanOCR", name="hunyuan-ocr-1.0")
    assert pinned.revision_to_load(None) == LAST_OF_1_0
    assert pinned.revision_to_load("0" * 40) == "0" * 40
    assert pinned.start_warning is None
    assert find_profile("Qwen/Qwen3-VL-2B-Instruct", name="generic").name == "generic"


@pytest.mark.parametrize("name", ["hunyuan-ocr-1.0", "hunyuan-ocr-1.5", None])
def test_nothing_is_said_about_revisions_of_a_folder(name):
    profile = find_profile("/models/HunyuanOCR", name=name)
    assert profile.revision_to_load(None) is None
    assert profile.start_warning is None


def test_the_warning_says_how_to_pin():
    warning = find_profile("tencent/HunyuanOCR").start_warning
    assert "PAGEGLASS_VLLM__REVISION" in warning
    assert "PAGEGLASS_PROFILE=hunyuan-ocr-1.0" in warning


@pytest.mark.parametrize(("given", "meant"), [("qwen3vl", "qwen3-vl"), ("HunyuanOCR", "hunyuan-ocr"), ("zzz", None)])
def test_an_unknown_profile_is_refused_with_those_that_are_known(given, meant):
    with pytest.raises(ConfigurationError) as refused:
        find_profile("x/y", name=given)
    assert all(profile.name in str(refused.value) for profile in PROFILES)
    assert ("Did you mean" in str(refused.value)) == bool(meant)
    assert not meant or f"Did you mean '{meant}" in str(refused.value)


def test_every_family_has_a_file_and_every_name_is_its_own():
    files = {file.stem for file in Path(server.profiles.__file__).parent.glob("*.py")}
    assert len(files - {"__init__", "base", "families"}) == len({*(p.family for p in PROFILES), "ppocr", "tesseract"})
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)
    assert PROFILES[-1].name == "generic"


@everyone
def test_what_is_served_by_its_own_command_is_itself(profile):
    command = serve_command(profile)
    named = re.match(r"PAGEGLASS_PROFILE=(\S+) ", command)
    model = command.partition("--model ")[2]
    assert find_profile(model, name=named and named[1]).name == profile.name


@everyone
def test_budgets_grow_and_suit_processors_that_refuse_1_to_200(profile):
    budgets = budgets_of(profile)
    assert [budget.max_pixels for budget in budgets] == sorted(budget.max_pixels for budget in budgets)
    for budget in budgets:
        assert budget.min_pixels * 2 <= budget.max_pixels  # room for every shape between the two
        assert budget.min_side % budget.side_multiple == 0
        if budget.side_multiple > 1:
            assert budget.longest_side <= 200 * budget.min_side


@everyone
def test_prompts_are_words_and_fields_have_a_place(profile):
    assert all(prompt.strip() == prompt != "" for prompt in profile.prompts.values())
    assert "extract_fields" not in profile.prompts
    assert profile.fields_prompt is None or profile.fields_prompt.count("{fields}") == 1
    assert ("extract_fields" in profile.tasks) == (profile.fields_prompt is not None)
    assert profile.coordinates != "none" or "lines" not in profile.prompts


@everyone
def test_facts_have_a_source(profile):
    assert profile.source
    assert profile.licence
    assert bool(profile.gpu_memory_gb) == bool(profile.gpu_memory_source)
    assert profile.pinned_revision is None or re.fullmatch(r"[0-9a-f]{40}", profile.pinned_revision)


@everyone
def test_no_argument_of_the_engine_is_also_a_setting(profile):
    assert not set(profile.engine.args) & set(VLLMSettings.model_fields)


@pytest.mark.parametrize(
    ("name", "names", "prompt"),
    [
        ("hunyuan-ocr-1.0", ["单价", "Total"], "fields: ['单价', 'Total'] from"),
        ("hunyuan-ocr-1.0", ["it's"], '["it\'s"]'),
        ("glm-ocr", ["单价", 'a "b"'], '输出图中信息:\n{\n    "单价": "",\n    "a \\"b\\"": ""\n}'),
        ("qwen3-vl", ["{fields}"], '{\n    "{fields}": ""\n}'),
    ],
)
def test_fields_are_asked_for_in_the_words_of_the_family(name, names, prompt):
    assert prompt in find_profile("", name=name).ask_for_fields(names)


def test_fields_are_not_asked_for_where_no_prompt_is_known():
    assert find_profile("tencent/HunyuanOCR").ask_for_fields(["total"]) is None
    assert find_profile("zai-org/GLM-OCR").ask_for_fields([]) is None


@pytest.mark.parametrize("profile", [*PROFILES, PP_OCRV6_SMALL], ids=lambda profile: profile.name)
def test_a_cap_lowers_every_budget_and_changes_nothing_else(profile):
    lower = capped(profile, 200_000)
    assert replace(lower, budgets=profile.budgets) == profile
    for old, new in zip(budgets_of(profile), budgets_of(lower), strict=True):
        assert new.max_pixels == min(old.max_pixels, 200_000)
        assert new.min_pixels == min(old.min_pixels, new.max_pixels)
        kept = {field.name for field in fields(PixelBudget)} - {"max_pixels", "min_pixels"}
        assert all(getattr(old, name) == getattr(new, name) for name in kept)
    assert capped(profile, None) == capped(profile, 10**9) == profile


def test_a_family_s_own_least_pixels_can_be_lowered_for_a_model_with_another_processor():
    (budget, *_) = budgets_of(capped(find_profile("tencent/HunyuanOCR"), 262_144, min_pixels=1_024))
    assert (budget.max_pixels, budget.min_pixels, budget.side_multiple) == (262_144, 1_024, 32)
