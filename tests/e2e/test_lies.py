"""A language model that makes values up: what the page shows is grounded where it stands, and no lie is."""

import asyncio
import hashlib
import json
import re
from pathlib import Path
from typing import ClassVar

import pytest
from picture_files import as_text

from server.config import load_settings
from server.engines.fake import FakeGenerator
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.registry import EngineRegistry, ServedModel
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
from server.values.ocr import OcrRequest
from server.values.pages import ImageSource

pytestmark = pytest.mark.e2e

ASSETS = Path(__file__).parents[1] / "assets"
TRUTH = [json.loads(line) for line in (ASSETS / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
WITH_FIELDS = [page for page in TRUTH if page.get("fields")]
OTHER_WORDS = {"latin": "Wilmington", "han": "翡翠"}


class Liar(FakeGenerator):
    """Writes what it is told to as JSON."""

    def say(self, value):
        self._settings = FakeSettings(text=json.dumps(value, ensure_ascii=False))


class RememberingReader(RapidOCRRecognizer):
    """The real reader, which reads each picture once: what is asked about a page again and again is its fields."""

    read: ClassVar[dict] = {}

    async def recognise(self, pages, turn=None):
        key = tuple(hashlib.sha256(page.pixels.tobytes()).hexdigest() for page in pages)
        if key not in self.read:
            self.read[key] = [lines async for lines in super().recognise(pages)]
        for lines in self.read[key]:
            yield lines


def ask_all(pages, make):
    """Ask about each page with the fields that `make` gives; the results."""

    async def main():
        settings = load_settings(env_file=None)
        liar, reader = Liar(FakeSettings()), RememberingReader(settings.rapidocr)
        model = ServedModel(id="m", engine=liar, profile=find_profile("Qwen/Qwen3-VL-2B-Instruct"))
        registry = EngineRegistry([model], grounder=reader)
        stored = StoredSources.of(settings, None)
        intake = PageIntake(PageLoader(settings, Metrics()), build_admission(settings), stored)
        service = OcrService(settings=settings, registry=registry, intake=intake, cache=ResultCache(None))
        await registry.start()
        results = []
        try:
            for page in pages:
                fields = make(page["fields"])
                liar.say(fields)
                picture = as_text((ASSETS / page["image"]).read_bytes())
                source = ImageSource(content=picture, path="image")
                request = OcrRequest(model="m", source=source, task="extract_fields", fields=tuple(fields))
                results.append(await service.read(request, RequestContext()))
        finally:
            await intake.close()
            await registry.stop()
        return results

    return asyncio.run(main())


def lie(value):
    """A value of the same look that the page does not show: another last digit, or another first word."""
    digits = [match.start() for match in re.finditer(r"\d", value)]
    if digits:
        at = digits[-1]
        return value[:at] + str((int(value[at]) + 3) % 10) + value[at + 1 :]
    if re.search(r"[\u4e00-\u9fff]", value):
        return OTHER_WORDS["han"][: max(1, min(2, len(value)))] + value[2:]
    return " ".join([OTHER_WORDS["latin"], *value.split()[1:]])


def test_what_the_pages_show_is_grounded_where_it_stands():
    for page, result in zip(WITH_FIELDS, ask_all(WITH_FIELDS, dict), strict=True):
        assert result.fields == page["fields"]
        lost = [name for name, evidence in result.evidence.items() if evidence.grounded is not True]
        assert not lost, (page["image"], lost)
        (read,) = result.pages
        for evidence in result.evidence.values():
            xs, ys = [x for x, _ in evidence.box], [y for _, y in evidence.box]
            assert 0 <= min(xs) < max(xs) <= read.width
            assert 0 <= min(ys) < max(ys) <= read.height


def test_no_lie_is_grounded(capsys):
    lies = caught = 0
    for page, result in zip(
        WITH_FIELDS, ask_all(WITH_FIELDS, lambda fields: {n: lie(v) for n, v in fields.items()}), strict=True
    ):
        for name, evidence in result.evidence.items():
            lies += 1
            caught += evidence.grounded is False
            assert evidence.grounded is False, (page["image"], name, result.fields[name], evidence.text)
    for name in ("total", "date", "company", "address", "invoice_date", "due_date", "民族"):  # alone among true ones
        pages = [page for page in WITH_FIELDS if name in page["fields"]]
        made = ask_all(pages, lambda fields, name=name: fields | {name: lie(fields[name])})
        for result in made:
            lies += 1
            caught += result.evidence[name].grounded is False
            assert [path for path, one in result.evidence.items() if one.grounded is False] == [name]
    with capsys.disabled():
        print(f"\n{caught} of {lies} lies marked as not grounded")  # noqa: T201
