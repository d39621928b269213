"""What each choice inside the embedded engine costs and gives: pages per second and word F1, one choice at a time.

    python benchmarks/engine_choices.py FOLDER [--rounds 1] [--only NAME ...]

Every variant reads the same pages with two workers; rounds go through all variants in turn, and medians are shown.
"""

import argparse
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

from measure import Document, Overlap, compare_words, load_documents
from rich.console import Console
from rich.table import Table

from server.engines.ppocr import ctc_line, word_choice
from server.engines.ppocr import page_reader as ppocr_reader
from server.media.pixels import decode
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.reading.page_text import TextBuilder
from server.settings.groups import RapidOCRSettings
from server.values.pages import DecodeLimits, PixelBudget

WORKERS = 2
LIMITS = DecodeLimits(max_pixels=10**8, max_frames=500, max_pdf_object_bytes=2**27)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to run the engine; `constants` replaces names of the modules that it is made of."""

    name: str
    backend: str = "openvino"
    processes: bool = False
    settings: RapidOCRSettings = field(default_factory=RapidOCRSettings)
    budget: PixelBudget = PP_OCRV6_SMALL.budgets.auto
    constants: Mapping[str, float] = field(default_factory=dict)


def variants() -> list[Variant]:
    """The engine as shipped, and each choice made otherwise."""
    as_shipped = RapidOCRSettings()
    return [
        Variant(name="as shipped"),
        Variant(name="processes, not threads", processes=True),
        Variant(name="onnxruntime", backend="onnxruntime"),
        *(
            Variant(name=f"detection side {side}", settings=as_shipped.model_copy(update={"detection_side": side}))
            for side in (736, 960, 1600)
        ),
        *(
            Variant(name=f"space probability {value}", constants={"_SPACE_PROBABILITY": value})
            for value in (0.05, 0.1, 0.5, 1.0)
        ),
        *(Variant(name=f"unclip ratio {value}", constants={"_UNCLIP_RATIO": value}) for value in (1.6, 2.0)),
        Variant(name="no lexicon", settings=as_shipped.model_copy(update={"languages": ()})),
        Variant(name="English alone", settings=as_shipped.model_copy(update={"languages": ("en",)})),
        *(
            Variant(name=f"weight of the language {value}", constants={"_LANGUAGE_WEIGHT": value})
            for value in (0.25, 1)
        ),
        *(Variant(name=f"narrowest line {width} px", constants={"_MIN_WIDTH": width}) for width in (48, 320)),
    ]


_worker = threading.local()


def _home(name: str) -> ModuleType:
    """The module that a constant of the engine belongs to."""
    return next(module for module in (ppocr_reader, ctc_line, word_choice) if hasattr(module, name))


def prepare(variant: Variant) -> None:
    """Give this worker its models."""
    for name, value in variant.constants.items():
        setattr(_home(name), name, value)
    decode.prepare()
    _worker.reader = ppocr_reader.PPOCRReader(variant.settings, backend=variant.backend)


def read(picture: Path, budget: PixelBudget) -> str:
    """Read one page with this worker's models."""
    (page,) = decode.decode_pages(picture.read_bytes(), path=str(picture), limits=LIMITS, budget=budget, numbers=(1,))
    builder = TextBuilder()
    return "".join(builder.add(run) for run in _worker.reader.read(page.pixels, page=0))


def pool(variant: Variant) -> Executor:
    """Make the workers of `variant`."""
    if variant.processes:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(WORKERS, mp_context=context, initializer=prepare, initargs=(variant,))
    return ThreadPoolExecutor(WORKERS, initializer=prepare, initargs=(variant,))


def run(variant: Variant, documents: Sequence[Document]) -> tuple[float, float]:
    """Read all of `documents`; gives pages per second and word F1."""
    shipped = {name: getattr(_home(name), name) for name in variant.constants}
    job: Callable[[Path], str] = partial(read, budget=variant.budget)
    try:
        with pool(variant) as workers:
            pictures = [document.picture for document in documents]
            list(workers.map(job, pictures[: 2 * WORKERS]))
            start = time.perf_counter()
            texts = list(workers.map(job, pictures))
            seconds = time.perf_counter() - start
    finally:
        for name, value in shipped.items():
            setattr(_home(name), name, value)
    pairs = zip(texts, documents, strict=True)
    overlap = sum((compare_words(text, known.lines) for text, known in pairs if known.lines), Overlap())
    return len(documents) / seconds, overlap.f1


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("folder", type=Path)
    cli.add_argument("--rounds", type=int, default=1)
    cli.add_argument("--limit", type=int)
    cli.add_argument("--only", nargs="*", help="names of variants, or their beginnings")
    given = cli.parse_args()
    documents = [document for document in load_documents(given.folder, limit=given.limit) if document.lines]
    chosen = [v for v in variants() if not given.only or v.name.startswith(tuple(given.only))]
    results: dict[str, list[tuple[float, float]]] = {variant.name: [] for variant in chosen}
    for _ in range(given.rounds):
        for variant in chosen:
            results[variant.name].append(run(variant, documents))
    base = statistics.median(speed for speed, _ in results[chosen[0].name])
    table = Table(title=f"{len(documents)} pages, {WORKERS} workers, median of {given.rounds} rounds")
    for heading in ("variant", "pages/s", "ratio", "word F1"):
        table.add_column(heading)
    for name, figures in results.items():
        speed = statistics.median(speed for speed, _ in figures)
        table.add_row(name, f"{speed:.3f}", f"{speed / base:.2f}", f"{figures[-1][1]:.4f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
