"""Sheets of HTML printed by Chromium, several documents at a time, and turned into pictures by PDFium."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image

CSS = (Path(__file__).parent / "sheet.css").read_text("utf-8")
PRINT_SECONDS = 240
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The pages of a document as HTML, their size in millimetres, the resolution they are scanned at."""

    pages: list[str]
    css: str
    lang: str
    width: float = 210
    height: float = 297
    dpi: float = 150


def _section(number: int, sheet: Sheet) -> str:
    size = f"width:{sheet.width}mm;height:{sheet.height}mm;page:s{number}"
    return "".join(
        f'<section class="s{number}" lang="{sheet.lang}" style="{size}">{page}</section>' for page in sheet.pages
    )


def _html(sheets: list[Sheet]) -> str:
    rules = "".join(
        f"@page s{number}{{size:{sheet.width}mm {sheet.height}mm;margin:0}}.s{number}{{{sheet.css}}}"
        for number, sheet in enumerate(sheets)
    )
    body = "".join(_section(number, sheet) for number, sheet in enumerate(sheets))
    return f"<!doctype html><meta charset=utf-8><style>{CSS}{rules}</style><body>{body}"


def _browser() -> str:
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise SystemExit("The pages are printed by Chromium, and none is installed: apt install chromium")


def _print(page: Path, into: Path, profile: Path) -> None:
    command = [_browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
               f"--user-data-dir={profile}", f"--print-to-pdf={into}", page.as_uri()]  # fmt: skip
    subprocess.run(command, check=True, timeout=PRINT_SECONDS, capture_output=True)


def rendered(sheets: list[Sheet]) -> Iterator[list[Image.Image]]:
    """The pictures of each sheet's pages, in their order."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "sheets.html"), Path(folder, "sheets.pdf")
        source.write_text(_html(sheets), "utf-8")
        _print(source, target, Path(folder, "profile"))
        printed = pypdfium2.PdfDocument(target.read_bytes())
    if len(printed) != sum(len(sheet.pages) for sheet in sheets):
        raise RuntimeError(f"{len(printed)} pages were printed where the sheets have {[len(s.pages) for s in sheets]}")
    at = 0
    for sheet in sheets:
        pages = (printed[number] for number in range(at, at + len(sheet.pages)))
        yield [page.render(scale=sheet.dpi / 72).to_pil().convert("RGB") for page in pages]
        at += len(sheet.pages)
