"""docs/responses.md names every field of a request to the Responses API, and of its parts."""

import re
from pathlib import Path

import pytest

from server.protocol.openai.responses import InputPart, ResponsesRequest, ResponseStreamOptions, TextOptions

PAGE = (Path(__file__).parents[2] / "docs" / "responses.md").read_text()
NAMED = set(re.findall(r"`\"?(\w+)", PAGE))


@pytest.mark.parametrize("kind", [ResponsesRequest, InputPart, TextOptions, ResponseStreamOptions])
def test_every_field_is_named(kind):
    assert set(kind.model_fields) - NAMED - {"type"} == set()
