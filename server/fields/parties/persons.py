"""What may be a person's name or a job; and which properties ask for a person or an issuer, by their own names."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from server.fields.addresses.postal import is_country, is_street_line
from server.fields.parties.header import has_legal_form, has_trade
from server.fields.print.folding import compact, is_cjk, unaccented
from server.fields.print.memory import remembered
from server.fields.words.headings import is_title
from server.fields.words.people import plain_words, titles, words_for

_NAME_WORD = re.compile(r"^[^\W\d_][^\W\d_]*(?:['’.\-][^\W\d_]*)*\.?,?$")
_JAPANESE_NAME = re.compile(r"^[\u3005\u4e00-\u9fff]{1,4}[ \u3000][\u3005\u3040-\u30ff\u4e00-\u9fff]{1,4}$")
_CHINESE_NAME = re.compile(r"^[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,3}$")
_BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "signatory": "signature", "signatoryname": "signature", "signer": "signature", "signername": "signature",
        "signedby": "signature", "signature": "signature", "author": "signature", "place": "place",
        "placeofissue": "place", "placeanddate": "place", "letterplace": "place", "落款人": "signature",
        "署名": "signature", "签名": "signature",
        "signatorytitle": "signature_job", "signertitle": "signature_job", "signatoryposition": "signature_job",
        "signatoryjobtitle": "signature_job", "signerposition": "signature_job",
    }
)  # fmt: skip
JAPANESE_BANKS: Final = "銀行|信用金庫|信用組合|労働金庫"
_BANK = re.compile(
    rf"bank\b|\bbanque|\bbanco|\bbanca|\bcaixa|\bcaja\b|sparkasse|\bcredit\b|银行|信用合作|{JAPANESE_BANKS}",
    re.IGNORECASE,
)
_MANAGER = re.compile(
    r"verwalt|\blettings?\b|agent|agenc|agenz|management|syndic|gestion|gestao|administra|beheer|zarzad|makler|makelaar"
    r"|管理|物业"
)
_LONGEST_TITLE = 3  # words
_COMPOUND = 5  # letters of a job that ends a compound, at least


def person_key(own: Sequence[str], key: str, *, card: bool) -> str:
    """What `People.values` calls a property: by its own names where they mean another thing elsewhere."""
    for name in own:
        if name in _BY_NAME:
            return _BY_NAME[name]
    return "occupation" if card and key == "form_of_address" else key


def lets_for_others(name: str) -> bool:
    """Whether a name is that of somebody who lets or manages property for its owner: no landlord."""
    return bool(_MANAGER.search(unaccented(name).lower()))


def is_bank(name: str) -> bool:
    """Whether a name is a bank's by its words."""
    return bool(_BANK.search(unaccented(name)))


def is_person(text: str) -> bool:
    """Whether a line may be a person's name: a few capitalised words, no company, title, place or label."""
    text = text.strip()
    if is_cjk(text):
        plain = text.replace("\u3000", " ")
        chinese = _CHINESE_NAME.match(plain) and compact(plain)[:1] in words_for("surname")
        return bool(_JAPANESE_NAME.match(plain) or chinese) and not is_job(text)
    words = text.replace(",", " ").split()
    if not 2 <= len(words) <= 6 or not all(_NAME_WORD.match(word) for word in words):
        return False
    if has_legal_form(text) or has_trade(text) or is_title(text) or is_country(text) or is_job(text):
        return False
    others = [word for word in words if not _is_small(word)]
    return len(others) >= 2 and all(word[0].isupper() for word in others) and not is_street_line(text)


def _is_small(word: str) -> bool:
    plain = plain_words(word)
    return plain in words_for("particle") or plain in words_for("prefix") or plain in titles()


def without_title(name: str) -> str:
    """A name without the form of address before it, which may be a company's first word: not of `Madame Rose SARL`."""
    words = name.split()
    for size in range(min(_LONGEST_TITLE, len(words) - 1), 0, -1):
        title, rest = plain_words(" ".join(words[:size])), " ".join(words[size:])
        if title in words_for("firm"):
            return rest
        if title in words_for("title") and not has_legal_form(rest):
            return rest
        if title in words_for("title_word"):
            return rest if is_person(rest) else name
    return name


@remembered(2048)
def is_job(text: str) -> bool:
    """Whether a line names a job, such as `Head of Sales` or `営業部 部長`."""
    plain = plain_words(text)
    if is_cjk(text):
        return len(plain) <= 24 and any(plain.endswith(word) or f"{word} " in f"{plain} " for word in words_for("job"))
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", plain)
    if not words or len(words) > 8 or any(char.isdigit() for char in plain):
        return False
    pairs = [" ".join(words[i : i + 2]) for i in range(len(words))]
    if any(part in words_for("job") for part in (*words, *pairs)):
        return True
    return any(
        len(job) > _COMPOUND and word.endswith(job) for word in words for job in words_for("job")
    )  # Teamleiterin


def is_only_job(text: str) -> bool:
    """Whether a text has no words but those of jobs: `Sales Manager`, `Jefe de ventas`; no name is among them."""
    plain = plain_words(text)
    words = plain.split()
    common = len(words) > 1 and words[0] in words_for("job") and all(word[0].islower() for word in text.split()[1:])
    return plain in words_for("job") or common or all(word in words_for("job") for word in words)
