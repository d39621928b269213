"""What is written and kept, as it is today: log lines, recorded exchanges, answers in the cache and their keys.

Where a change is meant: `PAGEGLASS_TEST_WRITE_GOLDEN=1 pytest tests/contract` writes tests/contract/golden/ anew.
"""

import json
import re
import sys

import httpx
import pytest
from golden import answer, compare, kinds, steady
from running_server import serving

CHAT, OCR = "/v1/chat/completions", "/v1/ocr"
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}}
QUESTION = {"caller": "key:one", "documents": "合计", "fields": ["total"], "limits": [None, {"b": 1.5, "a": True}]}


@pytest.mark.system
def test_log_lines_and_answers_of_a_generator(tmp_path, ask, picture):
    """Of a process of its own, with lines in JSON and an engine that writes."""
    chosen = {"ENGINE": "fake", "FAKE__PORT": "generator", "FAKE__TEXT": "TOTAL 19.90 EUR", "FAKE__DELAY_S": "0.01"}
    shown = {
        "LOG_FORMAT": "json",
        "LOG_CLIENT_ADDRESS": "true",
        "API_KEYS": "one",
        "MODEL": "Qwen/Qwen3-VL-2B-Instruct",
    }
    generous = {"model": "Qwen/Qwen3-VL-2B-Instruct", "n": 2, "stream": True, "stream_options": {"include_usage": True}}
    form = {"type": "json_schema", "json_schema": {"name": "page", "schema": SCHEMA}}
    chat = ask(model=generous["model"])
    sent = {
        "chat": (CHAT, chat | {"x_trace": 1}),
        "chat, two answers": (CHAT, chat | {"n": 2}),
        "chat, cut by max_tokens": (CHAT, chat | {"max_tokens": 2}),
        "chat, streamed": (CHAT, chat | generous),
        "chat, another form": (CHAT, chat | {"response_format": form}),
        "ocr": (OCR, {"image": picture, "temperature": 0}),
        "ocr, from the cache": (OCR, {"image": picture, "temperature": 0}),
        "ocr, streamed": (OCR, {"image": picture, "stream": True, "cache": False}),
        "refused field": (CHAT, chat | {"temperature": 9}),
        "no such path": ("/v1/nothing", {}),
    }
    environment = {f"PAGEGLASS_{name}": value for name, value in (chosen | shown).items()}
    with serving(tmp_path, **environment) as server:
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False, headers={"x-api-key": "one"}) as client:
            answers = {
                case: client.post(path, json=body, headers={"x-request-id": f"case-{number}"})
                for number, (case, (path, body)) in enumerate(sent.items())
            }
            client.get("/health", headers={"x-request-id": "case-last"})
        assert server.has_said('"case-last"')
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    by_id = {line["request_id"]: line for line in lines if "request_id" in line}
    told = {case: _steady_line(by_id[f"case-{number}"]) for number, case in enumerate(sent)}
    compare("log_lines", told | {"health": _steady_line(by_id["case-last"])})
    compare("generator", {case: answer(response) for case, response in answers.items()})


def _steady_line(line):
    words = {
        *(
            "event",
            "level",
            "logger",
            "method",
            "route",
            "key",
            "model",
            "stream",
            "status",
            "outcome",
            "code",
            "param",
        ),
        *("pages", "cached", "ignored", "finish_reason", "prompt_tokens", "completion_tokens", "client"),
    }
    return kinds(line) | {name: line[name] for name in words if name in line}


def test_recorded_exchanges(serve, ask, tmp_path, eventually):
    folder = tmp_path / "kept"
    bodies = {"whole": ask(metadata={"api_key": "inner"}), "streamed": ask(stream=True), "refused": ask(temperature=9)}
    with serve(record__folder=folder, api_keys="sk-one-two").client() as client:
        for body in bodies.values():
            client.post(CHAT, json=body, headers={"authorization": "Bearer sk-one-two"})
        client.post(CHAT, json=ask())
        client.post(OCR, files={"file": b"\xff\xfe"}, headers={"authorization": "Bearer sk-one-two"})
        client.get("/health")
        eventually(lambda: len(list(folder.glob("*.json"))) == 5)
    files = sorted(folder.glob("*"))
    cases = [*bodies, "without a key", "form"]
    seen = {}
    for case, file in zip(cases, files, strict=True):
        written = json.loads(file.read_text(encoding="utf-8"))
        told = kinds(written) | {
            "format": written["format"],
            "file": re.sub(
                r"\d", "9", re.sub(r"-[0-9a-f]{4}\.", "-hash.", file.name.replace(written["request_id"], "ID"))
            ),
            "tells": [secret for secret in ("inner", "sk-one-two") if secret in json.dumps(written)],
        }
        for side in ("request", "answer"):
            told[side]["headers"] = sorted({name for name, _ in written[side]["headers"]})
        if "pieces" in told["answer"]:
            told["answer"]["pieces"] = told["answer"]["pieces"][:1]
        seen[case] = told
    compare("recorded", seen)


@pytest.fixture
def asked(monkeypatch, settings):
    """What the keys of the cache are made of, by whichever modules hold `cache_key`, and the function itself."""
    package = type(settings).__module__.partition(".")[0]
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(f"{package}.")]
    holders = [module for module in modules if hasattr(module, "cache_key")]
    assert holders, "no module has cache_key"
    make, questions = holders[0].cache_key, []

    def spy(question):
        questions.append((question, make(question)))
        return questions[-1][1]

    for module in holders:
        monkeypatch.setattr(module, "cache_key", spy)
    return make, questions


def test_the_cache_of_answers(serve, picture, tmp_path, asked):
    make, questions = asked
    bodies = {
        "text": {"image": picture},
        "fields": {"image": picture, "fields": ["total"], "detail": "high", "max_tokens": 99, "seed": 1},
        "schema": {"image": picture, "schema": SCHEMA, "strict_grounding": True, "pages": "1"},
        "ready-made": {"image": picture, "task": "extract_card", "language": "zh"},
    }
    folder = tmp_path / "answers"
    with serve(result_cache_folder=folder, api_keys="one").client(headers={"x-api-key": "one"}) as client:
        for body in bodies.values():
            assert client.post(OCR, json=body).json()["cached"] is False
            assert client.post(OCR, json=body).json()["cached"] is True
    assert [digest for _, digest in questions[::2]] == [digest for _, digest in questions[1::2]]
    seen = {}
    for case, (question, digest) in zip(bodies, questions[::2], strict=True):
        told = json.loads(re.sub(r"\b[0-9a-f]{64}\b", "hash", json.dumps(question)))
        varying = {
            "reader": [kinds(one) for one in told["reader"]],
            "model": [told["model"][0], kinds(told["model"][1])],
        }
        varying["reader settings"] = sorted(json.loads(told["reader"][1]))
        kept = json.loads((folder / f"{digest}.json").read_text())
        seen[case] = {"question": told | varying, "kept": steady(kept)}
    compare("cache", seen | {"digest of a fixed question": make(QUESTION)})
