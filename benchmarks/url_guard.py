"""The guard of addresses under attack: each trick, how it was answered, and what it reached that it should not.

    .venv/bin/python benchmarks/url_guard.py [--messages]

Runs the table of `tests/support/url_tricks.py` against a server in a network of its own; `tests/support/url_lab.py`
says what that needs. Ends with code 1 where a forbidden address was reached or an answer was not the one wanted.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

LAB = Path(__file__).parents[1] / "tests" / "support" / "url_lab.py"


def main() -> int:
    """Run the tricks and print the table; gives the exit code."""
    parser = argparse.ArgumentParser(description="The guard of addresses under attack.")
    parser.add_argument("--messages", action="store_true", help="print the message of each answer as well")
    options = parser.parse_args()
    done = subprocess.run([sys.executable, LAB], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return done.returncode
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    print(f"{'trick':58} {'answer':22} reached  forbidden")
    for result in results:
        mark = "" if _answer(result) == result["wanted"] else f"  WRONG: wanted {result['wanted']}"
        name = result["name"][:58]
        print(f"{name:58} {_answer(result):22} {result['reached']:7}  {len(result['forbidden']):9}{mark}")
        if options.messages and result["message"]:
            print(f"    {result['message']}")
    wrong = [result for result in results if _answer(result) != result["wanted"]]
    forbidden = sum(len(result["forbidden"]) for result in results)
    counts = ", ".join(f"{count} {answer}" for answer, count in Counter(map(_answer, results)).most_common())
    print(f"\n{len(results)} tricks: {counts}")
    print(f"{len(wrong)} answers that were not wanted, {forbidden} requests that reached a forbidden address")
    return 1 if wrong or forbidden else 0


def _answer(result: dict[str, Any]) -> str:
    """The code of the answer, or "read"."""
    return result["code"] or "read"


if __name__ == "__main__":
    sys.exit(main())
