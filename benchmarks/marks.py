"""Forms with boxes to tick or marked by hand: drawn in two ways each, worn as scans, sent with a schema, judged.

    python benchmarks/marks.py [--each 30] [--seed 100] [--base-url http://127.0.0.1:8000/v1]

`marks_drawn`, `marks_by_hand` and `marks_beside` are the halves that the rules were developed on; `marks_printed`,
`marks_by_pen` and `marks_beside_by_pen` share no drawing with them. A value is right, null though the form shows one,
or wrong: another value, or one where the form shows none. Wants Debian's fonts-noto-cjk, fonts-dejavu-core and fonts-
liberation.
"""

import argparse
import base64
import io
import json
from collections import Counter
from collections.abc import Iterator
from types import ModuleType

import marks_beside
import marks_beside_by_pen
import marks_by_hand
import marks_by_pen
import marks_drawn
import marks_printed
from endpoint import Endpoint, connect
from marks_drawn import Form
from rich.console import Console
from rich.table import Table

HALVES = (marks_drawn, marks_printed, marks_by_hand, marks_by_pen, marks_beside, marks_beside_by_pen)


def judged(form: Form, found: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The kind of marks and the verdict of each value."""
    for name, want in form.truth.items():
        got = found.get(name)
        verdict = "right" if got == want else "null" if got is None or got == [] else "wrong"
        yield form.kinds.get(name, "box"), verdict


def main() -> None:
    """Draw, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--seed", type=int, default=100, help="the first page; those from 0 to 39 were developed on")
    parser.add_argument("--base-url")
    arguments = parser.parse_args()
    table = Table("half", "marks", "pages", "values", "right", "null", "wrong")
    with connect(arguments.base_url) as endpoint:
        for half in HALVES:
            counts = Counter(_verdicts(half, endpoint, range(arguments.seed, arguments.seed + arguments.each)))
            for kind in dict.fromkeys(kind for kind, _ in counts):
                total = sum(count for (other, _), count in counts.items() if other == kind)
                shares = (f"{counts[kind, verdict] / total:.3f}" for verdict in ("right", "null", "wrong"))
                table.add_row(half.__name__, kind, str(arguments.each), str(total), *shares)
    Console().print(table)


def _verdicts(half: ModuleType, endpoint: Endpoint, seeds: range) -> Iterator[tuple[str, str]]:
    for seed in seeds:
        form: Form = half.draw(seed)
        yield from judged(form, _asked(form, endpoint))


def _asked(form: Form, endpoint: Endpoint) -> dict[str, object]:
    file = io.BytesIO()
    form.image.save(file, "PNG")
    picture = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    answer = endpoint.client.chat.completions.create(
        model=endpoint.model,
        messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": picture}}]}],
        response_format={"type": "json_schema", "json_schema": {"name": "form", "schema": form.schema}},
    )
    content = answer.choices[0].message.content
    return json.loads(content) if content else {}


if __name__ == "__main__":
    main()
