"""Shapes of postal addresses: streets, towns with their codes, states; and ways to reach somebody.

Shapes of codes: UPU, "Postal addressing systems in member countries", and the national operators' own descriptions.
"""

import re
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Final

from babel import Locale

from server.fields.print.folding import Folded, compact, fold, is_cjk, is_letter, unaccented
from server.fields.print.memory import remembered
from server.fields.words.people import plain_words, titles, words_for
from server.fields.words.query import known_labels

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ms", "id", "zh", "zh_Hant", "ja")
_MORE_COUNTRIES: Final = frozenset(
    {
        *("usa", "us", "uk", "uae", "england", "scotland", "wales", "northernireland", "greatbritain", "prchina"),
        *(
            "thenetherlands",
            "holland",
            "republicofireland",
            "eire",
            "brasil",
            "singapura",
            "norge",
            "sverige",
            "danmark",
        ),
        *("suomi", "ceskarepublika", "magyarorszag", "romania", "hellas", "eesti", "hongkong", "macau"),
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:[./'][^\W\d_]+)*\.?")
_TOWN_NAME = r"[^\W\d_][^\d:;|@]{1,40}"
# A code before its town: DE 10115 Berlin, 1012 AB Amsterdam, 00-950 Warszawa, 1000-205 Lisboa, 114 55 Stockholm.
_CODE_FIRST = re.compile(
    r"(?:^|[,·|•/\-–]\s?|\s)(?:[A-Z]{1,3}[-–\s]\s?)?(?:\d{5}|\d{4}(?:\s?[A-Z]{2}(?![^\W_]))?|\d\d-\d{3}|\d{4}-\d{3}|\d{5}-\d{3}|\d{3}\s\d\d)"
    rf",?\s{{1,3}}(?P<town>{_TOWN_NAME})"
)
# A town before its code: Jakarta 10110, Mumbai - 400 001, Singapore 238801.
_CODE_LAST = re.compile(r"[^\W\d_]{3,}\.?[\s,.\-–]{1,4}(?:\d{5,6}|\d{3}\s\d{3})(?=\s*(?:$|[,.·|]|[A-Z]))")
_OWN_SHAPE: Final = (
    re.compile(r"(?<![^\W_])[A-Z][A-Z0]?\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}(?![^\W_])"),  # GB
    re.compile(r"(?<![^\W_])[AC-FHKNPRTV-Y]\d[\dW]\s?[0-9AC-FHKNPRTV-Y]{4}(?![^\W_])"),  # IE
    re.compile(r"(?<![^\W_])[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d(?![^\W_])"),  # CA
    re.compile(r"\bDublin\s\d{1,2}\b"),
    re.compile(r"〒\s?\d{3}-?\d{4}"),
    re.compile(r"(?<!\d)\d{3}-\d{4}(?!\d)(?=\s*[\u3040-\u9fff])"),
)
_CJK_PARTS = re.compile(r"[省市区县镇乡村路街道巷弄号楼层室栋座縣區鎮鄉號樓段都府町州郡]|丁目|番地?|大厦|广场|园")
_NUMBER_FIRST = re.compile(r"^\W{0,2}\d{1,5}[A-Za-z]?(?:\s?[-/&]\s?\d{1,5}[A-Za-z]?)?(?:st|nd|rd|th)?,?\s+[^\W\d_]{2}")
_NUMBER_LAST = re.compile(
    r"[^\W\d_]{3,}\.?,?\s+(?:n[o°º]?\.?\s?)?\d{1,5}\s?[A-Za-z]?(?:\s?[-/]\s?\d{0,4}[A-Za-z]?)?\W*$", re.IGNORECASE
)
_PERSON = re.compile(r"[A-Z\u00c0-\u00de][^\W\d_]*\.?(?:[ \-'’][^\W\d_]+\.?){0,4}")
_BARE_NUMBER = re.compile(r"\W{0,3}\d[\d\s()/.\-]{6,30}")
_MAX_LINE = 120
_LONGEST_LABEL = 24
_OF_COMPANIES = frozenset(
    {
        *("phone", "mobile", "fax", "email", "website", "tax_id", "buyer_tax_id", "registration", "credit_code"),
        *("iban", "bic", "account", "bank_code", "customer_number", "invoice_number", "date", "time"),
    }
)


@lru_cache(maxsize=1)
def _places() -> dict[str, frozenset[str]]:
    """The words of `places.txt`, by use; those of states by use and country. Read on first use."""
    table: dict[str, set[str]] = defaultdict(set)
    for line in files("server.fields.words").joinpath("places.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        if not words or line.startswith("#"):
            continue
        use = head if head.startswith("region") else head.split()[0]
        for word in (word.strip() for word in words.split(",")):
            table[use].add(word if use.startswith("region") else _plain(word))
    return {use: frozenset(words) for use, words in table.items()}


def _plain(text: str) -> str:
    return " ".join(unaccented(fold(text)).casefold().replace("ß", "ss").split()).strip(".:：")


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """The names of all states in the languages of labels, from CLDR (Unicode License v3) through Babel."""
    names = {
        compact(unaccented(str(name)))
        for language in _LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2
    }
    return frozenset(names | _MORE_COUNTRIES)


def is_country(text: str) -> bool:
    """Whether `text` is the name of a state, alone or behind a region: `Maharashtra, India`."""
    parts = text.split(",")
    return len(text) < 40 and len(parts) <= 2 and compact(unaccented(parts[-1])) in _countries()


@remembered(4096)
def is_town_line(text: str) -> bool:
    """Whether a line has a town with its postal code, or is a Chinese or Japanese address."""
    text = fold(text)[:_MAX_LINE]
    if "〒" in text:
        return True
    if is_cjk(text):
        parts = 0 if _is_contact(text) else len(_CJK_PARTS.findall(text))
        return (parts >= 2 and any(char.isdigit() for char in text)) or parts >= 4
    first = _CODE_FIRST.search(text)
    if first is not None and sum(char.isalpha() for char in first["town"]) >= 3 and not _is_contact(text):
        return True
    return any(shape.search(text) for shape in _OWN_SHAPE) or _has_state(text) or _ends_in_code(text)


def _has_state(text: str) -> bool:
    """Springfield, IL 62704; Sydney NSW 2000; Toronto ON M5H 2N2."""
    match = re.search(r"[^\W\d_][,.]?\s(?P<state>[A-Z]{2,3})[,.]?\s{1,2}(?P<code>\d{4,5})(?:-\d{4})?(?!\d)", text)
    if match is None:
        return False
    states = "region us" if len(match["code"]) == 5 else "region au"
    return match["state"] in _places()[states]


def _ends_in_code(text: str) -> bool:
    return bool(_CODE_LAST.search(text)) and not _is_contact(text)


def code_and_town(text: str) -> tuple[str, str] | None:
    """The parts of `25813 Husum`, where a line is no more than a postal code and its town."""
    text = text.strip()
    match = _CODE_FIRST.match(text)
    if match is None or match.end() != len(text):
        return None
    return text[: match.start("town")].strip(" ,"), match["town"].strip()


@remembered(4096)
def is_street_line(text: str) -> bool:
    """Whether a line names a street, a house or a part of a town, by its words."""
    plain = _plain(text[:_MAX_LINE])
    if is_cjk(plain):
        return is_town_line(text)
    words = [word.strip(".,") for word in _WORD.findall(plain)]
    if not words or _is_contact(text):
        return False
    number = any(char.isdigit() for char in plain)
    if any(plain.startswith((f"{word} ", f"{word}.")) for word in _places()["front"]):
        return number or len(words) > 1
    named = any(word in _places()["street"] for word in words) or any(
        len(word) > len(ending) + 1 and word.endswith(ending) for word in words for ending in _places()["ending"]
    )
    return named and (number or "," in plain)


def has_house_number(text: str) -> bool:
    """Whether a line is a name with a house number, before or behind; it takes a town nearby to make it a street."""
    return len(text) < _MAX_LINE and bool(_NUMBER_FIRST.search(text) or _NUMBER_LAST.search(text))


@remembered(4096)
def _is_contact(text: str) -> bool:
    return not is_titled(text) and ("@" in text or _starts_with(text, "contact") or _is_labelled(text))


def is_titled(text: str) -> bool:
    """Whether a line is a form of address and a name, as in an address: `Pan Marek Wilk`; no salutation, no number."""
    words = text.split()
    sizes = (size for size in range(min(3, len(words) - 1), 0, -1) if plain_words(" ".join(words[:size])) in titles())
    size = next(sizes, 0)
    return bool(size) and text[:1].isupper() and _PERSON.fullmatch(" ".join(words[size:])) is not None


def _is_labelled(text: str) -> bool:
    """Whether a line begins with the label of a telephone, a tax number or another number of a company."""
    folded = Folded.of(text[:_MAX_LINE])
    for size in range(min(len(folded.compact), _LONGEST_LABEL), 1, -1):
        concept = known_labels().get(folded.compact[:size])
        behind = text[folded.end_of(size) : folded.end_of(size) + 1]
        if concept is not None and concept.key in _OF_COMPANIES and not is_letter(behind or " "):
            return True
    return False


def is_contact_line(text: str) -> bool:
    """Whether a line says how to reach somebody, or a number of a register or of a tax office."""
    return _is_contact(text) or is_attention(text) or ("〒" not in text and bool(_BARE_NUMBER.fullmatch(text.strip())))


def is_attention(text: str) -> bool:
    """Whether a line names a person to whom something is addressed: Attn., z. Hd., à l'attention de."""
    return _starts_with(text, "attention")


def is_form_of_address(text: str) -> bool:
    """Whether a line is only a word before a name: Firma, An, Messrs."""
    return _plain(text) in _places()["before"] or plain_words(text) in words_for("firm")


def _starts_with(text: str, use: str) -> bool:
    plain = " ".join(_plain(text[:40].lstrip(" ([【（*·-")).replace("no. ", "no ").split())
    for size in range(min(len(plain), 30), 1, -1):
        if plain[:size].strip(" .:：") in _places()[use]:
            rest = plain[size : size + 1]
            return is_cjk(plain[size - 1]) or not (is_letter(rest or " ") and plain[size - 1].isalpha())
    return False
