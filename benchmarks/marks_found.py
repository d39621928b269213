"""Boxes to tick, found or not, with their states; and marks found where there are none, with what the search costs.

    python benchmarks/marks_found.py [FOLDER ...] [--each 30] [--seed 100]

The first table is of the drawn forms of `marks.py`, whose boxes are known. The second is of the pictures in each
FOLDER, which have no boxes: how many marks are found there, and the CPU time of the search as a share of the reading.
"""

import argparse
import asyncio
import time
from collections import Counter
from pathlib import Path

import marks_drawn
import marks_printed
import numpy as np
from marks_drawn import Form
from PIL import Image
from rich.console import Console
from rich.table import Table

from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.reading.dense_pages import read_whole
from server.reading.marks.page_marks import drawn_on, marked, may_be_marked
from server.settings.groups import RapidOCRSettings
from server.values.lines import Lines
from server.values.pages import Page

PICTURES = {".png", ".jpg", ".jpeg"}
STATES = {(True, True): "right", (False, False): "right", (True, None): "unclear", (False, None): "unclear"}


async def read(engine: RapidOCRRecognizer, picture: Image.Image) -> tuple[Lines, float, float]:
    """The lines of a picture with its marks, the CPU time of reading it and that of searching for marks."""
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    page = Page(pixels=pixels, source_width=width, source_height=height, path="picture", sha256="")
    start = time.process_time()
    lines = await read_whole(page, engine, within=PP_OCRV6_SMALL.budgets.auto)
    read_at = time.process_time()
    drawn = drawn_on(pixels, lines)
    shown = marked(lines, drawn, pixels) if drawn or may_be_marked(lines) else lines
    return shown, read_at - start, time.process_time() - read_at


def verdicts(form: Form, lines: Lines) -> Counter[str]:
    """How many boxes of a form were found in which state, lost, and made up."""
    found = list(lines.marks)
    counts: Counter[str] = Counter(boxes=len(form.boxes))
    for (left, top, right, bottom), ticked in form.boxes:
        x, y, side = (left + right) / 2, (top + bottom) / 2, right - left
        near = [one for one in found if abs(one.left + one.right - 2 * x) + abs(one.top + one.bottom - 2 * y) < side]
        counts[STATES.get((ticked, near[0].ticked), "wrong") if near else "lost"] += 1
        found = [one for one in found if one not in near[:1]]
    counts["made up"] = len(found)
    return counts


async def _run(arguments: argparse.Namespace) -> None:
    engine = RapidOCRRecognizer(RapidOCRSettings(workers=1))
    await engine.start()
    names = ("boxes", "right", "unclear", "wrong", "lost", "made up")
    table = Table("half", *names)
    for half in (marks_drawn, marks_printed):
        counts: Counter[str] = Counter()
        for seed in range(arguments.seed, arguments.seed + arguments.each):
            form: Form = half.draw(seed)
            counts.update(verdicts(form, (await read(engine, form.image))[0]))
        table.add_row(half.__name__, *(str(counts[name]) for name in names))
    Console().print(table)
    table = Table("folder", "pages", "with marks", "marks", "CPU of the search")
    for folder in arguments.folders:
        pages = [await read(engine, Image.open(path)) for path in sorted(folder.iterdir()) if path.suffix in PICTURES]
        marks = [len(lines.marks) for lines, _, _ in pages]
        share = sum(searched for *_, searched in pages) / max(1e-9, sum(reading for _, reading, _ in pages))
        table.add_row(folder.name, str(len(pages)), str(np.count_nonzero(marks)), str(sum(marks)), f"{share:.1%}")
    Console().print(table)
    await engine.stop()


def main() -> None:
    """Read, count, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--seed", type=int, default=100, help="the first form of each half")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
