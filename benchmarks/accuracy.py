"""How much of a folder of documents the endpoint reads: words, characters and, with --fields, fields.

    python benchmarks/accuracy.py [FOLDER] [--fields] [--base-url http://127.0.0.1:8000/v1]

FOLDER holds pictures and truth.jsonl. Without --base-url an endpoint is started for the run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
from endpoint import Endpoint, connect
from measure import Document, FieldScore, Overlap, compare_characters, compare_words, load_documents
from rich.console import Console
from rich.table import Table

ASSETS = Path(__file__).parents[1] / "tests" / "assets"


def add_text_rows(table: Table, endpoint: Endpoint, documents: Sequence[Document], *, jobs: int) -> int:
    """Read the text of `documents`, add its scores to `table`, and return how many were refused."""
    texts, refused, seconds = endpoint.read_all(documents, jobs=jobs)
    pairs = list(zip(texts, documents, strict=True))
    words = sum((compare_words(text, document.lines) for text, document in pairs), Overlap())
    characters = sum((compare_characters(text, document.lines) for text, document in pairs), Overlap())
    for name, score in (("words", words), ("characters", characters)):
        table.add_row(f"{name}: precision", f"{score.right} of {score.read} read", f"{score.precision:.4f}")
        table.add_row(f"{name}: recall", f"{score.right} of {score.there} printed", f"{score.recall:.4f}")
        table.add_row(f"{name}: F1", "", f"{score.f1:.4f}")
    table.add_row("pages per second", f"{jobs} at once", f"{len(documents) / seconds:.3f}")
    table.add_section()
    return refused


def add_field_rows(table: Table, endpoint: Endpoint, documents: Sequence[Document], *, jobs: int) -> FieldScore:
    """Ask for the fields of `documents`, add their scores to `table`, and return them."""

    def ask(document: Document) -> tuple[dict[str, object], list[bool]]:
        try:
            return endpoint.read_fields(document)
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            print(f"{document.picture.name}: {error}", file=sys.stderr)
            return {}, []

    score, grounded = FieldScore(), list[bool]()
    with ThreadPoolExecutor(jobs) as pool:
        for document, (answer, found) in zip(documents, pool.map(ask, documents), strict=True):
            score.add(document, answer)
            grounded += found
    for name, asked in score.asked.items():
        table.add_row(f"field {name}", f"{score.right[name]} of {asked}", f"{score.right[name] / asked:.4f}")
    right, asked = score.right.total(), score.asked.total()
    table.add_row("all fields", f"{right} of {asked}", f"{right / max(1, asked):.4f}")
    shown = f"{sum(grounded)} of {len(grounded)}"
    table.add_row("values found in print", shown, f"{sum(grounded) / max(1, len(grounded)):.4f}")
    return score


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument(
        "folder", nargs="?", type=Path, default=ASSETS, help="default: the drawn documents in tests/assets"
    )
    cli.add_argument("--fields", action="store_true", help="ask for the fields that the truth names, too")
    cli.add_argument("--show", action="store_true", help="list each wrong field under the table")
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--model", help="default: the first that is served")
    cli.add_argument("--api-key", default="none")
    cli.add_argument("--limit", type=int, help="the first so many documents only")
    cli.add_argument("--jobs", type=int, default=2, help="requests at once")
    given = cli.parse_args()
    documents = load_documents(given.folder, limit=given.limit)
    with_text = [document for document in documents if document.lines]
    with_fields = [document for document in documents if document.fields]
    refused, wrong = 0, []
    with connect(given.base_url, model=given.model, api_key=given.api_key) as endpoint:
        table = Table(
            "measure", "count", "score", title=f"{given.folder.name}: {endpoint.model}, {len(documents)} pages"
        )
        if with_text:
            refused = add_text_rows(table, endpoint, with_text, jobs=given.jobs)
        if given.fields and with_fields:
            wrong = add_field_rows(table, endpoint, with_fields, jobs=given.jobs).wrong
    Console(width=100).print(table)
    if given.show:
        print("\n".join(wrong))
    if refused:
        raise SystemExit(f"{refused} of {len(with_text)} pages were refused")


if __name__ == "__main__":
    main()
