"""Pages per second of the served endpoint against RapidOCR's defaults called in a loop: same pictures, same machine.

    python benchmarks/throughput.py [FOLDER] [--jobs 2] [--rounds 3] [--base-url http://127.0.0.1:8000/v1]

Rounds of both sides take turns, each side in processes of its own and idle while the other works; medians are shown,
with the word F1 of both, since speed at another accuracy says nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from endpoint import connect
from measure import Document, Overlap, compare_words, load_documents
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
ASSETS = HERE.parent / "tests" / "assets"


@dataclass(slots=True, kw_only=True)
class Side:
    """What one side did: seconds per round, and the texts of the last."""

    name: str
    seconds: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def pages_per_second(self, pages: int) -> list[float]:
        """The speed of each round over `pages` pages."""
        return [pages / seconds for seconds in self.seconds]

    def word_f1(self, documents: Sequence[Document]) -> float:
        """The word F1 of the last round, over the documents whose lines are known; 0 to 1."""
        pairs = zip(self.texts, documents, strict=True)
        return sum((compare_words(text, known.lines) for text, known in pairs if known.lines), Overlap()).f1


class DirectReader:
    """RapidOCR in its child process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def read_all(self, documents: Sequence[Document]) -> tuple[list[str], float]:
        """Read `documents` one after another: their texts in order, and the seconds it took."""
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("the baseline has no pipes")
        pictures = [str(document.picture.resolve()) for document in documents]
        self._process.stdin.write(json.dumps({"pictures": pictures}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the baseline ended early; see why with: .venv/bin/python benchmarks/direct.py")
        answer = json.loads(line)
        return answer["texts"], answer["seconds"]


@contextmanager
def direct_reader() -> Iterator[DirectReader]:
    """Start the baseline, and end it by closing its stdin."""
    command = [sys.executable, str(HERE / "direct.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield DirectReader(process)
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def print_table(sides: Sequence[Side], documents: Sequence[Document]) -> None:
    """Print speed, spread and accuracy of the sides, the last being the baseline."""
    base = statistics.median(sides[-1].pages_per_second(len(documents)))
    rounds = len(sides[-1].seconds)
    table = Table(title=f"{len(documents)} pages, median of {rounds} rounds taken in turns")
    for heading in ("side", "pages/s", "slowest and fastest round", "ratio", "word F1"):
        table.add_column(heading)
    for side in sides:
        speeds = side.pages_per_second(len(documents))
        speed = statistics.median(speeds)
        spread = f"{min(speeds):.3f} - {max(speeds):.3f}"
        table.add_row(side.name, f"{speed:.3f}", spread, f"{speed / base:.2f}", f"{side.word_f1(documents):.4f}")
    Console(width=110).print(table)


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument(
        "folder", nargs="?", type=Path, default=ASSETS, help="default: the drawn documents in tests/assets"
    )
    cli.add_argument("--jobs", type=int, default=2, help="requests at once")
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--limit", type=int, help="the first so many documents only")
    cli.add_argument("--base-url", help="an endpoint that runs already; its address ends in /v1")
    cli.add_argument("--model", help="default: the first that is served")
    cli.add_argument("--api-key", default="none")
    given = cli.parse_args()
    documents = load_documents(given.folder, limit=given.limit)
    served, direct = Side(name=f"served, {given.jobs} at once"), Side(name="RapidOCR called directly")
    with connect(given.base_url, model=given.model, api_key=given.api_key) as endpoint, direct_reader() as baseline:
        endpoint.read_all(documents[:2], jobs=given.jobs)  # both sides warm
        baseline.read_all(documents[:1])
        for _ in range(given.rounds):
            served.texts, refused, seconds = endpoint.read_all(documents, jobs=given.jobs)
            if refused:
                raise SystemExit(f"{refused} of {len(documents)} pages were refused, so the speed would mean nothing")
            served.seconds.append(seconds)
            direct.texts, seconds = baseline.read_all(documents)
            direct.seconds.append(seconds)
    print_table((served, direct), documents)


if __name__ == "__main__":
    main()
