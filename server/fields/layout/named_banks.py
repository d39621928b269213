"""The bank and its branch in a Japanese line that says where to pay: `お振込先：みどり銀行 梅田支店 普通 1234567`."""

import re
from collections.abc import Iterator

from server.fields.parties.persons import JAPANESE_BANKS
from server.fields.print.page_view import Candidate, PageView

_SCORE = 0.6
_NAME = r"[\u3005\u3040-\u30ff\u4e00-\u9fffA-Za-z]{1,12}"
_ACCOUNT = re.compile(
    rf"(?:^|[\s:：、(（])(?P<bank>{_NAME}(?:{JAPANESE_BANKS}))"
    rf"[\s/・]*(?P<branch>{_NAME}(?:支店|営業部|出張所)|本店)?(?![\u4e00-\u9fff])"
)


def named_banks(view: PageView, key: str) -> Iterator[Candidate]:
    """Yield the one bank, or branch, that a page names with an account; nothing where it names several."""
    found = [
        Candidate(match[key], (cell.line,), _SCORE)
        for cell in view.cells
        for match in _ACCOUNT.finditer(cell.text)
        if match[key] and any(map(str.isdigit, cell.text[match.end() :]))
    ]
    if len({candidate.text for candidate in found}) == 1:
        yield found[0]
