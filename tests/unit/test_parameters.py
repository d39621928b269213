from typing import get_type_hints

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsBase

from server.engines.base import ParameterRule, Support
from server.engines.parameters import READER_PARAMETERS
from server.errors import InvalidRequest
from server.pipeline.parameters import refuse_unsupported

LEGACY = {"functions", "function_call"}  # answered by the wire: use tools


def refuse(**parameters):
    refuse_unsupported(parameters, READER_PARAMETERS, model="pp-ocrv6-small")


def test_every_field_of_openais_request_has_a_rule():
    assert set(get_type_hints(CompletionCreateParamsBase)) - LEGACY <= set(READER_PARAMETERS)


@pytest.mark.parametrize("name", [n for n, r in READER_PARAMETERS.items() if r.support is Support.NEUTRAL_ONLY])
def test_what_cannot_be_honoured_is_refused_by_name_unless_neutral(name):
    for neutral in READER_PARAMETERS[name].neutral:
        refuse(**{name: neutral})
    with pytest.raises(InvalidRequest, match=f"{name} is not supported.*Leave {name} out") as refused:
        refuse(**{name: {"something": "else"}})
    assert (refused.value.param, refused.value.code) == (name, "unsupported_parameter")


@pytest.mark.parametrize("name", [n for n, r in READER_PARAMETERS.items() if r.support is Support.NO_EFFECT])
def test_what_has_no_effect_is_accepted(name):
    refuse(**{name: 0.3})


def test_the_cure_is_written_as_json():
    with pytest.raises(InvalidRequest, match=r"or send false\.$"):
        refuse(logprobs=True)
    with pytest.raises(InvalidRequest, match=r'or send \["text"\]\.$'):
        refuse(modalities=["audio"])


def test_true_is_not_one_and_false_is_not_zero():
    refuse(n=1, logprobs=False, top_logprobs=0)
    for name, value in (("n", True), ("logprobs", 0), ("top_logprobs", False)):
        with pytest.raises(InvalidRequest):
            refuse(**{name: value})


def test_a_field_without_a_rule_is_refused():
    with pytest.raises(InvalidRequest, match="does not know"):
        refuse_unsupported({"novel": 1}, {"n": ParameterRule(support=Support.HONOURED)}, model="m")
