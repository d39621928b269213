"""The OCR service over a language model that writes given answers: tasks, second tries, spotted lines."""

import asyncio
import io

import numpy as np
import pytest
from drawn_pages import receipt
from pdfs import drawn_pdf
from picture_files import as_text, saved
from PIL import Image

from server.config import load_settings
from server.engines.fake import FakeGenerator, FakeRecognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.errors import InvalidAnswer, InvalidRequest
from server.media.loader import PageLoader
from server.observability.metrics import Metrics
from server.pipeline.admission.admission import build_admission
from server.pipeline.documents import OcrService
from server.pipeline.intake import PageIntake
from server.pipeline.request_context import RequestContext
from server.pipeline.result_cache import ResultCache
from server.pipeline.stored_sources import StoredSources
from server.profiles.families import find_profile
from server.settings.groups import FakeSettings
from server.values.chat import Delta, Usage
from server.values.ocr import OcrRequest
from server.values.pages import ImageSource

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


class Sighted(FakeGenerator):
    """Writes the lines of a receipt that stand whole on the page that it is shown, and the torn ones backwards.

    Of more than `most` px in height it writes half, and is cut off. It reads nothing that stands on its head.
    """

    def __init__(self, drawn, *, most=10_000):
        super().__init__(FakeSettings())
        self.whole, self.lines, self.most = np.asarray(drawn.image), drawn.lines, most
        self.pages, self.in_work, self.most_in_work = [], 0, 0

    async def generate(self, request):
        (page,) = request.pages
        self.pages.append(page)
        self.in_work += 1
        self.most_in_work = max(self.most_in_work, self.in_work)
        await asyncio.sleep(0.001)
        self.in_work -= 1
        text, cut = self.seen(page), page.source_height > self.most
        yield Delta(text=text[: len(text) // 2] if cut else text, usage=USAGE)
        yield Delta(finish_reason="length" if cut else "stop", usage=USAGE)

    def seen(self, page):
        turned = page.sha256.endswith("-2")
        width, height = page.source_width, page.source_height
        pixels = page.pixels[-height:, -width:] if turned else page.pixels[:height, :width]
        place = self.whole.tobytes().find(pixels.tobytes())
        if place < 0:
            return ""
        top = place // self.whole.strides[0]
        tops = [60 + 34 * number - top for number in range(len(self.lines))]
        return "\n".join(
            line if above >= 0 and above + 24 <= height else line[::-1]
            for line, above in zip(self.lines, tops, strict=True)
            if above > -20 and above < height - 4
        )


def read(  # noqa: PLR0913 - what is asked, of whom, and with what room
    writer,
    *,
    model="tencent/HunyuanOCR",
    profile="hunyuan-ocr-1.0",
    retries=2,
    size=(640, 480),
    file=None,
    detail="auto",
    room=0,
    **fields,
):
    async def main():
        settings = load_settings(env_file=None, ocr_retries=retries, max_pixels_in_flight=room, queue_timeout_s=2)
        served = ServedModel(id="m", engine=writer, profile=find_profile(model, name=profile))
        stored = StoredSources.of(settings, None)
        intake = PageIntake(PageLoader(settings, Metrics()), build_admission(settings), stored)
        service = OcrService(
            settings=settings,
            registry=EngineRegistry([served], grounder=FakeRecognizer(FakeSettings())),
            intake=intake,
            cache=ResultCache(None),
        )
        picture = Image.new("L", size, "white")
        picture.putpixel((0, 0), 0)
        sent = file or saved(picture, "PNG")
        source = ImageSource(content=as_text(sent), path="image", detail=detail)
        try:
            return await service.read(OcrRequest(model=None, source=source, **fields), RequestContext())
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
    ("first", "note", "way"),
    [
        ("", "the answer was empty", "turned by 180 degrees"),
        (
            "again " * 500,
            "the model repeated itself without end; its text stops at the first turn",
            "at temperature 0.3",
        ),
        (("cut", "length"), "the answer was cut off at the token limit", "in 2 pieces"),
    ],
)
def test_an_answer_of_no_use_is_asked_for_another_way_and_that_is_told(first, note, way):
    writer = Writer(first, "good")
    result = read(writer)
    assert result.text == "good"
    assert result.pages[0].attempts == (f"as asked: {note}", f"{way}: taken")
    first_one, second, *_ = writer.requests
    assert second.sampling.temperature == (0.3 if "temperature" in way else 0)
    assert result.usage.prompt_tokens == 5 * len(writer.requests) == (15 if "pieces" in way else 10)
    assert (second.pages[0].height < first_one.pages[0].height) == ("pieces" in way)


def test_a_page_that_lies_upside_down_is_turned():
    writer = Writer("", "upright")
    result = read(writer)
    assert result.pages[0].attempts[-1] == "turned by 180 degrees: taken"
    first, last = [request.pages[0] for request in writer.requests]
    assert np.array_equal(last.pixels, first.pixels[::-1, ::-1])
    assert last.sha256 != first.sha256


def test_what_is_wrong_says_what_is_tried_next():
    writer = Writer("", ("cut", "length"), "good")
    assert read(writer, retries=2).pages[0].attempts == (
        "as asked: the answer was empty",
        "turned by 180 degrees: the answer was cut off at the token limit",
        "in 2 pieces: taken",
    )


def test_tries_are_bounded_and_the_best_there_is_is_given():
    writer = Writer("")
    result = read(writer, retries=1)
    assert (len(writer.requests), result.text) == (2, "")
    assert result.pages[0].attempts == (
        "as asked: the answer was empty",
        "turned by 180 degrees: the answer was empty",
    )
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


@pytest.mark.parametrize(
    "asked", [{"task": "extract_fields", "fields": ("iban", "total")}, {"task": "extract_receipt", "language": "en"}]
)
def test_a_language_model_is_asked_for_the_fields_by_their_names(asked):
    names = asked.get("fields", ("company", "total"))
    writer = Writer("{}")
    with pytest.raises(InvalidAnswer):  # required, and not written
        read(writer, retries=0, **asked)
    (request,) = writer.requests
    assert all(repr(name) in request.messages[-1].text for name in names)
    assert set(names) <= set(request.constraint.spec["required"])


def test_a_text_and_its_annotation_are_written_of_pages_that_are_loaded_once():
    schema = {"type": "object", "properties": {"total": {"type": ["string", "null"]}}}
    writer = Writer("# Receipt", '{"total": null}')
    result = read(writer, task="ocr", annotated=True, schema=schema, prompt="Only the total.")
    assert (result.text, result.fields, result.task) == ("# Receipt", {"total": None}, "ocr")
    text, fields = writer.requests
    assert "Only the total." not in text.messages[-1].text
    assert fields.messages[-1].text == "Only the total."
    assert [page.pixels is other.pixels for page, other in zip(text.pages, fields.pages, strict=True)] == [True]


def test_an_annotation_is_asked_for_once_over_all_pages_a_tall_one_among_them():
    schema = {"type": "object", "properties": {"total": {"type": ["string", "null"]}}}
    pages = [Image.new("RGB", size, "white") for size in ((640, 480), (300, 3000), (640, 480))]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    writer = Writer("page", "page", "page", '{"total": "9"}')
    result = read(writer, task="ocr", annotated=True, schema=schema, file=out.getvalue())
    assert (result.fields, [len(request.pages) for request in writer.requests]) == ({"total": "9"}, [1, 1, 1, 3])


@pytest.mark.parametrize("number", [1, 2])
def test_a_cut_annotation_is_asked_for_again_of_whole_pages(number):
    """JSON has no pieces, and neither have several pages."""
    schema = {"type": "object", "properties": {"total": {"type": ["string", "null"]}}}
    pages = [Image.new("RGB", (640, 480), "white")] * number
    file = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    writer = Writer(*["page"] * number, ('{"total": "1', "length"), '{"total": "12"}')
    result = read(writer, task="ocr", annotated=True, schema=schema, file=file)
    assert result.fields == {"total": "12"}
    assert [len(request.pages) for request in writer.requests] == [*[1] * number, number, number]
    assert result.attempts == (
        "as asked: the answer was cut off at the token limit",
        "at temperature 0.3: taken",
    )


def test_fields_that_are_no_json_are_asked_for_again_and_at_last_refused():
    with pytest.raises(InvalidAnswer) as refused:
        read(Writer("no JSON"), task="extract_fields", fields=("a",))
    assert (refused.value.prompt_tokens, refused.value.completion_tokens) == (15, 6)  # of three tries
    taken = read(Writer("no JSON", '{"a": null}'), task="extract_fields", fields=("a",))
    assert taken.usage == Usage(prompt_tokens=10, completion_tokens=4)
    looped = read(Writer(("{", "length")), task="extract_fields", fields=("a",))
    assert looped.fields is None
    assert len(looped.attempts) == 3


@pytest.fixture(scope="module")
def roll():
    """A till roll of 600 by 7200 pixels, which the model's budget would shrink to seven tenths."""
    return receipt()


def test_a_till_roll_is_read_in_tiles_at_its_own_size(roll):
    writer = Sighted(roll)
    result = read(writer, file=saved(roll.image, "PNG"))
    (page,) = result.pages
    assert page.text.split("\n") == roll.lines
    assert page.tiles == len(writer.pages) > 4
    assert (page.width, page.height, page.attempts) == (600, 7200, ())
    assert result.usage == Usage(prompt_tokens=5 * page.tiles, completion_tokens=2 * page.tiles)
    for shown in writer.pages:
        assert shown.width >= 600
        assert shown.width * shown.height <= 2_097_152
        assert shown.width % 32 == shown.height % 32 == 0
    assert writer.most_in_work == 4


@pytest.mark.parametrize(
    "asked",
    [
        {"task": "table"},
        {"task": "lines"},
        {"prompt": "Only the total."},
        {"max_tokens": 100},
        {"detail": "low"},
        {"room": 4_194_304},
        {"profile": "olmocr"},
    ],
    ids=str,
)
def test_what_cannot_be_joined_is_asked_of_the_whole_page_within_the_budget(roll, asked):
    writer = Writer("x")
    result = read(writer, file=saved(roll.image, "PNG"), **asked)
    (request,) = writer.requests
    assert result.pages[0].tiles == 1
    assert request.pages[0].width * request.pages[0].height <= 2_097_152


def test_a_page_with_an_annotation_is_not_read_in_tiles(roll):
    writer = Writer("page", '{"total": "9"}')
    schema = {"type": "object", "properties": {"total": {"type": ["string", "null"]}}}
    result = read(writer, file=saved(roll.image, "PNG"), annotated=True, schema=schema)
    assert (result.pages[0].tiles, result.text, result.fields) == (1, "page", {"total": "9"})
    text, fields = writer.requests
    assert text.pages[0].pixels is fields.pages[0].pixels


@pytest.mark.parametrize(("size", "shown"), [((2400, 3200), (1248, 1664)), ((300, 3000), (320, 3008))])
def test_a_page_that_tiles_would_not_help_is_one_request_at_its_budget(size, shown):
    writer = Writer("x")
    result = read(writer, size=size)
    (request,) = writer.requests
    assert (request.pages[0].width, request.pages[0].height) == shown
    assert (result.pages[0].width, result.pages[0].height, result.pages[0].tiles) == (*size, 1)


def test_the_large_page_waits_for_room_only_when_the_small_ones_have_given_theirs_back(roll):
    """Its page and its tiles take all the room there is."""
    letter = Image.new("RGB", (1200, 1600), "white")
    file = saved(letter, "TIFF", save_all=True, append_images=[roll.image.copy(), letter], compression="tiff_deflate")
    writer = Sighted(roll)
    result = read(writer, file=file, room=9_000_000)
    assert [page.tiles > 1 for page in result.pages] == [False, True, False]
    assert [page.number for page in result.pages] == [1, 2, 3]
    assert result.pages[1].text.split("\n") == roll.lines
    assert max(page.width * page.height for page in writer.pages) <= 2_097_152


def test_a_tall_page_of_a_pdf_is_drawn_at_300_dpi_for_its_tiles():
    writer = Writer("x")
    (page,) = read(writer, file=drawn_pdf(["TOTAL"], size=(144, 1728))).pages
    assert (page.width, page.height, page.dpi) == (600, 7200, 300)
    assert page.tiles == len(writer.requests) > 4
    assert max(request.pages[0].width * request.pages[0].height for request in writer.requests) <= 2_097_152


def test_tiles_of_a_roll_that_lies_upside_down_are_joined_from_its_top(roll):
    writer = Sighted(roll)
    (page,) = read(writer, file=saved(roll.image.rotate(180), "PNG")).pages
    assert page.text.split("\n") == roll.lines
    assert page.attempts[:2] == (
        f"tile 1 of {page.tiles}, as asked: the answer was empty",
        f"tile 1 of {page.tiles}, turned by 180 degrees: taken",
    )


def test_a_tile_that_is_too_much_at_once_is_read_in_pieces(roll):
    writer = Sighted(roll, most=900)
    (page,) = read(writer, file=saved(roll.image, "PNG")).pages
    assert page.text.split("\n") == roll.lines
    assert f"tile 2 of {page.tiles}, in 2 pieces: taken" in page.attempts


def test_a_page_that_is_too_much_at_once_is_read_in_pieces_cut_where_no_print_is(roll):
    strip = roll.image.crop((0, 0, 600, 2400))
    writer = Sighted(roll, most=800)
    (page,) = read(writer, file=saved(strip, "PNG")).pages
    assert page.text.split("\n")[:68] == roll.lines[:68]
    assert page.attempts == (
        "as asked: the answer was cut off at the token limit",
        "in 2 pieces: the answer was cut off at the token limit",
        "in 4 pieces: taken",
    )
    assert (page.tiles, len(writer.pages)) == (1, 1 + 2 + 4)


def test_a_page_of_one_line_is_not_cut():
    writer = Writer(("cut", "length"), "good")
    assert read(writer, size=(640, 120)).pages[0].attempts[-1] == "at temperature 0.3: taken"


def test_of_answers_that_are_all_cut_off_the_last_in_the_most_pieces_is_kept():
    words = ["whole", *("north", "south"), *("ALPHA", "BRAVO", "CHARLIE", "DELTA"), "warm"]
    writer = Writer(*((word, "length") for word in words))
    result = read(writer, size=(600, 1500), retries=3)
    assert result.text == "ALPHA\nBRAVO\nCHARLIE\nDELTA"
    assert [note.partition(":")[0] for note in result.pages[0].attempts] == [
        "as asked",
        "in 2 pieces",
        "in 4 pieces",
        "at temperature 0.3",
    ]
