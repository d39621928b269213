"""What the letters of a text say of its language, whether its words are known or not."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from server.fields.print.memory import remembered

_KANA: Final = re.compile(r"[\u3041-\u30fa\u30fc-\u30fe\uff66-\uff9f]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
# Forms of characters that only Japan writes (常用漢字表), and forms that it does not: simplified ones (通用规范汉字表)
# and the traditional ones for which Japan has others.
_JAPANESE: Final = frozenset(
    "円様払込駅検験価売読図対収沢労働県庁鉄徳証渡辺畑塩銭択雑転伝仮栄応縦従圧囲弐壱歳発実単変総経済処楽気広関桜黒児涙両剣齢歯覚営"
)
_CHINESE: Final = frozenset(
    "们这为个单电话额购买卖销价发证开户银账实应优费项类业邮编码圆乡厅馆师联络传车报关币种备订货诊疗药时间总计签岁龄历员课务动"
    "們這為個號單電額購賣銷價發證戶銀帳實應類碼圓鄉廳餐師聯絡傳區國學會對數圖總經點當舊體臺灣您縣驗稅處變邊觀譯氣樂廣關齡"
) - frozenset("電額銀師購類聯絡餐個為鎮")
_EACH: Final = 0.12  # of a telling run of letters


def script_evidence(text: str) -> Iterator[tuple[str, float]]:
    """What the characters of `text` say for Japanese and for Chinese; characters of both tell little: labels do."""
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana:
        yield "ja", kana + han / 2
    elif han:
        yield "zh", han / 4
        yield "ja", han / 5


def leaning(text: str) -> int:
    """How much more of `text` only Japan writes than only China; の alone stands on Chinese signs too."""
    if text.isascii():
        return 0
    kana: list[str] = _KANA.findall(text)
    return 2 * sum(one != "の" for one in kana) + sum((char in _JAPANESE) - (char in _CHINESE) for char in text)


@remembered(8192)
def word_evidence(word: str) -> tuple[tuple[str, float], ...]:
    """What the runs of three letters of a word, with its accents, say for languages."""
    found: defaultdict[str, float] = defaultdict(float)
    edged = f"^{word.lower()}$"
    for start in range(len(edged) - 2):
        codes = _telling().get(edged[start : start + 3], ())
        for code in codes:
            found[code] += _EACH / len(codes)
    return tuple(found.items())


@lru_cache(maxsize=1)
def _telling() -> Mapping[str, tuple[str, ...]]:
    """The languages of every telling run of letters. Read on first use."""
    table: dict[str, tuple[str, ...]] = {}
    for line in files(__package__).joinpath("trigrams.txt").read_text("utf-8").splitlines():
        codes, _, runs = line.partition(": ")
        if not line.startswith("#"):
            table |= dict.fromkeys(runs.split(), tuple(codes.split()))
    return table
