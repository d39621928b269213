"""Units behind printed numbers, in the languages of labels: from CLDR (Unicode License v3) through Babel."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from babel.units import format_unit

from server.fields.print.folding import fold, is_cjk, unaccented

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ms", "id", "zh", "ja")
_UNITS: Final = (
    *("duration-second", "duration-minute", "duration-hour", "duration-day", "duration-week", "duration-month"),
    *("duration-year", "length-millimeter", "length-centimeter", "length-meter", "length-kilometer", "length-inch"),
    *("length-foot", "length-mile", "mass-milligram", "mass-gram", "mass-kilogram", "mass-tonne", "mass-pound"),
    *("mass-ounce", "area-square-meter", "area-square-kilometer", "area-square-foot", "area-hectare", "area-acre"),
    *("volume-liter", "volume-milliliter", "volume-centiliter", "volume-cubic-meter", "volume-cubic-centimeter"),
    *("volume-gallon", "temperature-celsius", "temperature-fahrenheit", "power-watt", "power-kilowatt"),
    *("power-horsepower", "energy-kilowatt-hour", "energy-kilocalorie", "energy-kilojoule", "pressure-bar"),
    *("pressure-hectopascal", "speed-kilometer-per-hour", "electric-volt", "electric-ampere", "frequency-hertz"),
    *("concentr-percent", "digital-gigabyte", "digital-megabyte"),
)
# What CLDR does not have: short forms in print, the names that properties use, and what counts people and things.
_MORE: Final = {
    "duration-month": "mon mos mths mth 个月 個月 ヶ月 か月 カ月 箇月",
    "duration-year": "yrs yr a",
    "duration-hour": "hrs hr uur std 小时 小時 个小时",
    "duration-minute": "mins min minuten",
    "length-kilometer": "kms kilometre kilometres kilometer kilometers 公里",
    "length-meter": "metre metres meter meters",
    "length-centimeter": "cms",
    "mass-kilogram": "kgs kilo kilos 公斤 千克",
    "area-square-meter": "m2 qm sqm mq 平方米 平米 ㎡",
    "area-square-foot": "sqft sf",
    "volume-cubic-meter": "m3 cbm mc 立方米 立方",
    "volume-liter": "l litre litres ltr",
    "energy-kilowatt-hour": "kwh 度",
    "pressure-hectopascal": "hpa",
    "concentr-percent": "% pct percent percentage",
    "parts-per-million": "ppm",
    "temperature-celsius": "°c c ℃ 度c celsius",
    "temperature-fahrenheit": "°f f fahrenheit",
    "pieces": "pcs pc pieces piece stk stuck stck items units pz pezzi pieces unidades stuks szt unit keping buah"
    " 个 個 件 只 台 张 張 枚 本 箱 袋 瓶",
    "persons": "persons person people pers personen personnes personas persone pessoas osob osoby orang pax 人 名 位",
    "nights": "nights night nachte nacht nuits noches notti noites nachten noce noclegi malam 晚 泊",
}
_BEHIND: Final = re.compile(
    r"\s{0,2}(?P<unit>%|°\s?[CF](?!\w)|[^\W\d_]+[²³23]?\.?(?:/h|\s(?:ft|feet|in|mi)(?!\w)|\s[^\W\d_]+)?)"
)
# Last words of property names that mean something else there: `time_in`, `price_min`, `line_items`.
_NO_UNITS: Final = frozenset(
    [
        *("in", "min", "year", "month", "week", "day", "hour", "second", "minute", "foot", "bar", "person", "night"),
        *("pound", "a", "c", "f", "h", "s", "t", "w", "v", "items", "units", "unit", "pieces", "people"),
    ]
)


@lru_cache(maxsize=1)
def _names() -> Mapping[str, frozenset[str]]:
    """The units by their printed name, as `_plain` makes it: `m` is metres, and minutes too."""
    names: dict[str, frozenset[str]] = {}
    more = ((unit, name) for unit, printed in _MORE.items() for name in printed.split())
    for unit, name in (*more, *_of_cldr()):
        plain = _plain(name)
        names[plain] = names.get(plain, frozenset()) | {unit}
    names.pop("", None)
    return names


def _of_cldr() -> Iterator[tuple[str, str]]:
    for language in _LANGUAGES:
        for unit in _UNITS:
            for length in ("long", "short"):
                for count in (1, 3, 5) if language == "pl" else (1, 3):
                    shown = format_unit(count, unit, length=length, locale=language)
                    yield unit, shown.replace(str(count), " ")


def _plain(text: str) -> str:
    return "".join(unaccented(fold(text)).lower().split()).replace("²", "2").replace("³", "3").rstrip(".")


def units_at(text: str, place: int) -> tuple[frozenset[str], int] | None:
    """The units that `text` may name at `place`, behind a number, and where their name ends; None without one."""
    match = _BEHIND.match(text, place)
    if match is None:
        return None
    printed = match["unit"]
    sizes = range(len(printed), 0, -1) if is_cjk(printed) else (len(printed), len(printed.split()[0]))
    for size in sizes:
        units = _names().get(_plain(printed[:size]))
        if units is not None:
            return units, match.start("unit") + size
    return None


def units_named(words: str) -> tuple[str, frozenset[str]]:
    """Split the words of a property into those before its unit and its units: `load capacity kg`, `warranty months`.

    Without a unit it is all words and none. A name that is a span of time alone, such as `hours`, keeps its word.
    """
    parts = words.split()
    last = parts[-1] if parts else ""
    units = _names().get(last, frozenset()) if last not in _NO_UNITS else frozenset()
    if not units or (len(parts) == 1 and not any(unit.startswith("duration-") for unit in units)):
        return words, frozenset()
    kept = parts[:-2] if parts[-2:-1] == ["in"] else parts[:-1]
    return " ".join(kept) or words, units
