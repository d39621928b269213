"""The intake as the pipeline calls it."""

import asyncio
import base64
import io
import threading

import numpy as np
import pytest
from PIL import Image

from server.config import Settings
from server.errors import ImageTooLarge, InvalidImage, PageglassError
from server.media import loader as loader_module
from server.media.loader import PageLoader
from server.media.types import ImageSource, Page, PixelBudget
from server.media.workers import WorkerPool, usable_cores

BUDGET = PixelBudget(longest_side=100, max_pixels=10_000)


def uri(gray: int, size=(8, 8)) -> str:
    file = io.BytesIO()
    Image.new("L", size, gray).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def source(url: str, index: int = 0, detail="auto") -> ImageSource:
    return ImageSource(url=url, path=f"messages[0].content[{index}].image_url.url", detail=detail)


def load(*sources: ImageSource, **overrides) -> tuple[Page, ...]:
    async def run() -> tuple[Page, ...]:
        loader = PageLoader(Settings(_env_file=None, **overrides))
        try:
            return await loader.load(sources, BUDGET)
        finally:
            await loader.close()

    return asyncio.run(run())


def test_pages_come_in_the_order_sent():
    grays = [0, 250, 60, 120, 180]
    pages = load(*(source(uri(gray, (90 - 15 * i, 40)), i) for i, gray in enumerate(grays)), intake_workers=3)
    assert [int(page.pixels[0, 0, 0]) for page in pages] == grays
    assert [page.path for page in pages] == [f"messages[0].content[{i}].image_url.url" for i in range(5)]


def test_no_pictures_are_no_pages():
    assert load() == ()


def test_the_same_file_has_the_same_hash_however_it_is_spelled():
    first, second = load(source(uri(9)), source(uri(9).partition(",")[2].rstrip("="), 1))
    assert first.sha256 == second.sha256
    assert np.array_equal(first.pixels, second.pixels)


def test_detail_low_gets_half_the_side():
    full, low = load(source(uri(9, (400, 200))), source(uri(9, (400, 200)), 1, "low"))
    assert full.pixels.shape == (50, 100, 3)
    assert low.pixels.shape == (25, 50, 3)
    assert (low.source_width, low.source_height) == (400, 200)


def test_the_first_bad_picture_in_order_is_the_one_named():
    with pytest.raises(InvalidImage) as caught:
        load(source(uri(9)), source("data:image/png;base64,", 1), source("*", 2), intake_workers=2)
    assert caught.value.param == "messages[0].content[1].image_url.url"
    assert caught.value.code == "empty_image"


def test_limits_come_from_the_settings():
    with pytest.raises(ImageTooLarge) as caught:
        load(source(uri(9, (33, 32))), max_image_pixels=1024)
    assert caught.value.code == "image_too_many_pixels"
    noise = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(noise, "PNG")
    with pytest.raises(ImageTooLarge) as caught:
        load(source(base64.b64encode(noise.getvalue()).decode()), max_image_bytes=1024)
    assert caught.value.code == "image_too_large"


def test_too_many_pictures_name_the_first_over_the_limit():
    with pytest.raises(ImageTooLarge) as caught:
        load(*(source("", i) for i in range(4)), max_pages_per_request=2)
    assert caught.value.code == "too_many_pages"
    assert caught.value.param == "messages[0].content[2].image_url.url"
    assert "PAGEGLASS_MAX_PAGES_PER_REQUEST" in caught.value.message


def test_nothing_is_decoded_on_the_event_loop(monkeypatch):
    threads = []

    def spy(*args: object, **keywords: object) -> bytes:
        threads.append(threading.current_thread())
        raise InvalidImage("seen", param="here")

    monkeypatch.setattr(loader_module, "read_source", spy)
    with pytest.raises(PageglassError):
        load(source(uri(9)))
    assert threads
    assert threading.main_thread() not in threads


def test_a_failure_drops_what_has_not_begun():
    begun, release = threading.Event(), threading.Event()
    ran = []

    def block() -> None:
        begun.set()
        release.wait(20)

    async def run() -> None:
        pool = WorkerPool(1)
        pool.submit(block)
        waiting = pool.submit(lambda: ran.append(1))
        await asyncio.to_thread(begun.wait, 20)
        waiting.cancel()
        await asyncio.sleep(0)  # the loop passes it on
        release.set()
        await pool.close()

    asyncio.run(run())
    assert ran == []


def test_a_pool_has_a_worker_for_each_core():
    assert usable_cores() >= 1
