"""What operators do to a server, item by item: one state of the code beside another, in one table.

    python benchmarks/operators.py [--before FOLDER[:FOLDER...]] [--only WORD]

Each row makes one trouble with real servers (nginx, libfaketime, a small disk of its own) and says what came of it.
`--before` is another checkout to run as well, with folders of packages that it needs and this environment has not.
Memory over hundreds of pages, connections over a minute and the cost of hostile files have benchmarks of their own:
memory_growth.py, connections.py and page_cost.py. Needs Linux, nginx and libfaketime (Debian: nginx-light, faketime).
"""

import argparse
import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # the troubles are made as in the tests

from operators_items import ITEMS, Item

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the code, by the folders that Python looks in."""

    name: str
    path: str


def main() -> None:
    """Make every trouble for every state, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", metavar="FOLDER[:FOLDER...]")
    parser.add_argument("--only", default="", metavar="WORD", help="rows whose name has it")
    arguments = parser.parse_args()
    states = [State("now", str(ROOT))]
    if arguments.before:
        states.insert(0, State("before", arguments.before))
    table = Table("item", "what is done", *(state.name for state in states), show_lines=True)
    for item in ITEMS:
        if arguments.only in item.name:
            table.add_row(item.name, item.does, *(seen(item, state) for state in states))
            print(item.name, "is done", file=sys.stderr, flush=True)
    Console(width=int(os.environ.get("COLUMNS", "180"))).print(table)


def seen(item: Item, state: State) -> str:
    """What came of an item: its own words, or that no server could be had for it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["PYTHONPATH"] = state.path
        with suppress(KeyboardInterrupt):
            try:
                return item.make(Path(folder))
            except BaseException as failure:  # noqa: BLE001 - what the tests' servers raise is no Exception
                return f"not to be had: {str(failure).strip().splitlines()[-1][:200]}"
    raise SystemExit(130)


if __name__ == "__main__":
    main()
