"""The intake as the pipeline calls it: real workers, real files."""

import asyncio
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from picture_files import as_text, blank, data_uri, saved
from PIL import Image

from server.config import Settings
from server.errors import ImageTooLarge, InvalidImage, InvalidRequest, PageglassError, UnsupportedImage
from server.media.loader import PageLoader
from server.observability.metrics import Metrics
from server.values.pages import DetailBudgets, ImageSource, Page, PixelBudget

BUDGETS = DetailBudgets(
    low=PixelBudget(longest_side=50, max_pixels=2_500),
    auto=PixelBudget(longest_side=100, max_pixels=10_000),
    high=PixelBudget(longest_side=200, max_pixels=40_000),
    original=PixelBudget(longest_side=1000, max_pixels=1_000_000),
)


def uri(gray: int, size=(8, 8)) -> str:
    return encoded(blank(size, mode="L", colour=gray))


def encoded(data: bytes) -> str:
    return data_uri(data, "application/octet-stream")


def document(form: str, grays: Sequence[int]) -> str:
    first, *rest = (Image.new("L", (40, 30), gray) for gray in grays)
    return encoded(saved(first, form, save_all=True, append_images=rest))


def source(url: str, index: int = 0, detail="auto", pages: str | None = None) -> ImageSource:
    path = f"messages[0].content[{index}].image_url"
    return ImageSource(content=url, path=f"{path}.url", detail=detail, pages=pages, pages_path=f"{path}.pages")


class Intake:
    """A loader under test, and what it has counted."""

    def __init__(self, **overrides: Any) -> None:
        self.metrics = Metrics()
        self.loader = PageLoader(Settings(_env_file=None, **{"intake_workers": 1} | overrides), self.metrics)

    async def load(self, *sources: ImageSource) -> tuple[Page, ...]:
        opener = self.loader.opener
        opener.refuse_too_many(sources)
        fetched = await opener.fetch(sources) if opener.bytes_to_fetch(sources) else [None] * len(sources)
        return await self.loader.load(await opener.open(sources, fetched, BUDGETS))

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


def with_intake(use: Callable[[Intake], Any], **overrides: Any) -> Any:
    async def run() -> Any:
        intake = Intake(**overrides)
        try:
            return await use(intake)
        finally:
            await intake.loader.close()

    return asyncio.run(run())


def load(*sources: ImageSource, **overrides: Any) -> tuple[Page, ...]:
    pages: tuple[Page, ...] = with_intake(lambda intake: intake.load(*sources), **overrides)
    return pages


def refusal(*sources: ImageSource, **overrides: Any) -> PageglassError:
    with pytest.raises(PageglassError) as caught:
        load(*sources, **overrides)
    assert caught.value.status == 400
    return caught.value


def grays(pages: Sequence[Page]) -> list[int]:
    return [int(page.pixels[0, 0, 0]) for page in pages]


def test_pages_come_in_the_order_sent():
    shades = [0, 250, 60, 120, 180]
    pages = load(*(source(uri(gray, (90 - 15 * i, 40)), i) for i, gray in enumerate(shades)), intake_workers=3)
    assert grays(pages) == shades
    assert [page.path for page in pages] == [f"messages[0].content[{i}].image_url.url" for i in range(5)]


def test_no_pictures_are_no_pages():
    assert load() == ()


def test_the_same_file_has_the_same_hash_however_it_is_spelled():
    first, second = load(source(uri(9)), source(uri(9).partition(",")[2].rstrip("="), 1))
    assert first.sha256 == second.sha256
    assert np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize(("detail", "size"), [("low", (50, 25)), ("auto", (100, 50)), ("high", (200, 100))])
def test_detail_chooses_the_budget(detail, size):
    (page,) = load(source(uri(9, (400, 200)), detail=detail))
    assert (page.width, page.height) == size
    assert (page.source_width, page.source_height) == (400, 200)


def test_detail_original_keeps_the_size():
    (page,) = load(source(uri(9, (400, 200)), detail="original"))
    assert page.pixels.shape == (200, 400, 3)


def test_the_first_bad_picture_in_order_is_the_one_named():
    error = refusal(source(uri(9)), source("data:image/png;base64,", 1), source("*", 2), intake_workers=2)
    assert error.param == "messages[0].content[1].image_url.url"
    assert error.code == "empty_image"


def test_what_is_no_picture_is_named_for_what_it_is():
    error = refusal(source(encoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>")))
    assert isinstance(error, UnsupportedImage)
    assert "SVG" in error.message


def test_limits_come_from_the_settings():
    assert refusal(source(uri(9, (33, 32))), max_image_pixels=1024).code == "image_too_many_pixels"
    noise = saved(Image.effect_noise((64, 64), 90))
    assert refusal(source(as_text(noise)), max_image_bytes=1024).code == "image_too_large"


def test_too_many_pictures_name_the_first_over_the_limit():
    error = refusal(*(source("", i) for i in range(4)), max_images_per_request=2)
    assert isinstance(error, ImageTooLarge)
    assert error.code == "too_many_images"
    assert error.param == "messages[0].content[2].image_url.url"
    assert "PAGEGLASS_MAX_IMAGES_PER_REQUEST" in error.message


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_a_document_is_all_its_pages_in_order(form):
    pages = load(source(document(form, [10, 120, 240])))
    assert [page.number for page in pages] == [1, 2, 3]
    assert grays(pages) == pytest.approx([10, 120, 240], abs=2)
    assert len({page.sha256 for page in pages}) == 1


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_pages_of_a_document_can_be_chosen(form):
    pages = load(source(document(form, [10, 120, 240]), pages="3, 1"))
    assert [page.number for page in pages] == [3, 1]
    assert grays(pages) == pytest.approx([240, 10], abs=2)


def test_pages_that_are_not_there_name_the_part():
    error = refusal(source(document("PDF", [10, 120]), pages="2-3"))
    assert isinstance(error, InvalidRequest)
    assert error.param == "messages[0].content[0].image_url.pages"


def test_a_picture_is_page_1():
    assert load(source(uri(9), pages="1"))[0].number == 1
    assert refusal(source(uri(9), pages="2")).param == "messages[0].content[0].image_url.pages"


def test_too_many_pages_in_one_document_say_how_to_choose():
    error = refusal(source(document("PDF", [0] * 5)), max_pages_per_request=3)
    assert error.code == "too_many_pages"
    assert "5 pages" in error.message
    assert '"pages": "1-3"' in error.message
    assert len(load(source(document("PDF", [0] * 5), pages="3-5"), max_pages_per_request=3)) == 3


def test_too_many_pages_in_all_name_the_document_that_is_too_much():
    error = refusal(source(document("PDF", [0] * 2)), source(document("TIFF", [0] * 2), 1), max_pages_per_request=3)
    assert error.code == "too_many_pages"
    assert error.param == "messages[0].content[1].image_url.url"


def test_the_pixels_of_a_request_are_added_up():
    two = source(uri(1, (100, 100))), source(uri(2, (100, 101)), 1)
    assert len(load(*two, max_pixels_per_request=20_100)) == 2
    error = refusal(*two, max_pixels_per_request=20_099)
    assert error.code == "too_many_pixels"
    assert error.param == "messages[0].content[1].image_url.url"


def test_pictures_beyond_the_pixels_of_a_request_are_not_decoded():
    async def use(intake: Intake) -> None:
        with pytest.raises(ImageTooLarge):
            await intake.load(*(source(uri(i, (100, 100)), i) for i in range(10)))
        assert intake.counted("pageglass_pages_total") == 3

    with_intake(use, max_pixels_per_request=25_000)


def test_a_million_pages_are_refused_before_they_are_listed():
    hollow = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 1000000>>endobj\n"
    many = encoded(hollow + b"trailer<</Root 1 0 R>>\n%%EOF")
    error = refusal(*(source(many, i, pages="1-,1-") for i in range(3)))
    assert error.code == "too_many_pages"
    assert error.param == "messages[0].content[0].image_url.pages"
    assert "2,000,000 pages" in error.message


def test_a_page_sent_twice_is_decoded_once():
    async def use(intake: Intake) -> None:
        (first,) = await intake.load(source(uri(9)))
        (again,) = await intake.load(source(uri(9), 3))
        assert again.pixels is first.pixels
        assert again.path == "messages[0].content[3].image_url.url"
        assert intake.counted("pageglass_page_cache_hits_total") == 1
        assert intake.counted("pageglass_pages_total") == 1

    with_intake(use)


def test_another_budget_is_another_page():
    async def use(intake: Intake) -> None:
        (full,) = await intake.load(source(uri(9, (400, 200))))
        (low,) = await intake.load(source(uri(9, (400, 200)), detail="low"))
        assert (full.width, low.width) == (100, 50)
        assert intake.counted("pageglass_page_cache_hits_total") == 0

    with_intake(use)


def test_a_page_that_two_send_at_once_is_decoded_once():
    async def use(intake: Intake) -> None:
        url = uri(9, (3000, 3000))
        first, second = await asyncio.gather(intake.load(source(url)), intake.load(source(url)))
        assert first[0].pixels is second[0].pixels
        assert intake.counted("pageglass_pages_total") == 1

    with_intake(use)


def test_the_cache_is_bounded_in_bytes_and_can_be_off():
    async def use(intake: Intake) -> None:
        for _ in range(2):
            for gray in range(3):
                await intake.load(source(uri(gray, (10, 10))))
        assert intake.counted("pageglass_page_cache_hits_total") == 0
        assert intake.counted("pageglass_page_cache_bytes") <= 600

    with_intake(use, page_cache_bytes=600)
    with_intake(use, page_cache_bytes=0)


def test_pages_leave_the_cache_when_their_time_is_over():
    async def use(intake: Intake) -> None:
        pixels = weakref.ref((await intake.load(source(uri(9))))[0].pixels)
        assert pixels() is not None
        async with asyncio.timeout(20):  # by itself, with nobody asking for pages
            while pixels() is not None:  # noqa: ASYNC110 - there is nothing else to wait on
                await asyncio.sleep(0.05)

    with_intake(use, page_cache_s=0.01)


def test_damaged_files_are_not_kept():
    async def use(intake: Intake) -> None:
        broken = encoded(saved(Image.new("L", (64, 64), 3))[:50])
        for _ in range(2):
            with pytest.raises(InvalidImage):
                await intake.load(source(broken))

    with_intake(use)
