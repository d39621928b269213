"""The OCR service over a language model that writes given answers: tasks, second tries, spotted lines."""

import asyncio
import base64

import numpy as np
import pytest
from picture_files import saved
from PIL import Image

from server.config import FakeSettings, load_settings
from server.engines.base import Delta, Usage
from server.engines.fake import FakeGenerator
from server.engines.ocr_values import OcrRequest
from server.engines.registry import EngineRegistry, ServedModel
from server.errors import InvalidAnswer, InvalidRequest
from server.media.loader import PageLoader
from server.media.types import ImageSource
from server.observability.metrics import Metrics
from server.pipeline.admission import build_admission
from server.pipeline.ocr import OcrService
from server.pipeline.page_intake import PageIntake
from server.pipeline.result_cache import ResultCache
from server.profiles.families import find_profile

USAGE = Usage(prompt_tokens=5, completion_tokens=2)


class Writer(FakeGenerator):
    """Writes its scripts, one a request (the last one for ever); keeps what it was asked."""

    def __init__(self, *scripts):
        super().__init__(FakeSettings())
        self.scripts, self.requests = list(scripts), []

    async def generate(self, request):
        self.requests.append(request)
        script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
        text, finish = script if isinstance(script, tuple) else (script, "stop")
        yield Delta(text=text, usage=USAGE)
        yield Delta(finish_reason=finish, usage=USAGE)


def read(writer, *, model="tencent/HunyuanOCR", profile="hunyuan-ocr-1.0", retries=2, size=(640, 480), **fields):
    async def main():
        settings = load_settings(env_file=None, ocr_retries=retries)
        served = ServedModel(id="m", engine=writer, profile=find_profile(model, name=profile))
        intake = PageIntake(PageLoader(settings, Metrics()), build_admission(settings))
        service = OcrService(
            settings=settings, registry=EngineRegistry([served]), intake=intake, cache=ResultCache(None)
        )
        picture = Image.new("L", size, "white")
        picture.putpixel((0, 0), 0)
        source = ImageSource(url=base64.b64encode(saved(picture, "PNG")).decode(), path="image")
        try:
            return await service.read(OcrRequest(model=None, source=source, **fields))
        finally:
            await intake.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("task", "words"), [("ocr", "Extract the text"), ("table", "into HTML"), ("formula", "LaTeX"), ("chart", "Mermaid")]
)
def test_each_task_has_the_familys_own_words(task, words):
    writer = Writer("as written")
    result = read(writer, task=task)
    assert (result.text, result.task) == ("as written", task)
    assert words in writer.requests[0].messages[-1].text
    assert writer.requests[0].messages[0].role == "system"
    assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (5, 2)


def test_the_callers_own_words_take_their_place():
    writer = Writer("x")
    read(writer, prompt="Only line 2.")
    assert writer.requests[0].messages[-1].text == "Only line 2."


def test_a_task_without_known_words_is_refused():
    with pytest.raises(InvalidRequest, match="It can do: ocr, lines"):
        read(Writer("x"), task="extract_fields", fields=("a",), profile="hunyuan-ocr-1.5")


def test_lines_are_read_with_their_places():
    result = read(Writer("TOTAL(100,200),(300,250)\n19.90 (350, 200), (500, 250)"), task="lines", size=(960, 480))
    (page,) = result.pages
    assert [(line.text, line.left, line.top, line.right, line.bottom) for line in page.lines] == [
        ("TOTAL", 96, 96, 288, 120),
        ("19.90", 336, 96, 480, 120),
    ]
    assert page.text == "TOTAL\n19.90"


@pytest.mark.parametrize(
    ("first", "note"),
    [
        ("", "as asked: the answer was empty"),
        ("again " * 500, "as asked: the model repeated itself without end; its text stops at the first turn"),
        (("cut", "length"), "as asked: the answer was cut off at the token limit"),
    ],
)
def test_an_answer_of_no_use_is_asked_for_another_way_and_that_is_told(first, note):
    writer = Writer(first, "good")
    result = read(writer)
    assert result.text == "good"
    assert result.pages[0].attempts == (note, "at temperature 0.3: taken")
    assert [request.sampling.temperature for request in writer.requests] == [0, 0.3]
    assert result.usage.prompt_tokens == 10


def test_a_page_that_lies_upside_down_is_turned():
    writer = Writer("", "", "upright")
    result = read(writer)
    assert result.pages[0].attempts[-1] == "turned by 180 degrees: taken"
    first, *_, last = [request.pages[0] for request in writer.requests]
    assert np.array_equal(last.pixels, first.pixels[::-1, ::-1])
    assert last.sha256 != first.sha256


def test_tries_are_bounded_and_the_best_there_is_is_given():
    writer = Writer("")
    result = read(writer, retries=1)
    assert (len(writer.requests), result.text) == (2, "")
    assert result.pages[0].attempts == ("as asked: the answer was empty", "at temperature 0.3: the answer was empty")
    assert len(read(Writer(""), retries=0).pages[0].attempts) == 1


def test_what_the_caller_fixed_stays():
    writer = Writer(("cut", "length"))
    result = read(writer, max_tokens=5)
    assert (len(writer.requests), result.text) == (1, "cut")
    assert result.pages[0].attempts == ("as asked: the answer was cut off at the token limit",)
    warm = Writer("", "good")
    read(warm, sampling={"temperature": 0.9})
    assert [request.sampling.temperature for request in warm.requests] == [0.9, 0.9]
    assert warm.requests[1].pages[0].sha256.endswith("-2")


def test_fields_that_are_no_json_are_asked_for_again_and_at_last_refused():
    with pytest.raises(InvalidAnswer):
        read(Writer("no JSON"), task="extract_fields", fields=("a",))
    looped = read(Writer(("{", "length")), task="extract_fields", fields=("a",))
    assert looped.fields is None
    assert len(looped.attempts) == 3
