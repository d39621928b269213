"""A document of many pages is sent to a worker once and scanned for bombs once; scans of real workers are counted."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hostile_pdfs import content_pdf
from hostile_pictures import zeros
from pdfs import drawn_pdf, locked_pdf

from server.config import Settings
from server.errors import ImageTooLarge
from server.media.loader import PageLoader
from server.media.worker.pool import DecodeWorkers
from server.media.worker.wire import DecodeJob
from server.observability.metrics import Metrics
from server.values.pages import DecodeLimits, DetailBudgets, ImageSource, PixelBudget

PAGES = 40
BUDGET = PixelBudget(longest_side=400, max_pixels=60_000)
BUDGETS = DetailBudgets(low=BUDGET, auto=BUDGET, high=BUDGET, original=BUDGET)
LIMITS = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=2**27)
JOB = DecodeJob(task="decode", path="file", limits=LIMITS, budget=BUDGET)
BOMB = content_pdf(zeros(2**28))
COUNTING = """
import server.media.pdf.rendering as rendering

scan = rendering.check_objects

def counted(data, **options):
    with open({file!r}, "a") as file:
        file.write("scan\\n")
    scan(data, **options)

rendering.check_objects = counted
"""


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """How often the workers started from here on have scanned: Python itself runs the counting at their start."""
    log = tmp_path / "scans"
    log.touch()
    (tmp_path / "sitecustomize.py").write_text(COUNTING.format(file=str(log)))
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), root, os.environ.get("PYTHONPATH", "")]))
    return lambda: len(log.read_text().splitlines())


async def read_in_batches(loader, data):
    """Open a document and read it a few pages at a time; gives the pages."""
    opened = await loader.opener.open((ImageSource(content=data, path="file"),), (None,), BUDGETS)
    (document,) = opened
    pages = []
    for start in range(0, PAGES, 4):
        part = replace(document, numbers=document.numbers[start : start + 4])
        pages += await loader.load([part])
    return pages


@pytest.mark.parametrize(("lock", "times"), [(bytes, 1), (locked_pdf, 2)])
def test_a_document_of_many_pages_is_scanned_once(scans, lock, times):
    data = lock(drawn_pdf(f"page {number}" for number in range(PAGES)))

    async def run():
        loader = PageLoader(Settings(intake_workers=2, page_cache_bytes=0, max_pages_per_request=PAGES), Metrics())
        try:
            return await read_in_batches(loader, data)
        finally:
            await loader.close()

    pages = asyncio.run(run())
    assert [page.number for page in pages] == [*range(1, PAGES + 1)]
    assert scans() == times  # as stored and, where it is encrypted, decrypted


def with_worker(use):
    async def run():
        pool = DecodeWorkers(1, memory_bytes=768 * 2**20)
        try:
            await use(pool)
        finally:
            await pool.close()

    asyncio.run(run())


def worker(pool):
    """The one process of `pool`; servers of other tests may have theirs."""
    (held,) = pool._workers
    return psutil.Process(held._process.pid)


def test_a_worker_is_sent_a_document_once_and_a_new_one_anew():
    data = drawn_pdf(["one", "two"]) + bytes(2**24)  # far more than what a worker reads to import its modules
    job = replace(JOB, sha256="a", checked=True)

    async def use(pool):
        await pool.submit(replace(job, task="count"), data)
        received = worker(pool).io_counters().read_chars
        assert received > len(data)
        for _ in range(3):
            await pool.submit(job, data)
        assert worker(pool).io_counters().read_chars - received < len(data)
        worker(pool).kill()
        (page,) = await pool.submit(job, data)
        assert page.pixels.any()
        assert worker(pool).io_counters().read_chars > len(data)

    with_worker(use)


def test_each_job_is_done_on_its_own_document():
    async def use(pool):
        shades = []
        for name in ("a", "b", "a", None, "a", "b", "b"):
            text = "WWWWWWWW" if name == "a" else ""
            (page,) = await pool.submit(replace(JOB, sha256=name, checked=True), drawn_pdf([text]))
            shades.append(bool((page.pixels < 128).any()))
        assert shades == [True, False, True, False, True, False, False]

    with_worker(use)


def test_jobs_go_to_the_worker_that_has_their_document():
    first, second = (drawn_pdf([text]) + bytes(2**20) for text in ("one", "two"))

    async def run():
        pool = DecodeWorkers(2, memory_bytes=768 * 2**20)
        try:
            jobs = [(replace(JOB, sha256=name), data) for name, data in (("a", first), ("b", second))]
            await asyncio.gather(*(pool.submit(*job) for job in jobs))
            assert {held.holds for held in pool._workers} == {"a", "b"}
            for job in [*jobs, *jobs]:
                await pool.submit(*job)
            return sorted(held.jobs for held in pool._workers)
        finally:
            await pool.close()

    assert asyncio.run(run()) == [3, 3]


def test_what_was_not_checked_is_checked_by_each_job_and_by_a_new_worker(scans):
    async def use(pool):
        for _ in range(2):
            with pytest.raises(ImageTooLarge) as refused:
                await pool.submit(replace(JOB, sha256="a"), BOMB)
            assert refused.value.code == "pdf_object_too_large"
        worker(pool).kill()
        with pytest.raises(ImageTooLarge):
            await pool.submit(replace(JOB, sha256="a"), BOMB)

    with_worker(use)
    assert scans() == 3


async def test_a_bomb_is_never_decoded(scans):
    """The verdict belongs to the bytes: a bomb is refused when it is opened, also right after a harmless document."""
    loader = PageLoader(Settings(intake_workers=1, page_cache_bytes=0), Metrics())
    try:
        await loader.opener.open((ImageSource(content=drawn_pdf(["x"]), path="file"),), (None,), BUDGETS)
        for _ in range(2):
            with pytest.raises(ImageTooLarge):
                await loader.opener.open((ImageSource(content=BOMB, path="file"),), (None,), BUDGETS)
    finally:
        await loader.close()
    assert scans() == 3
