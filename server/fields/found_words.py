"""What a label and the text beside it may be, by their words: a value, a name that begins with a label, a sentence."""

from collections.abc import Sequence

from server.fields.addresses.postal import is_street_line
from server.fields.confidence import Features
from server.fields.labels.index import Hit
from server.fields.labels.neighbours import Found, is_alone
from server.fields.layout.numbered_titles import has_number_word
from server.fields.layout.payment_words import is_of_discount
from server.fields.layout.unlabelled import OTHER_DATES
from server.fields.parties.persons import is_only_job
from server.fields.print.folding import compact, is_cjk, is_letter
from server.fields.print.page_view import Candidate
from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.sums.words import TAX_NAMES
from server.fields.words.concepts import concepts
from server.fields.words.function_words import FUNCTION_WORDS
from server.fields.words.headings import is_title
from server.fields.words.label_table import meanings
from server.fields.words.query import Query

_HEAD_ROWS = 3  # of a letterhead
_NAMED = frozenset({"bank", "company", "carrier", "employer", "payer", "laboratory", "insurer", "airline", "school"})
_BY_SOMEBODY = frozenset({"cashier", "salesperson", "drawer", "reviewer", "signature"})  # who did it, by name
_OF_PARTIES = frozenset({"name", "company", "address", "date", "phone", "email"})  # kinds of labels beside a name
_EXACT = 100.0
_LIKE = 7  # letters of a word that stands for a label although one of them is misread
Ranked = tuple[float, Candidate, Features]


def asks(hit: Hit) -> bool:
    """Whether a label with a colon or a word for number asks for a value: a title, such as `Passport`, does not."""
    marked = hit.cell.text[hit.end :].lstrip(" .")[:1] in (":", "：")
    numbered = has_number_word(hit.cell.text[hit.start : hit.end])
    return hit.score == _EXACT and is_alone(hit) and (marked or numbered)


def only_resembles(found: Found) -> bool:
    """Whether a value follows a single word that is merely like a label, with no sign between: `Bath BA2 4TT`."""
    hit = found.hit
    word = hit.cell.text[hit.start : hit.end].strip()
    return hit.score < _EXACT and found.place == "behind" and not found.marked and word.isalpha() and len(word) < _LIKE


def begins_value(candidate: Candidate, ranked: Sequence[Ranked]) -> bool:
    """Whether the label of `candidate` begins what stands at another label: `Authority | HARBOUR OFFICE`."""
    line = candidate.lines[0]
    return any(
        line in other.lines[1:] and len(other.text) > len(candidate.text) and other.text.endswith(candidate.text)
        for _, other, _ in ranked
    )


def is_word_for(found: Found, text: str, kind: str, query: Query) -> bool:
    """Whether what stands where a name should is a job or a label: `Landlord | Manager`, but not `Cashier: Bill`."""
    named = kind in ("name", "company", "address") or (query.concept is not None and query.concept.key in _BY_SOMEBODY)
    means = meanings().get(compact(text), ()) if named else ()
    if found.marked and found.place in ("behind", "right"):  # names are words for bills and pages, not for persons
        means = tuple(one for one in means if concepts()[one[1]].kind in _OF_PARTIES)
    return named and (bool(means) or is_only_job(text))


def goes_on(found: Found, candidate: Candidate) -> bool:
    """Whether unknown words follow a label and its value stands in the next cell: `Date of next service | 7 Nov`."""
    if found.place != "behind" or found.marked or candidate.text[:4] in found.text or is_cjk(found.hit.label):
        return False
    words = [compact(word) for word in found.text.split() if any(char.isalpha() for char in word)]
    return any(word not in FUNCTION_WORDS and word not in NEUTRAL_WORDS for word in words)


def heads_page(found: Found, query: Query) -> bool:
    """Whether a label is the first word of a name in a letterhead: `Bank of Oakham`, `Hotel Larch`."""
    hit = found.hit
    unmarked = found.place == "behind" and not found.marked and not is_cjk(hit.label)
    named = query.concept.key in _NAMED if query.concept else hit.label in query.own
    plain = not any(char.isdigit() for char in hit.cell.text) and " " not in hit.cell.text[: hit.end]
    return unmarked and named and plain and hit.cell.row < _HEAD_ROWS and hit.start == 0


def ends_name(hit: Hit) -> bool:
    """Whether a Japanese or Chinese word closes a name (`みどり銀行 梅田支店`, no colon behind) or begins a title."""
    text = hit.cell.text
    if is_title(text):  # `银行对账单`
        return True
    return hit.start > 0 and is_cjk(text[hit.start - 1]) and text[hit.end :].lstrip()[:1] not in (":", "：")


def names_street(hit: Hit) -> bool:
    """Whether a label of addresses is the first word of one: `ul. Polna 2`, `Calle Mayor 5`."""
    text = hit.cell.text
    return is_street_line(f"{text[hit.start : hit.end]} 1") and ":" not in text[hit.end : hit.end + 2]


def names_other_date(hit: Hit, query: Query) -> bool:
    """Whether the label is part of another date's name, as in `Expiry Date` where a plain date was looked for."""
    before = hit.cell.text[: hit.start].casefold()
    own = query.concept.key if query.concept else ""
    if own == "due_date" and is_of_discount(hit.cell.text):
        return True
    return own == "date" and any(word in before for word in OTHER_DATES)


def closes_heading(hit: Hit, text: str) -> bool:
    """Whether a number closes a heading whose other words change nothing: `TAX INVOICE 10023`."""
    before = [compact(word) for word in hit.cell.text[: hit.start].split()]
    plain = all(word in TAX_NAMES or word in NEUTRAL_WORDS for word in before)
    return plain and len(text.split()) == 1 and any(char.isdigit() for char in text)


def starts_value(text: str) -> bool:
    """Whether unmarked words behind a label begin as a value does, and are few."""
    return bool(text) and (text[0].isupper() or text[0].isdigit() or not is_letter(text[0])) and len(text.split()) <= 5
