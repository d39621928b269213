"""docs/errors.md lists every error code with status, type, cause and cure, and no code that is never sent."""

import re
from pathlib import Path

from server.errors import PageglassError, error_classes

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
ROW = re.compile(
    r"^\| `(?P<code>\w+)` \| (?P<status>\d+) \| `(?P<type>\w+)` \| (?P<cause>.+?) \| (?P<cure>.+?) \|$", re.MULTILINE
)


def test_every_code_is_documented_with_cause_and_cure():
    classes = [PageglassError, *error_classes()]
    sent = {(code, str(kind.status), kind.type) for kind in classes for code in kind.codes}
    documented = [(row["code"], row["status"], row["type"]) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert set(documented) == sent
    assert len(documented) == len(set(documented))
