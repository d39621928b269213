"""Whole documents of many kinds in many languages, asked for with a schema: right, null, wrong and invented values.

    python benchmarks/kinds.py dev|report [--each 1] [--seed 1] [--base-url http://127.0.0.1:8000/v1] [--keep FOLDER]
        [--only NAME ...] [--jobs 2] [--show]

Two generators draw the documents; they share neither words nor layouts. Rules are developed on `dev` (`kinds_dev/`),
figures are reported from `report` (`kinds_report/`). Half of the pages are worn as scans. Wants Debian's
fonts-noto-cjk, fonts-liberation and fonts-dejavu-core.
"""

import argparse
import base64
import importlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
from endpoint import Endpoint, connect
from kinds_document import Document
from kinds_judge import Judged, Verdict, judge
from rich.console import Console
from rich.table import Table

GENERATORS = ("dev", "report")
LOW_CELL = 0.75
Counts = Counter[Verdict]


def drawn(generator: str, *, each: int, seed: int, only: list[str]) -> Iterator[Document]:
    """Draw the documents of a generator, or those whose name has one of `only` in it."""
    documents: Iterable[Document] = importlib.import_module(f"kinds_{generator}").documents(each, seed)
    return (one for one in documents if not only or any(part in one.name for part in only))


def ask(endpoint: Endpoint, document: Document) -> Any:
    """Return what the endpoint answers for the schema of `document`; {} where it refuses."""
    kind = "image/png" if len(document.pages) == 1 else "application/pdf"
    uri = f"data:{kind};base64,{base64.b64encode(document.data()).decode()}"
    part: Any = {"type": "image_url", "image_url": {"url": uri}}
    if kind == "application/pdf":
        part = {"type": "file", "file": {"filename": document.file_name, "file_data": uri}}
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "page", "strict": True, "schema": document.schema}}
    try:
        answer = endpoint.client.chat.completions.create(
            model=endpoint.model, messages=[{"role": "user", "content": [part]}], response_format=wanted
        )
        return json.loads(answer.choices[0].message.content or "{}")
    except (openai.OpenAIError, json.JSONDecodeError) as problem:
        print(f"{document.name}: {problem}")
        return {}


def share(counts: Counts) -> float:
    """Return the share of values that are right."""
    return counts[Verdict.RIGHT] / max(1, counts.total())


def by(title: str, counts: dict[str, Counts]) -> Table:
    """Lay out the verdicts of each kind or language, and of all."""
    table = Table(title=f"values by {title}")
    for heading in (title, "values", *Verdict, "share right", "wrong + invented"):
        table.add_column(heading, justify="left" if heading == title else "right")
    whole: Counts = sum(counts.values(), Counter())
    for name, one in [*sorted(counts.items()), ("all", whole)]:
        if name == "all":
            table.add_section()
        bad = (one[Verdict.WRONG] + one[Verdict.INVENTED]) / max(1, one.total())
        verdicts = (str(one[verdict]) for verdict in Verdict)
        table.add_row(name, str(one.total()), *verdicts, f"{share(one):.3f}", f"{bad:.4f}")
    return table


def cells(counts: dict[tuple[str, str], Counts]) -> Table:
    """Lay out the share right of each kind in each language."""
    languages = sorted({language for _, language in counts})
    table = Table(title=f"share right; * below {LOW_CELL}")
    for heading in ("kind", *languages):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in sorted({kind for kind, _ in counts}):
        row = []
        for language in languages:
            one = counts.get((kind, language), Counter())
            low = "*" if share(one) < LOW_CELL else ""
            row.append(f"{share(one):.2f}{low}" if one else "")
        table.add_row(kind, *row)
    return table


def report(judged: list[tuple[Document, list[Judged]]]) -> None:
    """Print the tables."""
    kinds: dict[str, Counts] = defaultdict(Counter)
    languages: dict[str, Counts] = defaultdict(Counter)
    both: dict[tuple[str, str], Counts] = defaultdict(Counter)
    for document, values in judged:
        verdicts = Counter(one.verdict for one in values)
        kinds[document.kind] += verdicts
        languages[document.language] += verdicts
        both[document.kind, document.language] += verdicts
    console = Console(width=140)
    for table in (by("kind", kinds), by("language", languages), cells(both)):
        console.print(table)
    whole = sum(all(one.verdict is Verdict.RIGHT for one in values) for _, values in judged)
    print(f"{whole} of {len(judged)} documents whole")


def main() -> None:
    """Draw, ask and report."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("generator", choices=GENERATORS)
    cli.add_argument("--each", type=int, default=1, help="documents of a kind in a language")
    cli.add_argument("--seed", type=int, default=1)
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--keep", type=Path, help="a folder to leave the documents in, each with its question and truth")
    cli.add_argument("--only", action="append", default=[], help="only documents whose name contains this")
    cli.add_argument("--jobs", type=int, default=2, help="documents asked for at once")
    cli.add_argument("--show", action="store_true", help="print each value that is not right")
    given = cli.parse_args()
    judged: list[tuple[Document, list[Judged]]] = []
    documents = drawn(given.generator, each=given.each, seed=given.seed, only=given.only)
    with connect(given.base_url) as endpoint, ThreadPoolExecutor(given.jobs) as pool:
        while batch := list(itertools.islice(documents, 4 * given.jobs)):
            for document, answer in zip(batch, pool.map(lambda one: ask(endpoint, one), batch), strict=True):
                judged.append((document, list(judge(document, answer))))
                if given.keep:
                    document.keep(given.keep)
                for one in judged[-1][1] if given.show else ():
                    if one.verdict is not Verdict.RIGHT:
                        print(f"{document.name} {one.verdict} {one.path}: {one.expected!r}, got {one.got!r}")
    report(judged)


if __name__ == "__main__":
    main()
