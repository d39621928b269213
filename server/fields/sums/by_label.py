"""Sums of money by their labels: a printed sum answers to the words that name it, and to no shorter label in them."""

from collections.abc import Iterator

from server.fields.labels.index import Hit
from server.fields.print.folding import compact, fold, is_cjk
from server.fields.print.page_view import Candidate
from server.fields.sums.meanings import meaning_of, plain_words
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.roles import pick, words_follow
from server.fields.sums.words import EXCLUDING, FUNCTION_WORDS
from server.fields.words.query import Query

# Words behind a label that make it another sum: Balance from last bill, Balance brought forward.
_OTHER_SUM = frozenset(
    {"from", "brought", "carried", "last", "previous", "forward", "before", "b/f", "c/f", "bf", "cf"}
)
_CODE = 7  # digits without a separator, which on a page that prints cents are a code
_MARKS = (":", "：", "=", ".", "-")


class AmountReader:
    """Reads the sums of one view by label; those from the row `table_start` on, a table of taxes, come last."""

    def __init__(self, sums: PageSums, table_start: int) -> None:
        self.sums = sums
        self.table_start = table_start

    def at(self, hit: Hit, query: Query) -> Iterator[tuple[float, Candidate]]:
        """The sum that the label at `hit` names, with its rank; nothing if the words there name something else."""
        named = self.sums.named_at(hit.cell, hit.start)
        key = query.concept.key if query.concept else ""
        found = pick(named, self.sums, key)
        if found is None or found.counted or not _is_sum(found, self.sums) or not names(hit, found, query):
            return
        if found.place == "above" and not _is_whole(hit):
            return
        lines = tuple(dict.fromkeys((hit.cell.line, found.cell.line)))
        yield self._rank(hit, found, query), Candidate(found.text, lines, hit.score / 100)

    def _rank(self, hit: Hit, found: Sum, query: Query) -> float:
        """Own words over synonyms, whole labels over words within a line, marks over none, beside over below."""
        marked = hit.cell.text[hit.end :].lstrip()[:1] in _MARKS
        score = hit.score / 100 * 0.5
        score += 0.2 if hit.label in query.own else 0.0
        score += 0.15 if marked else 0.0
        score += 0.15 if hit.start <= 1 else 0.0
        score -= 0.1 if found.place == "above" else 0.0
        score -= 0.5 if hit.cell.row >= self.table_start else 0.0
        return score


def names(hit: Hit, found: Sum, query: Query) -> bool:
    """Whether the words of a sum mean what was asked where a label of it stands among them."""
    longest = meaning_of(found.words)
    if longest is not None and longest.exact and len(longest.label) > len(hit.label):
        same = longest.concept == query.concept or longest.label in query.labels
        if not same and (hit.label in longest.label or longest.concept.kind != "amount"):
            return False
    if is_cjk(hit.label):
        return True
    between = _between(hit, found)
    if between is None:
        return False
    marked = between.lstrip()[:1] in (":", "：", "=") or "：" in between or ":" in between
    wide = " " not in hit.cell.text[hit.start : hit.end].strip()
    if any(compact(word) in EXCLUDING | _OTHER_SUM for word in plain_words(fold(between).casefold())[:1]):
        return False
    return marked or not wide or not words_follow(between)


def _between(hit: Hit, found: Sum) -> str | None:
    """The words between the end of a label and its sum; None if the label runs beyond them."""
    texts: list[str] = []
    for part in found.label:
        if part.cell is hit.cell:
            if hit.end > part.end:
                return None
            texts.append(part.cell.text[max(part.start, hit.end) : part.end] if hit.start < part.end else "")
        elif texts:
            texts.append(part.text)
    return " ".join(texts)


def _is_whole(hit: Hit) -> bool:
    """Whether the label is all that its cell says, but for articles, brackets and percentages."""
    rest = plain_words(hit.cell.text[: hit.start] + " " + hit.cell.text[hit.end :])
    return all(compact(word) in FUNCTION_WORDS for word in rest)


def _is_sum(found: Sum, sums: PageSums) -> bool:
    """Whether a number may be money: with cents or a currency, or on a page that prints no cents."""
    digits = found.number.digits
    return found.is_money or not sums.with_cents or len(digits) < _CODE or not digits.isdigit()
