"""What the pixel budget gives and costs: word F1 and pages per second at several, on your pages and on small print.

    python benchmarks/pixel_budget.py FOLDER [--limit 20] [--megapixels 0.5 1 2 4 8]

FOLDER is as for accuracy.py. The small print is drawn here: A4 pages of plain words at 6, 8 and 10 points, rendered at
300 dpi (8.7 megapixels) as a good scanner would give them. It is read by the embedded engine, two workers.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from engine_choices import WORKERS, Variant, run
from fpdf import FPDF
from measure import Document, load_documents
from rich.console import Console
from rich.table import Table

from server.values.pages import PixelBudget

MEGAPIXELS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0)
POINTS = (6, 8, 10)
PAGES_A_SIZE = 2
SIDE = 16_384
LETTERS = "abcdefghiklmnoprstuvwy"


def draw_small_print(folder: Path, points: int) -> list[Document]:
    """Draw pages of made-up words in `points`, with what they say."""
    rng = random.Random(points)  # noqa: S311 - the same pages in every run
    documents = []
    for number in range(PAGES_A_SIZE):
        page = FPDF(format="A4", unit="pt")
        page.add_page()
        page.set_font("Helvetica", size=points)
        lines = []
        for row in range(int(740 / (points * 1.5))):
            words = ["".join(rng.choices(LETTERS, k=rng.randint(3, 9))) for _ in range(int(66 / points))]
            lines.append(" ".join([*words, str(rng.randint(100, 99_999))]))
            page.text(50, 50 + row * points * 1.5, lines[-1])
        picture = folder / f"print-{points}-{number}.png"
        rendered = pypdfium2.PdfDocument(bytes(page.output()))[0].render(scale=300 / 72, grayscale=True)
        rendered.to_pil().save(picture)
        documents.append(Document(picture=picture, lines=tuple(lines), fields={}))
    return documents


def measure(megapixels: Sequence[float], sets: dict[str, list[Document]]) -> Table:
    """Read every set at every budget."""
    table = Table(title=f"word F1 and pages/s by pixel budget, {WORKERS} workers")
    table.add_column("megapixels")
    for name, documents in sets.items():
        table.add_column(f"{name} ({len(documents)} pages)")
    for size in megapixels:
        budget = PixelBudget(longest_side=SIDE, max_pixels=int(size * 1e6))
        cells = []
        for documents in sets.values():
            speed, f1 = run(Variant(name=f"{size:g}", budget=budget), documents)
            cells.append(f"{f1:.4f}  {speed:.2f}/s")
        table.add_row(f"{size:g}", *cells)
    return table


def main() -> None:
    """Draw, measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("folder", type=Path)
    cli.add_argument("--limit", type=int)
    cli.add_argument("--megapixels", type=float, nargs="+", default=MEGAPIXELS)
    given = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = {given.folder.name: [known for known in load_documents(given.folder, limit=given.limit) if known.lines]}
        sets |= {f"{points} pt": draw_small_print(Path(folder), points) for points in POINTS}
        Console(width=120).print(measure(given.megapixels, sets))


if __name__ == "__main__":
    main()
