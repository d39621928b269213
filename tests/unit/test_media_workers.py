"""Decode workers: real processes that are given real files, starved, hung and killed."""

import asyncio
import io
import os
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest
from picture_files import blank

from server.config import Settings
from server.errors import EngineUnavailable, ImageTooLarge, InvalidImage
from server.machine import usable_cores
from server.media.opening import cpu_budget
from server.media.worker.pool import DecodeWorkers
from server.media.worker.wire import BrokenFrame, DecodeJob, read_answer, write_count, write_pages
from server.values.pages import DecodedPage, DecodeLimits, PixelBudget

pytestmark = pytest.mark.system

PATH = "messages[0].content[0].image_url.url"
LIMITS = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=2**27)
JOB = DecodeJob(task="decode", path=PATH, limits=LIMITS, budget=PixelBudget(longest_side=4000, max_pixels=2_000_000))
MEMORY = 768 * 2**20
GENEROUS_S = 60


def png(size=(60, 40), gray: int = 7) -> bytes:
    return blank(size, mode="L", colour=gray)


SERVER_TO_KILL = """
import asyncio, io, psutil, time
from PIL import Image
from server.values.pages import DecodeLimits, PixelBudget
from server.media.worker.wire import DecodeJob
from server.media.worker.pool import DecodeWorkers

async def main():
    file = io.BytesIO()
    Image.new("L", (9000, 9000)).save(file, "PNG")
    limits = DecodeLimits(max_pixels=10**9, max_frames=1, max_pdf_object_bytes=1)
    job = DecodeJob(task="decode", path="p", limits=limits, budget=PixelBudget(longest_side=9000, max_pixels=10**8))
    workers = DecodeWorkers(1, memory_bytes=2**30)
    await workers.submit(job, file.getvalue())
    workers.submit(job, file.getvalue())
    await asyncio.sleep(0.1)
    print(psutil.Process().children()[0].pid, flush=True)
    time.sleep(60)

asyncio.run(main())
"""
SLOW = png((9_000, 9_000))  # a second or so to inflate and shrink


class Pool:
    """A pool under test, with what it said of replaced workers."""

    def __init__(self, workers: int = 1, memory_bytes: int = MEMORY) -> None:
        self.replaced: list[str] = []
        self.pool = DecodeWorkers(workers, memory_bytes=memory_bytes, on_replaced=self.replaced.append)

    async def decode(self, data: bytes, seconds: float = GENEROUS_S, cpu_seconds: float = GENEROUS_S) -> DecodedPage:
        pages = await self.pool.submit(replace(JOB, seconds=seconds, cpu_seconds=cpu_seconds), data)
        assert isinstance(pages, list)
        return pages[0]


def with_pool(use: Callable[[Pool], Awaitable[Any]], **options: Any) -> Pool:
    async def run() -> Pool:
        pool = Pool(**options)
        try:
            await use(pool)
        finally:
            await pool.pool.close()
        return pool

    pool = asyncio.run(run())
    assert processes() == []
    return pool


OTHERS: set[int] = set()


@pytest.fixture(autouse=True)
def _know_the_others() -> None:
    """A server of other tests may have workers of its own."""
    OTHERS.clear()
    OTHERS.update(process.pid for process in processes())


def processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    workers = [child for child in children if "server.media.worker.main" in child.cmdline()]
    return [worker for worker in workers if worker.pid not in OTHERS]


async def busy_process(pool: Pool, jobs: int) -> psutil.Process:
    """The one worker, once it has begun its job of that number, which is a long one."""
    async with asyncio.timeout(GENEROUS_S):
        while pool.pool._workers[0].jobs < jobs:  # noqa: ASYNC110 - another thread counts them
            await asyncio.sleep(0.005)
    return processes()[0]


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Use up every file descriptor of this process but the two that a dead worker gives back."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, most[1]))
    taken: list[int] = []
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


def test_pages_come_back_as_they_were_decoded():
    async def use(pool: Pool) -> None:
        page = await pool.decode(png((60, 40), 7))
        assert page.pixels.shape == (40, 60, 3)
        assert np.unique(page.pixels).tolist() == [7]
        assert not page.pixels.flags.writeable
        assert (page.source_width, page.source_height) == (60, 40)

    assert with_pool(use).replaced == []


def test_many_jobs_share_few_workers_and_none_is_lost():
    async def use(pool: Pool) -> None:
        pages = await asyncio.gather(*(pool.decode(png((20 + i, 10), i)) for i in range(30)))
        assert [(page.source_width, int(page.pixels[0, 0, 0])) for page in pages] == [(20 + i, i) for i in range(30)]
        assert len(processes()) == 2

    with_pool(use, workers=2)


def test_faults_of_the_file_leave_the_worker_alive():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        before = processes()[0].pid
        with pytest.raises(InvalidImage) as caught:
            await pool.decode(png()[:60])
        assert caught.value.param == PATH
        assert caught.value.code == "invalid_image"
        assert processes()[0].pid == before

    assert with_pool(use).replaced == []


def test_a_job_that_is_late_is_ended_and_the_next_one_works():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        with pytest.raises(ImageTooLarge) as caught:
            await pool.decode(SLOW, seconds=0.05)
        assert caught.value.code == "image_too_costly"
        assert "PAGEGLASS_DECODE_TIMEOUT_S" in caught.value.message
        assert caught.value.message.startswith(PATH)
        assert (await pool.decode(png())).source_width == 60

    assert with_pool(use).replaced == ["timeout"]


def test_a_job_that_takes_too_much_cpu_time_is_ended_and_the_next_one_works():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        with pytest.raises(ImageTooLarge) as caught:
            await pool.decode(SLOW, cpu_seconds=0.05)
        assert caught.value.code == "image_too_costly"
        assert "PAGEGLASS_DECODE_CPU_S" in caught.value.message
        assert caught.value.message.startswith(PATH)
        assert (await pool.decode(png(), cpu_seconds=GENEROUS_S)).source_width == 60

    assert with_pool(use).replaced == ["cpu"]


def test_each_job_has_cpu_time_of_its_own():
    async def use(pool: Pool) -> None:
        for _ in range(8):
            await pool.decode(png((2000, 2000)), cpu_seconds=0.5)

    assert with_pool(use).replaced == []


def test_a_file_that_brings_much_may_take_longer():
    settings = Settings(decode_cpu_s=2)
    assert cpu_budget(settings, pages=1, size=10_000) == 2
    assert cpu_budget(settings, pages=3, size=20_000_000) == 9


def test_a_job_that_needs_too_much_memory_is_refused_and_the_next_one_works():
    async def use(pool: Pool) -> None:
        with pytest.raises(ImageTooLarge) as caught:
            await pool.decode(png((12_000, 8_000)))
        assert caught.value.code == "image_too_costly"
        assert "PAGEGLASS_DECODE_MEMORY_BYTES" in caught.value.message
        assert (await pool.decode(png())).source_width == 60

    assert with_pool(use, memory_bytes=64 * 2**20).replaced == ["memory"]


def test_a_crash_costs_one_job():
    async def use(pool: Pool) -> None:
        others = [asyncio.create_task(pool.decode(png((20 + i, 10)))) for i in range(3)]
        await asyncio.gather(*others)
        lost = asyncio.create_task(pool.decode(SLOW))
        waiting = asyncio.create_task(pool.decode(png()))
        (await busy_process(pool, 4)).send_signal(signal.SIGSEGV)
        with pytest.raises(InvalidImage, match="made its decoder crash") as caught:
            await lost
        assert caught.value.param == PATH
        assert (await waiting).source_width == 60

    assert with_pool(use).replaced == ["crash"]


def test_a_decoder_that_aborts_is_said_to_have_given_up():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        lost = asyncio.create_task(pool.decode(SLOW))
        (await busy_process(pool, 2)).send_signal(signal.SIGABRT)
        with pytest.raises(ImageTooLarge, match="give up") as caught:
            await lost
        assert caught.value.code == "image_too_costly"

    assert with_pool(use).replaced == ["crash"]


def test_a_job_whose_worker_is_killed_from_outside_is_done_again():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        hurt = asyncio.create_task(pool.decode(SLOW))
        (await busy_process(pool, 2)).kill()
        assert (await hurt).source_width == 9_000

    assert with_pool(use).replaced == ["crash"]


def test_a_worker_that_cannot_even_begin_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")

    async def use(pool: Pool) -> None:
        with pytest.raises(EngineUnavailable):
            await pool.decode(png())
        monkeypatch.delenv("PYTHONHOME")
        with suppress(EngineUnavailable):  # its replacement was started before
            await pool.decode(png())
        assert (await pool.decode(png())).source_width == 60

    with_pool(use)


def test_a_worker_that_is_killed_while_idle_does_not_stay_defunct():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        (worker,) = processes()
        worker.kill()
        async with asyncio.timeout(GENEROUS_S):
            while psutil.pid_exists(worker.pid):  # noqa: ASYNC110 - the kernel says nothing
                await asyncio.sleep(0.02)
        assert (await pool.decode(png())).source_width == 60

    with_pool(use)


def test_a_folder_named_server_where_it_is_started_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "__init__.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)

    async def use(pool: Pool) -> None:
        assert (await pool.decode(png())).source_width == 60

    assert with_pool(use).replaced == []


def test_a_replacement_that_cannot_be_started_is_started_by_a_later_job():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        hurt = asyncio.create_task(pool.decode(SLOW))
        process = await busy_process(pool, 2)
        with no_descriptor_left():
            os.kill(process.pid, signal.SIGSEGV)
            with pytest.raises(InvalidImage):
                await hurt
            with pytest.raises(EngineUnavailable, match="could be started"):
                await pool.decode(png())
        assert (await pool.decode(png())).source_width == 60

    with_pool(use)


def test_workers_end_with_a_server_that_is_killed(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(SERVER_TO_KILL)
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = psutil.Process(int(server.stdout.readline()))
        server.kill()
    psutil.wait_procs([worker], timeout=10)
    assert not worker.is_running()


def test_a_worker_that_died_with_nothing_to_do_costs_nothing():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        process = processes()[0]
        process.kill()
        process.wait(10)
        assert (await pool.decode(png())).source_width == 60

    with_pool(use)


def test_signals_to_the_group_are_left_to_the_server():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        for number in (signal.SIGINT, signal.SIGTERM):
            processes()[0].send_signal(number)
        before = processes()[0].pid
        assert (await pool.decode(png())).source_width == 60
        assert processes()[0].pid == before

    assert with_pool(use).replaced == []


def test_jobs_dropped_before_their_turn_are_not_done():
    async def use(pool: Pool) -> None:
        first = asyncio.create_task(pool.decode(SLOW))
        await busy_process(pool, 1)
        dropped = asyncio.create_task(pool.decode(png()))
        await asyncio.sleep(0)
        dropped.cancel()
        await first
        assert pool.pool._workers[0].jobs == 1

    with_pool(use)


def test_closing_does_not_wait_for_what_is_in_work():
    async def use(pool: Pool) -> None:
        lost = asyncio.create_task(pool.decode(SLOW))
        await busy_process(pool, 1)
        await pool.pool.close()
        with pytest.raises(EngineUnavailable, match="stopping"):
            await lost

    with_pool(use)


def test_a_worker_has_no_setting_of_ours_in_its_environment(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", "secret")

    async def use(pool: Pool) -> None:
        await pool.decode(png())
        names = processes()[0].environ()
        assert "PATH" in names
        assert not [name for name in names if name.startswith("PAGEGLASS_")]

    with_pool(use)


def test_workers_give_way_to_the_server():
    async def use(pool: Pool) -> None:
        await pool.decode(png())
        assert processes()[0].nice() > os.getpriority(os.PRIO_PROCESS, 0)

    with_pool(use)


def frames(*writes: Callable[[Any], None]) -> io.FileIO:
    """A pipe with what a worker might have written, its end closed."""
    reading, writing = os.pipe()
    with io.FileIO(writing, "wb") as pipe:
        for write in writes:
            write(pipe)
    return io.FileIO(reading, "rb")


def head(text: bytes) -> Callable[[Any], None]:
    return lambda pipe: pipe.write(struct.pack(">I", len(text)) + text)


def page(width: int, height: int) -> DecodedPage:
    return DecodedPage(pixels=np.zeros((height, width, 3), np.uint8), source_width=width, source_height=height)


def test_notes_and_dpi_pass_through_the_pipe():
    sent = DecodedPage(
        pixels=np.arange(60, dtype=np.uint8).reshape(4, 5, 3), source_width=9, source_height=8, dpi=144.5, notes=("ü",)
    )
    with frames(lambda pipe: write_pages(pipe, [sent])) as pipe:
        (got,) = read_answer(pipe, JOB)  # type: ignore[misc]
    assert np.array_equal(got.pixels, sent.pixels)
    assert (got.source_width, got.source_height, got.dpi, got.notes) == (9, 8, 144.5, ("ü",))


@pytest.mark.parametrize(
    "answer",
    [
        lambda pipe: None,
        lambda pipe: pipe.write(b"\x00\x00"),
        lambda pipe: pipe.write(b"\xff\xff\xff\xff"),
        head(b"[]"),
        head(b"{"),
        head(b"{}"),
        head(b'{"pages": 3}'),
        head(b'{"pages": [{}]}'),
        head(b'{"pages": [{"shape": [1, 1, 4], "source": [1, 1], "dpi": null, "notes": []}]}'),
        head(b'{"pages": [{"shape": [-1, -1, 3], "source": [1, 1], "dpi": null, "notes": []}]}'),
        head(b'{"pages": [{"shape": [9, 9, 3], "source": [1, 1], "dpi": null, "notes": []}]}'),
        head(b'{"fault": "SystemExit", "message": "", "code": null, "param": null}'),
        head(b'{"fault": "InvalidImage", "message": "m", "code": "no such code", "param": "p"}'),
        lambda pipe: write_count(pipe, 3),
        lambda pipe: write_pages(pipe, [page(2, 2), page(2, 2)]),
        head(b'{"pages": [{"shape": [1000, 2001, 3], "source": [1, 1], "dpi": null, "notes": []}]}'),
    ],
)
def test_an_answer_that_is_none_is_a_crash(answer):
    with frames(answer) as pipe, pytest.raises(BrokenFrame):
        read_answer(pipe, JOB)


def test_a_pool_has_a_worker_for_each_core():
    assert usable_cores() >= 1
