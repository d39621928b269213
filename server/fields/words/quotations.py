"""Descriptions of properties: whether words around a quotation make it a label, and where a label in them ends."""

import re
from functools import lru_cache
from importlib.resources import files

from server.fields.print.folding import compact, fold, is_cjk
from server.fields.words.function_words import FUNCTION_WORDS

CLAUSE_END = re.compile(r"[,.;:(，。；：（]")
_DENYING = 5  # words before a quotation that may deny it


@lru_cache(maxsize=1)
def _quoting_words() -> dict[str, frozenset[str]]:
    """The words by their use: before, after, link, deny, clause, paper. Read on first use."""
    table: dict[str, set[str]] = {}
    for line in files(__package__).joinpath("quotations.txt").read_text("utf-8").splitlines():
        use, _, words = line.partition(": ")
        if words and not line.startswith("#"):
            table.setdefault(use, set()).update(word.strip() for word in words.split(","))
    return {use: frozenset(words) for use, words in table.items()}


def ends_in_quoting(before: str) -> bool:
    """Whether the words before a quotation announce a label: `printed as`, `in der Spalte`."""
    text = " ".join(fold(before).casefold().strip(" :：,(").split())
    if is_cjk(text[-1:]):
        return text.endswith(tuple(_quoting_words()["before"]))
    words = text.replace("'", " ").split()  # l'intitulé
    while words:
        if any(" ".join(words[-size:]) in _quoting_words()["before"] for size in range(1, min(4, len(words)) + 1)):
            return True
        if words.pop() not in _quoting_words()["link"]:
            return False
    return False


def denies(before: str) -> bool:
    """Whether the words before a quotation say that it is none: `not the one labelled`, `or`."""
    words = re.findall(r"\w+", CLAUSE_END.split(before.casefold())[-1])[-_DENYING:]
    return not _quoting_words()["deny"].isdisjoint(words)


def begins_behind_label(after: str) -> bool:
    """Whether the words behind a quotation call it a label: `on the bill`, `column`, `一栏`."""
    text = " ".join(fold(after).casefold().strip(" :：,()").split())
    if is_cjk(text[:1]):
        return text.startswith(tuple(_quoting_words()["after"]))
    words = text.rstrip(".").split()
    return any(" ".join(words[:size]) in _quoting_words()["after"] for size in range(1, min(3, len(words)) + 1))


def closes_label(rest: str) -> bool:
    """Whether what follows a label at the start of a description says no more of what is meant: `as printed on top`."""
    rest = rest.strip()
    if not rest or CLAUSE_END.match(rest):
        return True
    if is_cjk(rest[0]):
        return rest.startswith(tuple(word for word in _quoting_words()["clause"] if is_cjk(word)))
    words = re.findall(r"\w+", rest.casefold())
    if words and words[0] in _quoting_words()["clause"]:
        return True
    of_paper = not _quoting_words()["paper"].isdisjoint(words[1:3])
    return of_paper and compact(words[0]) in FUNCTION_WORDS
