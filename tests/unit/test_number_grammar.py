"""The grammar of printed numbers: a run of digits, signs, separators and currency is read whole, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fields.print.chinese_numbers import chinese_number
from server.fields.print.currencies import SIGNS, codes_of
from server.fields.print.number_style import UNKNOWN, NumberStyle
from server.fields.print.numbers import find_numbers, number_style

POINT, COMMA = NumberStyle(decimal="."), NumberStyle(decimal=",")


def _read(text: str, style: NumberStyle = UNKNOWN) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], str(one.value())) for one in find_numbers(text, style)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1 234 567,89", "1234567.89"),
        ("1'234.56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1,45,678.08", "145678.08"),
        ("12,34,567.00", "1234567.00"),
        ("1,00,000", "100000"),
        ("1.234,-", "1234"),
        ("CHF 12.--", "12"),
        ("Rp 125.000", "125000"),
        ("125.000 ₫", "125000"),
        ("12.500 Ft", "12500"),
        ("0,750", "0.750"),
        ("RM 1, 234.56", "1234.56"),
        ("1 ,234.56", "1234.56"),
        ("12 .50", "12.50"),
        ("-5.00", "-5.00"),
        ("−5.00", "-5.00"),
        ("–5.00", "-5.00"),
        ("5.00-", "-5.00"),
        ("(5.00)", "-5.00"),
        ("( 45.00 )", "-45.00"),
        ("$(5.00)", "-5.00"),
        ("-$5.00", "-5.00"),
        ("$-5.00", "-5.00"),
        ("5.00 DR", "-5.00"),
        ("▲5,920", "-5920"),
        ("△ 1,200円", "-1200"),
        ("¥64,300-", "64300"),
        ("￥64,300－", "64300"),
        ("Rp 725.000-", "725000"),
        ("-¥64,300", "-64300"),
        ("¥643.50-", "-643.50"),
        ("(25,490)", "-25490"),
        ("5.00 CR", "5.00"),
        ("R$ 1.234,56", "1234.56"),
        ("NZ$1,234.56", "1234.56"),
        ("kr 89.50", "89.50"),
        ("119,90 zł", "119.90"),
        ("3.5万元", "35000.0"),
        ("1.2亿", "120000000.0"),
        ("12元5角3分", "12.53"),
        ("壹仟贰佰叁拾元伍角整", "1230.5"),
        ("Fr. 48.—", "48"),
        ("7 905:50", "7905.50"),
        ("31€80", "31.80"),
        ("kr 2 718", "2718"),
        ("Rp2.350.000,00", "2350000.00"),
        ("¥7,680-", "7680"),
        ("￥980-", "980"),
        ("⁻8,40", "-8.40"),
    ],
)
def test_a_printed_amount_is_read_whole(text, value):
    ((printed, read),) = _read(text)
    assert Decimal(read) == Decimal(value)
    assert printed.strip("$ ") in text


@pytest.mark.parametrize(
    "text",
    [
        "<5",
        "< 5",
        "≤ 0.1",
        "12.05.2024",
        "14:22",
        "INV-123",
        "A12",
        "1.2.3.4",
        "2024-05-01",
        "5月",
        "5%5",
        "{{7*7}}",
        "6-9",
        "7/11",
        "3x25",
        "3×25",
        "7+2",
        "6~9",
        "800-950 g",
        "$6-$9",
        "€6/9",
        "0x2C",
        "0b110",
        "7E+03",
        "6D2",
        "8 ½",
        "8½",
        "2 3/8",
        "½",
        "3⁴⁹",
        "③7",
        "18+",
        "K417,25",
        "ORD-417,25",
        "417,25-C",
        "31 € 80",
    ],
)
def test_what_is_no_number_is_not_taken_for_one(text):
    assert _read(text) == []


@pytest.mark.parametrize(
    ("text", "join"),
    [
        ("6 - 9", "to"),
        ("6 kg – 9 kg", "to"),
        ("6 until 9", "to"),
        ("6 bis 9", "to"),
        ("6 à 9", "to"),
        ("6 a 9", "to"),
        ("6 até 9", "to"),
        ("6 tot 9", "to"),
        ("6 do 9", "to"),
        ("6 sampai 9", "to"),
        ("6 hingga 9", "to"),
        ("6 至 9", "to"),
        ("6から9", "to"),
        ("6 oder 9", "or"),
        ("6 / 9", "or"),
        ("3 x 25", "times"),
        ("3 pcs × 25.00", "times"),
        ("7 + 2", "plus"),
        ("7 for 25.00", ""),
        ("Room 12 - 85.00", ""),
        ("7 x 2.50 = 17.50", ""),
    ],
)
def test_numbers_joined_with_each_other_say_so(text, join):
    assert find_numbers(text)[-1].join == join


@pytest.mark.parametrize("text", ["1,2,3", "1,45,67", "1.234"])
def test_a_run_that_is_not_one_number_has_no_value(text):
    assert [value for _, value in _read(text)] == ["None"]


@pytest.mark.parametrize(
    ("text", "style", "read"),
    [
        ("1.234", COMMA, ["1234"]),
        ("1.234", POINT, ["1.234"]),
        ("1,234", COMMA, ["1.234"]),
        ("1,234", POINT, ["1234"]),
        ("2 150.00", NumberStyle(decimal=".", blanks=False), ["2", "150.00"]),
        ("2 1 234.56", NumberStyle(decimal=".", blanks=True), ["2", "1234.56"]),
        ("5.00 CR", NumberStyle(credit_negative=True), ["-5.00"]),
        ("12, 50", COMMA, ["12.50"]),
        ("5, 10", POINT, ["5", "10"]),
        ("10.00 - 12.00", POINT, ["10.00", "12.00"]),
        ("1 55.90", POINT, ["1", "55.90"]),
        ("$10 - $12", POINT, ["10", "12"]),
        ("12.00 -5.00", POINT, ["12.00", "-5.00"]),
        ("36.50¹", POINT, ["36.50"]),
    ],
)
def test_the_page_decides(text, style, read):
    assert [value for _, value in _read(text, style)] == read


@pytest.mark.parametrize(
    ("page", "style"),
    [
        (["5,00", "1.234", "12,50"], NumberStyle(decimal=",", blanks=False)),
        (["Rp 125.000", "Rp 5.000"], NumberStyle(decimal=",", blanks=False)),
        (["1 234.56", "12.00"], NumberStyle(decimal=".", blanks=True)),
        (["2 150.00", "1,300.00"], NumberStyle(decimal=".", blanks=False)),
        (["5.00", "5,00"], NumberStyle()),
        (["120.00 CR", "14.00"], NumberStyle(decimal=".", credit_negative=True)),
        (["120.00 CR", "14.00 DR"], NumberStyle(decimal=".")),
        ([], NumberStyle()),
    ],
)
def test_a_page_settles_how_it_prints_numbers(page, style):
    assert number_style(page) == style


GROUPINGS = [(",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."), ("", "."), ("", ",")]


def _grouped(amount: Decimal, group: str, decimal: str) -> str:
    whole, cents = f"{amount:,.2f}".split(".")
    return whole.replace(",", group) + decimal + cents


@given(
    st.lists(st.decimals(min_value=0, max_value=10**8, places=2), min_size=1, max_size=6),
    st.sampled_from(GROUPINGS),
)
def test_every_amount_of_a_page_is_read_as_it_was_printed(amounts, signs):
    page = [_grouped(amount, *signs) for amount in amounts]
    style = number_style(page)
    assert [[one.value() for one in find_numbers(text, style)] for text in page] == [[amount] for amount in amounts]


@given(st.text(alphabet="0123456789.,' -()RM$€kr元角万CDR%<:/", max_size=40))
def test_numbers_stand_in_order_within_the_text_and_do_not_overlap(text):
    end = 0
    for one in find_numbers(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@pytest.mark.parametrize("code", sorted(SIGNS))
def test_an_amount_with_a_currency_is_read_on_either_side(code):
    for sign in SIGNS[code]:
        for text in (f"{sign} 12.34", f"12.34 {sign}"):
            ((printed, value),) = _read(text)
            assert (printed, value) == (text, "12.34")
        assert code in codes_of(sign)


def test_there_are_forty_currencies_and_more():
    assert len(SIGNS) >= 40


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十五", 15),
        ("二十", 20),
        ("一千二百", 1200),
        ("二〇二四", 2024),
        ("三万零五十", 30050),
        ("一亿二千万", 120_000_000),
        ("甲", None),
    ],
)
def test_chinese_numerals(text, value):
    assert chinese_number(text) == value
