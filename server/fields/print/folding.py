"""Text normalisation for comparison, with a mapping back to the original characters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def fold(text: str) -> str:
    """Return `text` with full-width and compatibility characters made plain, same length, case kept."""
    return text if text.isascii() else "".join(_fold_char(char) for char in text)


# Traditional characters of labels, as the simplified ones that the tables of labels hold.
_SIMPLIFIED = dict(
    zip(
        "總計電話號單枱時間額稱購買賣銷數價稅發證開戶銀帳賬實應優務費項類別國員業郵編碼圓區縣鎮鄉樓層廳館餐廣師聯絡傳真車舊"
        "報關幣種備註條處機構簽歲齡學歷職稱訂貨門診療藥費內訊",
        "总计电话号单台时间额称购买卖销数价税发证开户银账账实应优务费项类别国员业邮编码圆区县镇乡楼层厅馆餐广师联络传真车旧"
        "报关币种备注条处机构签岁龄学历职称订货门诊疗药费内讯",
        strict=True,
    )
)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) != 1:
        return char
    plain = _SIMPLIFIED.get(plain, plain)
    return {"−": "-", "–": "-", "—": "-", "‐": "-", "’": "'", "‘": "'", "。": ".", "・": "·"}.get(plain, plain)


def is_cjk(text: str) -> bool:
    """Whether `text` holds a Chinese or Japanese character."""
    return not text.isascii() and bool(_CJK.search(text))


def is_letter(char: str) -> bool:
    """Whether `char` is a letter of an alphabet; Chinese characters are not."""
    return char.isalpha() and not is_cjk(char)


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    lines = files(__package__).joinpath("simplified.txt").read_text("utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


@lru_cache(maxsize=8192)
def compact_char(char: str) -> str:
    """What is compared of one character: its letters and digits, lower case, without accents."""
    char = _fold_char(char)
    if char in "#№":
        return "no"
    bare = char if is_cjk(char) else _bare_letter(char)
    plain = {"ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "þ": "th"}.get(bare.lower(), bare.lower())
    return "".join(_simplified().get(kept, kept) for kept in plain if kept.isalnum())


def compact(text: str) -> str:
    """Return only the letters and digits of `text`, folded, lower case, without accents, Chinese in simplified script.

    A number sign counts as `no`, and so does `n°`.
    """
    return Folded.of(text).compact


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its compact form; `places[i]` is where compact character i stands in the text."""

    text: str
    compact: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Folded":
        """Fold `text`."""
        chars: list[str] = []
        places: list[int] = []
        for place, char in enumerate(text):
            compacted = "o" if char == "°" and chars[-1:] == ["n"] else compact_char(char)
            chars += compacted
            places += [place] * len(compacted)
        return cls(text, "".join(chars), tuple(places))

    def end_of(self, index: int) -> int:
        """Where in the text the compact character before `index` ends."""
        return self.places[index - 1] + 1 if index else 0

    def word_starts(self) -> list[int]:
        """Indices into `compact` where a word begins: after a space or sign, at a change of script or to a letter."""
        starts = []
        for index, place in enumerate(self.places):
            if index and self.places[index - 1] == place:
                continue
            before = self.text[place - 1] if place else " "
            here = self.text[place]
            joined = before.isalnum() and (is_letter(here) == is_letter(before) or not is_letter(here))
            if place == 0 or is_cjk(here) or not joined:
                starts.append(index)
        return starts


def join_texts(texts: list[str]) -> str:
    """Join printed pieces: by nothing between two Chinese characters, else by a space."""
    joined = ""
    for text in (text.strip() for text in texts):
        if not text:
            continue
        glued = bool(joined) and is_cjk(joined[-1]) and (is_cjk(text[0]) or text[0].isdigit())
        glued = glued or (bool(joined) and is_cjk(text[0]) and joined[-1].isdigit())
        joined = f"{joined}{text}" if not joined or glued else f"{joined} {text}"
    return joined


# Between two words that share their second part, of which the first has a hyphen in its place: `Ein- und Ausgang`.
_SHARING = frozenset({"und", "oder", "bzw", "sowie", "and", "or", "en", "of"})


def join_lines(texts: list[str]) -> str:
    """Join the lines of one text; a word that a hyphen parts at the end of a line is whole again."""
    joined = ""
    for text in map(str.strip, texts):
        parted = joined[-1:] == "-" and joined[-2:-1].isalpha() and text[:1].islower()
        if parted and text.split()[0].rstrip(".") not in _SHARING:
            joined = joined[:-1] + text
        elif re.search(r"\S/$", joined[-2:]) or re.match(r"/\S", text):
            joined += text
        else:
            joined = join_texts([joined, text])
    return joined


@lru_cache(maxsize=4096)
def _bare_letter(char: str) -> str:
    bare = unicodedata.normalize("NFD", char)[0] if char < "\u0530" or "\u1e00" <= char < "\u2000" else char
    return {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i"}.get(bare, bare)


def unaccented(text: str) -> str:
    """Return `text` with letters in place of accented ones, same length, case kept."""
    return text if text.isascii() else "".join(_bare_letter(char) for char in text)
