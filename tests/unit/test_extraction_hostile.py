"""Pages and names that were made to break the extraction."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import NUMBER, TEXT, extract, object_of

from server.fields.extraction import answer_named
from server.fields.pairs import extract_pairs
from server.fields.print.numbers import find_numbers
from server.values.lines import Line, Lines


def test_many_fields_on_a_long_page_stay_cheap_enough_to_finish(printed_page):
    page = printed_page("\n".join(f"Label {i}: value {i} | @500 Total {i} | @900 {i}.00" for i in range(50)))
    names = [f"buyer_{i}_total_name_of_thing" for i in range(450)]
    assert set(answer_named([page], names).value) == set(names)


def test_hostile_names_and_texts(printed_page):
    page = printed_page(
        "( ((((( [[[[ : : : :\n" + "9" * 3000 + "\n" + "1 " * 2000 + "\n" + ("a" * 3000) + ":" + "\n:::::"
    )
    names = ["", " ", "(((", "total" * 40, "名" * 200, "\\d+(", "a.b[0]", "__proto__"]
    value = answer_named([page], names).value
    assert set(value) == set(names)
    assert isinstance(extract_pairs([page]), dict)


ROWS = {"type": "array", "items": object_of(name=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)}
LONG_NUMBERS = [
    "Shop\nTea | @700 5.00\n2 x {n}.00\nTotal | @700 5.00",
    "Shop\n{n} x {n} | @700 {n}.00\nTotal | @700 {n}.00",
    "Invoice\nTotal | @700 {n}.00\nDeposit | @700 5.00\nAmount due | @700 {n}.00",
    "Invoice\nTotal | @700 {n}亿\nDeposit | @700 {n}亿\nAmount due | @700 {n}亿",
    "Item | @300 Qty | @600 Price | @900 Amount\nTea | @300 {n} | @600 {n} | @900 {n}\nTotal | @900 {n}",
]


@pytest.mark.parametrize("digits", [12, 18, 20, 21, 28, 5000])
@pytest.mark.parametrize("sketch", LONG_NUMBERS)
def test_numbers_of_any_length_are_read_or_left(printed_page, sketch, digits):
    asked = {"items": ROWS, **dict.fromkeys(("total", "deposit", "amount_due"), NUMBER)}
    page = printed_page(sketch.replace("{n}", "9" * digits))
    assert json.dumps(extract(page, asked).value)
    assert isinstance(extract_pairs([page]), dict)


def test_a_run_longer_than_any_amount_is_no_number():
    assert find_numbers("9" * 20)[0].value() == 10**20 - 1
    assert [number.value() for text in ("9" * 21, "9" * 20 + "亿") for number in find_numbers(text)] == [None, None]


def test_many_sums_of_one_name_take_no_time(printed_page):
    page = printed_page("領収書\n" + "".join(f"金額 | @300 {n}.55\n" for n in range(1500)))
    extract(printed_page("領収書\n金額 | @300 1.55"), {"total": NUMBER})  # reads the words
    began = process_time()
    assert extract(page, {"total": NUMBER}).value == {"total": None}
    assert process_time() - began < 4  # each compared with each other one takes three times as long


TEXTS = st.text(alphabet="Total:日期合计 0123456789.,/-RM$%()姓名张ABx年月：", max_size=24)


BOXES = st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(1, 400), st.floats(1, 60))


PROPERTY = st.sampled_from(
    [
        {"type": ["string", "null"]},
        {"type": "string"},
        {"type": ["number", "null"]},
        {"type": "integer", "minimum": 2},
        {"type": ["string", "null"], "format": "date"},
        {"type": "boolean"},
        {"enum": ["Total", 1, None]},
        {"type": "array", "items": {"type": "object", "properties": {"qty": {"type": "number"}}, "required": ["qty"]}},
        {"type": "array", "items": {"type": ["number", "string"]}},
        {"type": "object", "properties": {"total": {"type": "number"}}},
    ]
)


NAMES = st.sampled_from(
    ["total", "date", "company", "address", "items", "姓名", "buyer_name", "phone", "tax", "x", "time"]
)


@given(
    cells=st.lists(st.tuples(TEXTS, BOXES, st.integers(0, 5)), max_size=12),
    properties=st.dictionaries(NAMES, PROPERTY, max_size=5),
)
def test_any_page_gives_what_validates_or_names_what_is_missing(cells, properties):
    lines = tuple(
        Line(text=text, score=1, box=((x, y), (x + w, y), (x + w, y + h), (x, y + h)), row=row)
        for text, (x, y, w, h), row in sorted(cells, key=lambda cell: cell[2])
    )
    page = Lines(page=0, width=1000, height=1000, lines=lines)
    extraction = extract(page, properties)
    assert (extraction.value is None) == bool(extraction.missing)
    extract_pairs([page])
