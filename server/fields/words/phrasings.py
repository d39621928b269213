"""How a property's words may stand in print: turned around, abbreviated, or quoted in its description."""

import re
from typing import Final

from server.fields.print.folding import compact
from server.fields.print.units import units_named
from server.fields.words.label_table import meanings
from server.fields.words.quotations import begins_behind_label, denies, ends_in_quoting

_QUOTED: Final = re.compile(
    r"(?:(?<!\w)[\"“”„«‹‘`']|[「『])(?P<label>[^\"“”„«»「」『』‹›`\n]{2,48}?)[\"“”»」』›’`'](?!\w)"
)
_EXAMPLE: Final = re.compile(
    r"(?:e\.?\s?g\.?|for example|for instance|such as|example|like|one of|or|either|z\.?\s?b\.?"
    r"|beispiel|exemple|ejemplo|esempio|exemplo|bijv\.?|np\.|例如|比如|format|not|nicht|never|except)[\s:：,(]*$",
    re.IGNORECASE,
)
_NUMBER_WORDS: Final = ("number", "no", "num", "nr")
_HEADS: Final = ("date", "number", "name", "time", "address", "place", "amount", "no")
_SHORTENED: Final = {"maximum": "max", "minimum": "min", "temperature": "temp", "quantity": "qty", "reference": "ref"}
_DONE: Final = re.compile(r"[^\W\d_]{3,}ed")
_LONGEST_LABEL: Final = 60
# Before a phone or a mail address: whose it is. The page's own telephone is nobody's home phone.
_WHOSE = frozenset(
    {"home", "work", "emergency", "daytime", "evening", "private", "alternate", "alternative", "secondary"}
)


def quoted_labels(description: str) -> tuple[str, ...]:
    """The compact labels that a description quotes: "printed as 'Fecha de emisión'"; no values, and no other words."""
    text = description[:400]
    found = [
        compact(match["label"])
        for match in _QUOTED.finditer(text)
        if any(map(str.isalpha, match["label"])) and _quotes_label(text[: match.start()], text[match.end() :])
    ]
    return tuple(dict.fromkeys(label for label in found if len(label) > 1))


def _quotes_label(before: str, after: str) -> bool:
    """Whether the words around a quotation say that it is a label, or there are none; a denial says that it is none."""
    if _EXAMPLE.search(before[-24:]) or denies(before):
        return False
    alone = not any(map(str.isalnum, before + after))
    return alone or ends_in_quoting(before) or begins_behind_label(after)


def variants(words: str) -> tuple[str, ...]:
    """The compact ways to print `words`: number, no and num stand for each other, and `of` turns them around."""
    parts = words.split()
    made = [compact(words)]
    for index, part in enumerate(parts):
        if part in _NUMBER_WORDS and len(parts) > 1:
            made += [compact(" ".join([*parts[:index], other, *parts[index + 1 :]])) for other in _NUMBER_WORDS]
        if part in _SHORTENED and len(parts) > 1:
            made.append(compact(" ".join([*parts[:index], _SHORTENED[part], *parts[index + 1 :]])))
    made += [compact(turned) for turned in _turned(parts)]
    plain, units = units_named(words)
    if units and plain != words:
        made += variants(plain)
    return tuple(dict.fromkeys(made))


def _turned(parts: list[str]) -> tuple[str, ...]:
    """`inspection date` as `date of inspection`, `date issued` as `issued on`, `owner name` as `owner's name`."""
    if len(parts) < 2 or "of" in parts:
        return ()
    first, rest = " ".join(parts[:-1]), parts[-1]
    made = [f"{rest} of {first}"] if rest in _HEADS else []
    if rest in ("name", "address", "phone"):
        made += [f"{first}s {rest}", f"{first}s full name" if rest == "name" else ""]
    if rest in _NUMBER_WORDS:
        made += [f"no {first}", f"nr {first}"]
    if parts[0] == "date" and len(parts) == 2 and _DONE.fullmatch(parts[1]):
        made += [f"{parts[1]} on", parts[1]]
    return tuple(filter(None, made))


def given_labels(title: str, description: str) -> tuple[str, ...]:
    """The labels that a caller says a page prints: quoted ones, or a description or title that is one as a whole."""
    texts = (compact(text) for text in (description, title) if 0 < len(text) <= _LONGEST_LABEL)
    whole = [label for label in texts if not any(code == "en" for code, _ in meanings().get(label, ()))]
    return tuple(dict.fromkeys(label for label in (*quoted_labels(description), *whole) if len(label) > 1))


def is_of_somebody(words: str) -> bool:
    """Whether a name says whose phone or mail it is: what the page prints without that word is another's."""
    first, _, rest = words.partition(" ")
    return first in _WHOSE and rest in ("phone", "phone number", "telephone", "mobile", "email", "contact phone")
