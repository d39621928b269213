"""What stands around vLLM and needs none of it: its arguments, conversation, faults, the last lines of stderr."""

import json
import logging
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

from server.config import Settings
from server.engines.registry import build_registry
from server.engines.vllm.conversation import page_id, write_conversation, write_tools
from server.engines.vllm.outputs import OutputReader
from server.engines.vllm.quiet import quieten
from server.engines.vllm.start_args import engine_args
from server.engines.vllm.start_faults import CAUSES, explain_start, find_fault
from server.errors import ConfigurationError, EngineUnavailable, InternalError, InvalidRequest
from server.profiles.families import PROFILES, find_profile
from server.values.chat import GenerateRequest, ImagePart, Message, TextPart, Tool, ToolCall, Usage
from server.values.pages import ImageSource, Page


class Completion(NamedTuple):
    """What vLLM's outputs have, as far as it is read."""

    index: int
    text: str
    token_ids: list
    logprobs: list | None
    finish_reason: str | None
    stop_reason: str | int | None = None


class Chance(NamedTuple):
    """What vLLM says of a token's chance."""

    decoded_token: str
    logprob: float
    rank: int


USAGE = Usage(prompt_tokens=1, completion_tokens=1)


def page(path, number=1, side=4):
    return Page(
        pixels=np.zeros((side, side, 3), np.uint8),
        source_width=9,
        source_height=9,
        path=path,
        sha256="ab",
        number=number,
    )


def test_pages_stand_where_their_document_stood_under_an_id_of_bytes_number_and_size():
    parts = tuple(ImagePart(source=ImageSource(content="", path=path)) for path in ("a", "b"))
    message = Message(role="user", parts=(parts[0], TextPart(text="and"), parts[1]))
    request = GenerateRequest(messages=(message,), pages=(page("a"), page("a", 2), page("b", 1, side=8)))
    content = write_conversation(request)[0]["content"]
    assert [part.get("uuid", part.get("text")) for part in content] == ["ab-1-4x4", "ab-2-4x4", "and", "ab-1-8x8"]
    assert content[0]["image_pil"].size == (4, 4)
    assert page_id(page("a")) != page_id(page("a", side=8))


def test_turns_are_written_as_templates_take_them():
    call = ToolCall(id="c1", name="record", arguments='{ "a":1 }')
    broken = ToolCall(id="c2", name="record", arguments="{not json")
    messages = (
        Message(role="developer", parts=(TextPart(text="Be exact."),)),
        Message(role="assistant", tool_calls=(call, broken)),
        Message(role="tool", parts=(TextPart(text="done"),), tool_call_id="c1"),
    )
    system, assistant, tool = write_conversation(GenerateRequest(messages=messages))
    assert system == {"role": "system", "content": "Be exact."}
    arguments = [call["function"]["arguments"] for call in assistant["tool_calls"]]
    assert [json.loads(text) for text in arguments] == [{"a": 1}, "{not json"]
    assert (tool["role"], tool["tool_call_id"]) == ("tool", "c1")
    assert write_tools([Tool(name="f", parameters={"type": "object"})])[0]["function"]["name"] == "f"


def test_settings_stand_over_the_profile_and_extra_arguments_over_both():
    hunyuan = find_profile("tencent/HunyuanOCR", name="hunyuan-ocr-1.0")
    args = engine_args(Settings(_env_file=None, model="tencent/HunyuanOCR"), hunyuan)
    assert args["revision"] == hunyuan.pinned_revision
    assert (args["enable_prefix_caching"], args["mm_processor_cache_gb"]) == (False, 0)
    assert args["limit_mm_per_prompt"]["image"] == 32
    assert "quantization" not in args
    vllm = {
        "revision": "abc",
        "enable_prefix_caching": True,
        "tensor_parallel_size": 2,
        "max_images_per_prompt": 3,
        "speculative_config": {"num_speculative_tokens": 3},
        "extra_args": {"seed": 7, "dtype": "float32"},
    }
    args = engine_args(Settings(_env_file=None, model="m", vllm=vllm), hunyuan)
    wanted = {
        "revision": "abc",
        "enable_prefix_caching": True,
        "tensor_parallel_size": 2,
        "seed": 7,
        "dtype": "float32",
    }
    assert {name: args[name] for name in wanted} == wanted
    assert args["limit_mm_per_prompt"]["image"] == 3


def test_code_that_comes_with_a_model_runs_only_for_the_repository_that_the_profile_names():
    profile = find_profile("PaddlePaddle/PaddleOCR-VL")
    assert profile.engine.trust_remote_code

    def trusts(model, **vllm):
        return engine_args(Settings(_env_file=None, model=model, vllm=vllm), profile).get("trust_remote_code")

    assert trusts("PaddlePaddle/PaddleOCR-VL") is True
    assert trusts("somebody/PaddleOCR-VL") is None
    assert trusts("somebody/PaddleOCR-VL", trust_remote_code=True) is True
    assert trusts("PaddlePaddle/PaddleOCR-VL", trust_remote_code=False) is None


def test_schemas_are_compiled_by_the_library_that_they_are_tried_with():
    def outputs(config):
        vllm = {"extra_args": {"structured_outputs_config": config}}
        return engine_args(Settings(_env_file=None, model="m", vllm=vllm), PROFILES[0])["structured_outputs_config"]

    assert outputs({"disable_any_whitespace": True}) == {"disable_any_whitespace": True, "backend": "guidance"}
    assert outputs({"backend": "guidance"}) == {"backend": "guidance"}
    for config in ({"backend": "auto"}, {"backend": "xgrammar"}, "auto"):
        with pytest.raises(ConfigurationError, match="structured_outputs_config"):
            outputs(config)


def test_lines_of_vllm_that_hold_what_callers_sent_are_silenced(caplog):
    quieten()
    for name in ("vllm.logging_utils.dump_input", "vllm.renderers.hf"):
        logging.getLogger(name).error("a schema with a secret")
        logging.getLogger(name).disabled = False
    assert not caplog.records


def test_a_branch_is_no_pin():
    assert find_profile("tencent/HunyuanOCR", revision="main").start_warning
    assert find_profile("tencent/HunyuanOCR", revision="0123456789abcdef").start_warning is None


def test_every_setting_for_vllm_reaches_it_or_us(monkeypatch):
    for name, value in {
        "PAGEGLASS_VLLM__EXTRA_ARGS": '{"seed": 7}',
        "PAGEGLASS_VLLM__LORA_MODULES": '{"invoices": "/lora"}',
        "PAGEGLASS_VLLM__REVISION": "",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    assert (settings.vllm.extra_args, settings.vllm.revision) == ({"seed": 7}, None)
    assert engine_args(settings, PROFILES[0])["enable_lora"] is True


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (None, "no folder"),
        ({}, "no config.json"),
        ({"config.json": "{"}, "cannot be read as JSON"),
        ({"config.json": "{}"}, "no weights"),
        ({"config.json": "{}", "model.safetensors": ""}, "damaged or cut short"),
        ({"config.json": "{}", "model.safetensors": "\x05" + "\0" * 7 + "{}"}, "damaged or cut short"),
        ({"config.json": "{}", "model.safetensors": "\x02" + "\0" * 7 + "{}"}, None),
    ],
)
def test_a_folder_that_is_no_model_is_told_before_vllm_is_asked(tmp_path, files, says):
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
    fault = find_fault(str(folder))
    assert (says in fault) if says else fault is None


def test_an_id_on_the_hub_is_left_to_vllm_and_a_file_is_none():
    assert find_fault("Qwen/Qwen3-VL-2B-Instruct") is None
    assert "is a file" in find_fault(__file__)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.signs[0])
def test_a_start_that_failed_is_explained_with_its_cure_in_one_message(cause):
    sign = cause.signs[0].replace("\\.", ".").replace(r"'(\w+)'", "'x'")
    line = f"(EngineCore pid=7) ERROR 11-21 18:00:33 [core.py:9] ValueError: {sign} here"
    said = explain_start(
        RuntimeError("Engine core initialization failed."), [line], Settings(_env_file=None, model="m")
    )
    assert cause.cure in said
    assert "pid=7" not in said
    assert sign in said


def test_an_unknown_fault_is_told_in_vllms_last_words():
    said = explain_start(
        RuntimeError("core failed"), ["noise", "KeyError: 'x' is odd"], Settings(_env_file=None, model="m")
    )
    assert "KeyError: 'x' is odd" in said


def test_the_tail_of_stderr_is_kept_and_passed_on():
    program = (
        "import subprocess, sys, time\n"
        "from server.engines.vllm.stderr_tail import stderr_tail\n"
        "with stderr_tail() as lines:\n"
        "    subprocess.run([sys.executable, '-c', 'import sys; sys.stderr.write(\"why\\\\n\")'])\n"
        "    time.sleep(0.3)\n"
        "sys.stderr.write('after\\n')\n"
        "print(list(lines))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "'why'" in done.stdout
    assert done.stderr.splitlines()[-2:] == ["why", "after"]


def test_ends_of_vllm_are_told_in_openais_words():
    def ends(reason):
        return list(OutputReader(top=0).read(Completion(0, "x", [1], None, reason), [1], lambda: USAGE))[-1]

    assert not ends("stop").stopped
    stop = Completion(0, "x", [1], None, "stop", stop_reason="\n")
    assert list(OutputReader(top=0).read(stop, [1], lambda: USAGE))[-1].stopped

    assert [ends(reason).finish_reason for reason in ("stop", "length", "repetition")] == ["stop", "length", "length"]
    assert ends("repetition").looped
    with pytest.raises(EngineUnavailable):
        ends("abort")
    with pytest.raises(InternalError):
        ends("error")
    held = OutputReader(top=0, held_to="structured_outputs.grammar")
    with pytest.raises(InvalidRequest, match="went over a limit"):
        list(held.read(Completion(0, "x", [1], None, "error"), [1], lambda: USAGE))


def test_chances_are_told_likeliest_first_and_the_taken_one_besides():
    chances = {1: Chance("a", -2.0, 3), 2: Chance("b", -0.1, 1), 3: Chance("c", float("-inf"), 2)}
    (delta,) = OutputReader(top=2).read(Completion(0, "a", [1], [chances], None), [1], lambda: USAGE)
    (told,) = delta.logprobs
    assert (told.taken.token, [chance.token for chance in told.top]) == ("a", ["b", "c"])
    assert told.top[1].logprob == -9999.0


def test_without_vllm_the_extra_and_the_command_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ConfigurationError, match=r"pip install '\.\[vllm\]'"):
        build_registry(Settings(_env_file=None, model="Qwen/Qwen3-VL-2B-Instruct"))


def test_names_that_clients_call_it_by():
    assert Settings(_env_file=None, model="/models/reader").main_model_name == "reader"
    assert Settings(_env_file=None, model="Qwen/Qwen3-VL").main_model_name == "Qwen/Qwen3-VL"
    fake = Settings(_env_file=None, engine="fake", model="m", served_model_name="a,b", extra_models="pp-ocrv6-small")
    registry = build_registry(fake)
    assert [model.id for model in registry.models] == ["a", "pp-ocrv6-small"]
    assert registry.get("b").id == "a"
    with pytest.raises(ConfigurationError, match="two models"):
        build_registry(
            Settings(
                _env_file=None,
                engine="fake",
                model="m",
                served_model_name="a,pp-ocrv6-small",
                extra_models="pp-ocrv6-small",
            )
        )
    with pytest.raises(ConfigurationError, match="do not serve 'other'"):
        build_registry(Settings(_env_file=None, engine="fake", model="m", extra_models="other"))
