"""Telephone numbers, mail addresses and web sites in print, whole or not at all, blanks of a recogniser mended."""

import re
from functools import lru_cache
from typing import Final

from babel import Locale

from server.fields.print.dates import find_dates
from server.fields.print.folding import fold

_PHONE = re.compile(r"(?<![\w.,])(?:\(\s?)?\+?\(?\d[\d\s()./\-]{5,22}\d(?![\d%]|[.,]\d)")
_AMOUNTS = re.compile(r"\d[\d.,]*[.,]\d\d(?:\s+\d[\d.,]*[.,]\d\d)*|\d{1,3}(?:[.,\s]\d{3})+(?:[.,]\d{1,2})?")
_THREES = re.compile(r"\d{3} \d{3} \d{3}")  # as in Poland, Spain and Portugal
_FEWEST, _MOST = 6, 15
_UNLABELLED = 9  # digits of a number that stands alone without a plus
# From the start of a word, no longer than RFC 5321 admits: else a long run without @ takes quadratic time.
_LOCAL = r"(?<![\w.+\-])[\w.+\-]{1,64}"
_EMAIL = re.compile(rf"{_LOCAL}@[\w\-]+(?:\.[\w\-]+)+")
_BROKEN_EMAIL = re.compile(rf"(?P<name>{_LOCAL})\s?@\s?(?P<domain>[\w\-]+(?:\s?\.\s?[\w\-]+){{1,4}})")
_CUT_BEFORE = re.compile(r"(?:[\w+\-]{1,40}(?:[._\-]\s|\s[._\-])){1,3}$")
_SITE = re.compile(
    r"(?<![\w@.\-])(?:https?\s?:\s?/\s?/\s?)?(?:www\s?\.\s?)?[\w\-]{2,}(?:\s?\.\s?[\w\-]{2,}){1,4}(?:/[\w\-./?=&%#~]*)?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"https?\s?:|www\s?\.", re.IGNORECASE)
_GENERIC: Final = frozenset(
    [
        "com",
        "org",
        "net",
        "info",
        "biz",
        "io",
        "co",
        "eu",
        "app",
        "dev",
        "shop",
        "store",
        "online",
        "tech",
        "cloud",
        "site",
        "asia",
        "cat",
        "edu",
        "gov",
        "mil",
        "int",
        "agency",
    ]
)


@lru_cache(maxsize=1)
def _endings() -> frozenset[str]:
    """Last parts of domains: the generic ones in use, and states by their two letters (ISO 3166-1 through CLDR)."""
    states = (str(code).lower() for code in Locale("en").territories if len(str(code)) == 2 and str(code).isalpha())
    return frozenset({*_GENERIC, *states, "uk", "eu"})


def printed_phone(text: str) -> str | None:
    """The first telephone number in `text`, as printed; sums of money, dates and percentages are none."""
    folded = fold(text)
    for match in _PHONE.finditer(folded):
        run = match.group()
        digits = sum(char.isdigit() for char in run)
        money = _AMOUNTS.fullmatch(run.strip()) and not _THREES.fullmatch(run.strip())
        if _FEWEST <= digits <= _MOST and not money and not find_dates(run):
            return text[match.start() : match.end()].strip()
    return None


def is_plain_phone(printed: str) -> bool:
    """Whether a number is a telephone's even without a label: by its plus, its brackets, or its length and groups."""
    digits = [char for char in printed if char.isdigit()]
    if printed.startswith("+"):
        return len(digits) >= _FEWEST + 1
    grouped = any(sign in printed.strip() for sign in " -./()")
    return (
        grouped
        and len(digits) >= _UNLABELLED - ("(" in printed)
        and (digits[0] == "0" or "(" in printed or len(digits) >= 10)
    )


def printed_email(text: str) -> str | None:
    """The first mail address in `text`, without a recogniser's blanks."""
    match = _EMAIL.search(text)
    broken = match is None or _last(match.group()) not in _endings()
    if broken and (mended := _mended_email(text)):
        return mended
    if match is None:
        return None
    before = _CUT_BEFORE.search(text[: match.start()])
    return ("".join(before.group().split()) if before else "") + match.group().strip(".-")


def _mended_email(text: str) -> str | None:
    match = _BROKEN_EMAIL.search(text)
    if match is None:
        return None
    domain = "".join(match["domain"].split())
    parts = domain.split(".")
    size = next((size for size in range(2, len(parts) + 1) if parts[size - 1].lower() in _endings()), 0)
    return f"{match['name']}@{'.'.join(parts[:size])}" if size else None


def printed_website(text: str, *, labelled: bool = False) -> str | None:
    """The first web site in `text`; one without `www` or a scheme counts by its ending, beside no mail address."""
    for match in _SITE.finditer(text):
        site = "".join(match.group().split()).rstrip(".,;-")
        marked = bool(_MARKED.match(site))
        host = re.sub(r"^https?://", "", site, flags=re.IGNORECASE).partition("/")[0]
        blanks = " " in match.group()
        if not (_last(host) in _endings() or (marked and not blanks and _last(host).isalpha())):
            continue
        if (
            marked
            or labelled
            or ("@" not in text and not blanks and len(host) > 5 and (host.islower() or host.isupper()))
        ):
            return site
    return None


def _last(domain: str) -> str:
    return domain.rpartition(".")[2].lower()
