"""Reading order of pages that mislead: the share of neighbouring pairs that come one right after the other.

    python benchmarks/order.py [--each 6] [--seed 1] [--base-url http://127.0.0.1:8000/v1] [--keep FOLDER] [--show]

Tables of short cells skewed by 1 to 6 degrees, vertical Chinese and Japanese between a title and a foot across, two
vertical columns alone, running text in columns around a table, boxes beside running text, tables under upright heads
(`order_pages.py`); every second page is worn as a scan. A pair of lines or cells is in order where both were read and
nothing else of the page stands between them. Wants Debian's fonts-noto-cjk and fonts-dejavu-core.
"""

import argparse
import tempfile
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from endpoint import Endpoint, connect
from measure import Document, Overlap
from order_pages import KINDS, Drawing, draw
from rapidfuzz.fuzz import partial_ratio_alignment
from rich.console import Console
from rich.table import Table

ALIKE = 75  # percent from which a line was read, if not exactly
TAKEN = "\0"


def places_of(lines: Sequence[str], text: str) -> list[int | None]:
    """Where each of `lines` stands in `text`, white space left out; None where it was not read.

    What was read exactly is found before what is alike, and the longer before the shorter; no place is taken twice.
    """
    rest = _plain(text)
    plain = [_plain(line) for line in lines]
    places: list[int | None] = [None] * len(lines)
    longest = sorted(range(len(lines)), key=lambda index: -len(plain[index]))
    for least in (100, ALIKE):
        for index in longest:
            if places[index] is not None or len(plain[index]) > len(rest):
                continue
            found = partial_ratio_alignment(plain[index], rest)
            if found is None or found.score < least:
                continue
            start, end = found.dest_start, found.dest_end
            places[index] = start
            rest = rest[:start] + TAKEN * (end - start) + rest[end:]
    return places


def pairs_in_order(lines: Sequence[str], text: str) -> Overlap:
    """Count the neighbouring pairs of `lines` that come one right after the other in `text`."""
    places = places_of(lines, text)
    read = sorted((place, index) for index, place in enumerate(places) if place is not None)
    right = sum(after == before + 1 for (_, before), (_, after) in pairwise(read))
    return Overlap(right=right, read=max(0, len(read) - 1), there=max(0, len(lines) - 1))


def measured(endpoint: Endpoint, drawing: Drawing, folder: Path, given: argparse.Namespace) -> Overlap:
    """Draw and read pages of one kind."""
    whole = Overlap()
    for number in range(given.each):
        image, lines = draw(drawing, seed=given.seed, number=number)
        file = folder / f"{drawing.__name__}-{number}.png"
        image.save(file)
        text = endpoint.read_text(Document(picture=file, lines=lines, fields={}))
        pairs = pairs_in_order(lines, text)
        whole += pairs
        if given.show and pairs.right < pairs.there:
            print(f"{file.name}: {pairs.right} of {pairs.there}\n  printed {lines}\n  read {text!r}")
    return whole


def main() -> None:
    """Measure each kind, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--each", type=int, default=6, help="pages of a kind")
    cli.add_argument("--seed", type=int, default=1)
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--keep", type=Path, help="a folder to leave the pictures in")
    cli.add_argument("--show", action="store_true", help="print what is not in order")
    given = cli.parse_args()
    table = Table("kind", "pages", "pairs", "in order")
    whole = Overlap()
    with tempfile.TemporaryDirectory() as folder, connect(given.base_url) as endpoint:
        for drawing in KINDS:
            pairs = measured(endpoint, drawing, given.keep or Path(folder), given)
            table.add_row(drawing.__name__, str(given.each), str(pairs.there), f"{pairs.recall:.3f}")
            whole += pairs
    table.add_section()
    table.add_row("all", str(given.each * len(KINDS)), str(whole.there), f"{whole.recall:.3f}")
    Console().print(table)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


if __name__ == "__main__":
    main()
