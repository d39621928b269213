"""Evidence on chat completions: on request, in a field that SDKs pass through, whole and streamed."""

import json

import openai
import pytest

SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}, "city": {"type": ["string", "null"]}}}
FORM = {"type": "json_schema", "json_schema": {"name": "page", "schema": SCHEMA}}


@pytest.fixture
def sdk(live):
    with openai.OpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("options", [{"ground": True}, {"strict_grounding": True}])
def test_fields_come_with_the_print_they_rest_on(sdk, ask, options):
    body = ask(response_format=FORM)
    answer = sdk.chat.completions.create(**body, extra_body={"pageglass": options})
    assert json.loads(answer.choices[0].message.content) == {"total": 19.9, "city": None}
    (path, evidence), *others = answer.model_extra["pageglass"]["evidence"].items()
    assert (path, others) == ("total", [])
    assert (evidence["grounded"], evidence["page"], evidence["text"]) == (True, 1, "19.90")
    assert evidence["source"].startswith("messages[0].content[")
    assert [corner[1] for corner in evidence["box"]] == [30, 30, 50, 50]
    chunks = list(sdk.chat.completions.create(**body, stream=True, extra_body={"pageglass": options}))
    written = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert written == answer.choices[0].message.content
    (told,) = [chunk.model_extra["pageglass"] for chunk in chunks if chunk.model_extra.get("pageglass")]
    assert told["evidence"] == answer.model_extra["pageglass"]["evidence"]


def test_a_tools_arguments_have_evidence_too(sdk, ask):
    tool = {"type": "function", "function": {"name": "record", "parameters": SCHEMA}}
    answer = sdk.chat.completions.create(**ask(tools=[tool]), extra_body={"pageglass": {"strict_grounding": True}})
    (call,) = answer.choices[0].message.tool_calls
    assert json.loads(call.function.arguments)["total"] == 19.9
    assert answer.model_extra["pageglass"]["evidence"]["total"]["grounded"] is True


def test_without_asking_there_is_none(client, ask):
    assert "evidence" not in client.post("/v1/chat/completions", json=ask(response_format=FORM)).json()["pageglass"]


def test_a_refusal_has_none(client, ask):
    schema = {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}
    form = {"type": "json_schema", "json_schema": {"name": "page", "schema": schema}}
    body = ask(response_format=form, pageglass={"strict_grounding": True})
    answer = client.post("/v1/chat/completions", json=body).json()
    assert answer["choices"][0]["message"]["refusal"]
    assert answer["pageglass"]["evidence"] == {}
