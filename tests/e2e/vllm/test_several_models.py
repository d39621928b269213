"""Aliases, an embedded model beside vLLM, and reasoning, in one server; and how it ends."""

import signal

import openai
import psutil
import pytest
from served_reader import card, part

LINES = ("TAX 64.84", "2012-01")


@pytest.fixture(scope="module")
def crowded(start_reader):
    """A server of two models, the first under two more names, with a parser of reasoning."""
    environment = {"PAGEGLASS_EXTRA_MODELS": "pp-ocrv6-small", "PAGEGLASS_VLLM__REASONING_PARSER": "qwen3"}
    with start_reader("--served-model-name", "reader,house-ocr,gpt-4o", **environment) as reader:
        yield reader


def test_both_models_are_listed(crowded):
    assert [model.id for model in crowded.client.models.list()] == ["reader", "pp-ocrv6-small"]


@pytest.mark.parametrize("name", ["reader", "house-ocr", "gpt-4o"])
def test_every_name_answers(crowded, name):
    completion = crowded.ask(crowded.card(LINES[0]), model=name, prompt="Think. Read.")
    assert completion.choices[0].message.content.strip() == LINES[0]
    assert completion.model == "reader"


def test_the_embedded_model_answers_beside(crowded):
    """It finds lines anywhere on a page, and knows nothing of sampling."""
    page = card(*LINES, width=640, lowest=320)
    completion = crowded.client.chat.completions.create(
        model="pp-ocrv6-small", messages=[{"role": "user", "content": [part(page)]}]
    )
    assert completion.choices[0].message.content.split() == " ".join(LINES).split()


def test_an_unknown_name_is_told_what_is_served(crowded):
    with pytest.raises(openai.NotFoundError) as caught:
        crowded.ask(crowded.card("A"), model="gpt-5")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert "'reader', 'pp-ocrv6-small'" in caught.value.message


def test_reasoning_is_told_apart_from_the_answer(crowded):
    completion = crowded.ask(crowded.card(*LINES), prompt="Think. Read.")
    message, usage = completion.choices[0].message, completion.usage
    assert message.content.strip() == "\n".join(LINES)
    assert message.model_extra["reasoning"].strip() == "2 lines"
    assert 0 < usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens


def test_reasoning_is_left_out_where_nobody_wants_it(crowded):
    message = crowded.ask(crowded.card(*LINES), prompt="Think. Read.", include_reasoning=False).choices[0].message
    assert not (message.model_extra or {}).get("reasoning")
    assert message.content.strip() == "\n".join(LINES)


def test_reasoning_is_streamed_before_the_answer(crowded):
    reasoning, answer = "", ""
    for chunk in crowded.ask(crowded.card(*LINES), prompt="Think. Read.", stream=True):
        delta = chunk.choices[0].delta
        piece = (delta.model_extra or {}).get("reasoning") or ""
        assert not (piece and answer)
        reasoning, answer = reasoning + piece, answer + (delta.content or "")
    assert (reasoning.strip(), answer.strip()) == ("2 lines", "\n".join(LINES))


def test_sigterm_ends_all_of_it(crowded):
    """The last test of this server, by its place in the file."""
    process = crowded.server.process
    children = psutil.Process(process.pid).children(recursive=True)
    assert crowded.processes()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert "Traceback" not in crowded.server.said
