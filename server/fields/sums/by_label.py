"""Sums of money by their labels: a printed sum answers to the words that name it, and to no shorter label in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.fields.confidence import Features
from server.fields.labels.index import Hit
from server.fields.print.folding import compact, fold, is_cjk
from server.fields.print.page_view import Candidate
from server.fields.print.parsing import counts_of
from server.fields.sums.meanings import Meaning, plain_words
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.roles import pick, tax_rates, words_follow
from server.fields.sums.words import EXCLUDING, TOTAL_WORDS
from server.fields.words.function_words import FUNCTION_WORDS
from server.fields.words.query import Query

# Words behind a label that make it another sum: Balance from last bill, Balance brought forward.
_OTHER_SUM = frozenset(
    {"from", "brought", "carried", "last", "previous", "forward", "before", "b/f", "c/f", "bf", "cf"}
)
_CODE = 7  # digits without a separator, which on a page that prints cents are a code
_LAST = frozenset({"subtotal", "total", "amount_due", "closing_balance"})
_NEAR = 0.3  # in rank, of labels that are as good
_PROVEN = 0.3
_WHOLE = 0.35  # for the total of the taxes, over one that a rate proves
_EXACT = 100.0
_SENTENCE = 6  # words
_MARKS = (":", "：", "=", ".", "-")


@dataclass(frozen=True, slots=True)
class Named:
    """A sum by its label: the candidate it makes, its rank among others, and what speaks for it."""

    sum: Sum
    rank: float
    candidate: Candidate
    features: Features


class AmountReader:
    """Reads the sums of one view by label; those from the row `table_start` on, a table of taxes, come last.

    `proofs` are the checks that each sum holds.
    """

    def __init__(self, sums: PageSums, table_start: int, proofs: Mapping[Sum, tuple[str, ...]]) -> None:
        self.sums = sums
        self.table_start = table_start
        self.proofs = proofs

    def find(self, hits: Sequence[Hit], query: Query) -> list[Named]:
        """The sums that the labels at `hits` name, the most likely first."""
        found: dict[Sum, Named] = {}
        for hit in hits:
            named = self._at(hit, query)
            if named is not None and (named.sum not in found or named.rank > found[named.sum].rank):
                found[named.sum] = named
        key = key_of(query)
        ranked = sorted(found.values(), key=lambda named: -named.rank)
        if key == "tax" and self._are_parts([named for named in ranked if named.rank > ranked[0].rank - _NEAR]):
            return []
        return ranked

    def _at(self, hit: Hit, query: Query) -> Named | None:
        """The sum that the label at `hit` names; None if the words there name something else."""
        if hit.score < _EXACT and len(hit.cell.text.split()) > _SENTENCE:
            return None  # a word of a sentence that is like a label
        named = self.sums.named_at(hit.cell, hit.start)
        key = key_of(query)
        found = pick(named, self.sums, key)
        if (
            found is None
            or found.counted
            or found.number.join
            or not _is_sum(found, self.sums)
            or not names(hit, found, query, self.sums)
        ):
            return None
        if (found.place == "above" and not _is_whole(hit)) or counts_of(found.cell.text):
            return None
        checked = self.proofs.get(found, ())
        lines = tuple(dict.fromkeys((hit.cell.line, found.cell.line)))
        features = Features(
            label=hit.score / 100,
            own=hit.label in query.own,
            wider=hit.label in query.wider,
            marked=hit.cell.text[hit.end :].lstrip()[:1] in _MARKS,
            begins=hit.start <= 1,
            below=found.place == "above",
            recognised=min(line.score for line in lines),
            checked=min(1.0, len(checked) / 2),
        )
        rank = (
            rank_of(features)
            + query.nearness(hit.label)
            + _PROVEN * bool(checked)
            - 0.5 * (hit.cell.row >= self.table_start)
        )
        if key == "tax" and hit.score == _EXACT and _names_whole(hit):
            rank += _WHOLE
        if key in _LAST:  # after those of sections and pages
            rank += found.cell.row * 0.0001
        return Named(found, rank, Candidate(found.text, lines, hit.score / 100, checked), features)

    def _are_parts(self, taxes: Sequence[Named]) -> bool:
        """Whether several taxes are printed and none is their sum, so that none is the tax of the whole."""
        values = {abs(named.sum.value) for named in taxes if named.sum.value}
        rates = {rate for named in taxes for rate in tax_rates(named.sum)}
        whole = any(_is_whole_tax(name) for named in taxes for name in named.candidate.checked)
        return len(values) > 1 and len(rates) > 1 and not whole


def _is_whole_tax(proof: str) -> bool:
    """Whether an equation that a tax holds in is of all the tax, and not of one of several."""
    return proof.startswith("sum of tax") or (proof.endswith("= total") and " + tax" in proof and "taxes" not in proof)


def _names_whole(hit: Hit) -> bool:
    """Whether a label says that it is of all the taxes: `Tax total`, `Summe Umsatzsteuer`."""
    words = {compact(word) for word in plain_words(fold(hit.cell.text).casefold())}
    return bool(words & TOTAL_WORDS)


def rank_of(features: Features) -> float:
    """Whole labels over words within a line, marks over none, beside over below."""
    return features.label * 0.5 + 0.15 * features.marked + 0.15 * features.begins - 0.1 * features.below


def names(hit: Hit, found: Sum, query: Query, sums: PageSums) -> bool:
    """Whether the words of a sum mean what was asked where a label of it stands among them."""
    longest = sums.meaning(found)
    if longest is not None and longest.exact and len(longest.label) > len(hit.label):
        same = longest.concept == query.concept or longest.label in query.labels
        if not same and (hit.label in longest.label or longest.concept.kind != "amount"):
            return False
    if is_cjk(hit.label):
        return True
    if _is_aside(hit, query, longest):
        return False
    between = _between(hit, found)
    if between is None:
        return False
    marked = between.lstrip()[:1] in (":", "：", "=") or "：" in between or ":" in between
    wide = " " not in hit.cell.text[hit.start : hit.end].strip()
    if any(compact(word) in EXCLUDING | _OTHER_SUM for word in plain_words(fold(between).casefold())[:1]):
        return False
    return marked or not wide or not words_follow(between)


def _is_aside(hit: Hit, query: Query, said: Meaning | None) -> bool:
    """Whether a label says what a sum of another name holds, or does not hold: `Net total (excl. VAT)`, `hors TVA`.

    So does a label read with a slip in words that are another one.
    """
    before = plain_words(fold(hit.cell.text[: hit.start]).casefold())
    without = key_of(query) == "tax" and any(compact(word) in EXCLUDING for word in before)
    other = said is not None and said.concept != query.concept
    like = said is not None and said.exact and hit.score < _EXACT
    return without or (other and (like or _in_brackets(hit)))


def key_of(query: Query) -> str:
    """The key of the concept that is asked for, or nothing."""
    return query.concept.key if query.concept else ""


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


def _in_brackets(hit: Hit) -> bool:
    """Whether a label stands in brackets behind other words."""
    before = hit.cell.text[: hit.start]
    return before.count("(") > before.count(")") and any(char.isalpha() for char in before.partition("(")[0])


def _is_whole(hit: Hit) -> bool:
    """Whether the label is all that its cell says, but for articles, brackets and percentages."""
    rest = plain_words(hit.cell.text[: hit.start] + " " + hit.cell.text[hit.end :])
    return all(compact(word) in FUNCTION_WORDS for word in rest)


def _is_sum(found: Sum, sums: PageSums) -> bool:
    """Whether a number may be money: with cents or a currency, or on a page that prints no cents."""
    return found.is_amount or not sums.with_cents or len(found.number.digits) < _CODE
