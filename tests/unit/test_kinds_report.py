"""The report's generator: every value that is asked stands in print, sums hold, numbers keep their check digits."""

import html
import random
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import kinds_report

    yield kinds_report
    for name in [name for name in sys.modules if name.split(".")[0] in ("kinds_report", "kinds_document")]:
        del sys.modules[name]


def _printed(pages: list[str]) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", " ".join(pages))))


def _packed(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


def _stands(draw, value, others, text: str) -> bool:
    if isinstance(value, int | float):
        number = abs(Decimal(str(value)))
        forms = {_packed(draw.place.number(number, places)) for places in (0, 1, 2)} | {
            draw.place.quantity(number),
            str(value),
        }
        return any(form in _packed(text) for form in forms)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return True
    return any(_packed(str(one)) in _packed(text) for one in (value, *others))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_value_is_printed(report, seed: int):
    for kind, (drawn, countries) in report.KINDS.items():
        for country in countries:
            draw = report.draw_of(kind, country, 0, seed)
            text = _printed(drawn(draw).pages)
            for path, value in draw.ask.expected.items():
                if value is not None and not path.endswith("#"):
                    assert _stands(draw, value, draw.ask.also.get(path, []), text), (kind, country, path, value, text)


def test_the_same_seed_asks_the_same(report):
    asked = []
    for _ in range(2):
        draw = report.draw_of("invoice", "DE", 0, 5)
        report.KINDS["invoice"][0](draw)
        asked.append(draw.ask.expected)
    assert asked[0] == asked[1]


@pytest.mark.parametrize("kind", ["invoice", "credit_note", "purchase_order"])
def test_sums_hold(report, kind: str):
    for country in report.KINDS[kind][1]:
        draw = report.draw_of(kind, country, 0, 3)
        draw.ask.own = draw.ask.camel = False
        report.KINDS[kind][0](draw)
        asked = draw.ask.expected
        items = next(path[:-1] for path in asked if path.endswith("#"))
        amounts = [
            Decimal(str(value)) for path, value in asked.items() if re.fullmatch(items + r"\[\d+\]\.amount", path)
        ]
        discount = abs(Decimal(str(asked.get("discount") or 0)))
        assert sum(amounts) == Decimal(str(asked["subtotal"]))
        assert Decimal(str(asked["subtotal"])) - discount + Decimal(str(asked["tax"])) == Decimal(str(asked["total"]))


def test_check_digits_hold(report):
    from kinds_report.checks import ALNUM, iban, luhn, mrz_check

    rng = random.Random(1)  # noqa: S311 - to be repeated, not to be secret
    for country in ("DE", "GB", "FR", "ES", "IT", "NL", "PL", "PT", "CH"):
        number = iban(rng, country).replace(" ", "")
        assert int("".join(str(ALNUM.index(c)) for c in number[4:] + number[:4])) % 97 == 1
    assert luhn("7992739871") == "3"
    assert mrz_check("L898902C3") == "6"  # ICAO Doc 9303's own example
