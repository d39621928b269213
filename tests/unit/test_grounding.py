"""Values against print: what is there is found where it stands, and a lie is not."""

import random
import string

import pytest

from server.evidence.grounding import ground, keep_grounded
from server.values.lines import FieldEvidence, Line, Lines

ROWS = (
    ("ACME TRADING SDN BHD",),
    ("NO. 12, JALAN BESAR 3/1,", ""),
    ("81750 JOHOR BAHRU, JOHOR",),
    ("Invoice No: INV-10045",),
    ("Date: 03/11/2018 14:22",),
    ("Tea", "2", "4.50"),
    ("Discount", "-1.25"),
    ("Tax 6%", "0.27"),
    ("TOTAL", "RM 1,234.50"),
    ("合计金额", "￥88.00"),
)


def page(rows=ROWS, score=0.98):
    """A page with a row of cells every 40 px, characters 10 px wide, cells 300 px apart."""
    lines = []
    for number, cells in enumerate(rows):
        for column, text in enumerate(cells):
            left, top, right = 20 + 300 * column, 40 * number, 20 + 300 * column + 10 * len(text)
            box = ((left, top), (right, top), (right, top + 30), (left, top + 30))
            lines.append(Line(text=text, score=score, box=box, row=number))
    return Lines(page=0, width=1000, height=40 * len(rows), lines=tuple(lines))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ACME Trading Sdn. Bhd.", "ACME TRADING SDN BHD"),
        ("INV-10045", "INV-10045"),
        ("INV10045", "INV-10045"),
        ("2018-11-03", "03/11/2018"),
        ("3 Nov 2018", "03/11/2018"),
        (1234.5, "RM 1,234.50"),
        ("1234.50", "RM 1,234.50"),
        ("RM1,234.50", "RM 1,234.50"),
        (-1.25, "-1.25"),
        (1.25, "-1.25"),
        (0.06, "6"),
        (2, "2"),
        (88, "￥88.00"),
        ("MYR", "RM"),
        ("CNY", "￥"),
        ("合计金额", "合计金额"),
        ("NO. 12, JALAN BESAR 3/1, 81750 JOHOR BAHRU, JOHOR", "NO. 12, JALAN BESAR 3/1 81750 JOHOR BAHRU, JOHOR"),
        ("ACME TRADlNG SDN BHD", "ACME TRADING SDN BHD"),
        ("ACME TRADINGS SDN BHD", "ACME TRADING SDN BHD"),
        ("Johor Bahru", "JOHOR BAHRU"),
    ],
)
def test_what_is_printed_is_found(value, text):
    (evidence,) = ground({"field": value}, [page()]).values()
    assert evidence.grounded is True
    assert evidence.text == text
    assert evidence.page == 0
    assert 0.5 < evidence.confidence <= 1


@pytest.mark.parametrize(
    "value",
    [
        "ACME TRADING SDN BHD LIMITED COMPANY",
        "ACNE HOLDING SDN BHD",
        "INV-10046",
        "INV-1004",
        "NV-10045",
        "2018-11-04",
        "2019-11-03",
        "2018-03-12",
        1234.51,
        1235,
        234.5,
        "1284.50",
        50,
        "JALAN KECIL 3/1",
        "NO. 13, JALAN BESAR 3/1, 81750 JOHOR BAHRU, JOHOR",
        "NO. 12, JALAN BESAR 3/1, 81751 JOHOR BAHRU, JOHOR",
        "合计税额",
        "EUR",
        "TE",
        "OTA",
    ],
)
def test_a_lie_is_not(value):
    (evidence,) = ground({"field": value}, [page()]).values()
    assert evidence.grounded is False
    assert evidence.box is None


def test_random_lies_are_never_found():
    rng = random.Random(4)  # noqa: S311 - no secrets
    for _ in range(500):
        number, word = rng.randint(100, 99999), "".join(rng.choices(string.ascii_uppercase, k=rng.randint(4, 30)))
        lies = {
            "total": number / 100,
            "number": f"A-{number}",
            "name": word,
            "date": f"{rng.randint(1990, 2017)}-05-06",
        }
        printed = {1234.5, 4.5, 1.25, 0.27, 88.0, 12.0}
        for path, evidence in ground(lies, [page()]).items():
            assert evidence.grounded is (path == "total" and number / 100 in printed), lies[path]


def test_the_box_is_that_of_the_value_and_not_of_its_line():
    (evidence,) = ground({"invoice_no": "INV-10045"}, [page()]).values()
    (left, top), (right, _), (_, bottom), _ = evidence.box
    assert (top, bottom) == (120, 150)
    assert left == pytest.approx(20 + 12 * 10, abs=25)
    assert right == pytest.approx(20 + 21 * 10, abs=5)


def test_of_several_places_the_one_at_the_label_is_taken():
    rows = (("Subtotal", "5.00"), ("Cash", "5.00"), ("Change", "0.00"))
    evidence = ground({"cash": 5.0, "other": 5.0}, [page(rows)])
    assert evidence["cash"].box[0][1] == 40
    assert evidence["cash"].confidence > evidence["other"].confidence


@pytest.mark.parametrize("value", ["1990 年1月5日", "1990-01-05"])
def test_a_date_in_two_boxes_of_a_row_is_found_and_its_label_left_out(value):
    (evidence,) = ground({"出生": value}, [page((("姓名张样本",), ("出生1990", "年1月5日", "SPECIMEN")))]).values()
    assert (evidence.grounded, evidence.text) == (True, "1990 年1月5日")
    assert evidence.box[0][0] == pytest.approx(50, abs=15)
    assert evidence.box[1][0] == pytest.approx(370, abs=10)
    (lie,) = ground({"出生": "1990-01-06"}, [page((("出生1990", "年1月5日"),))]).values()
    assert lie.grounded is False


def test_pages_and_nested_values():
    first, second = page((("Tea", "4.50"),)), page((("Milk", "3.20"),))
    evidence = ground(
        {"items": [{"name": "Tea", "price": 4.5}, {"name": "Milk", "price": 9}], "n": None}, [first, second]
    )
    assert {path: (one.grounded, one.page) for path, one in evidence.items()} == {
        "items[0].name": (True, 0),
        "items[0].price": (True, 0),
        "items[1].name": (True, 1),
        "items[1].price": (False, None),
    }


def test_no_two_values_share_a_path():
    value = {"a.b": "TEA", "a": {"b": 7, "": 2}, "c[0]": 4.5, "c": [8], "": {"d": "TOTAL"}, "d": "COFFEE"}
    evidence = ground(value, [page()])
    assert {path: one.grounded for path, one in evidence.items()} == {
        '["a.b"]': True,
        "a.b": False,
        'a[""]': True,
        '["c[0]"]': True,
        "c[0]": False,
        '[""].d': True,
        "d": False,
    }
    kept = {"a.b": "TEA", "a": {"b": None, "": 2}, "c[0]": 4.5, "c": [None], "": {"d": "TOTAL"}, "d": None}
    assert keep_grounded(value, evidence) == kept


def test_a_name_with_a_dot_is_a_label_as_another_is():
    rows = (("Subtotal", "5.00"), ("Cash No.", "5.00"), ("Change", "0.00"))
    assert ground({"cash no.": 5.0}, [page(rows)])['["cash no."]'].box[0][1] == 40


def test_true_and_false_cannot_be_checked():
    assert ground({"paid": True}, [page()])["paid"].grounded is None


def test_true_and_false_have_the_place_of_the_line_that_a_rule_read():
    (line,) = (line for line in page().lines if line.row == 3)
    found = {"paid": FieldEvidence(page=0, lines=(line,), score=0.9)}
    paid = ground({"paid": True}, [page()], found)["paid"]
    assert (paid.grounded, paid.page, paid.box, paid.text) == (None, 0, line.box, line.text)
    assert paid.confidence == 0.9


def test_what_is_not_grounded_becomes_null_and_nothing_else():
    value = {"total": 9.99, "no": "INV-10045", "paid": False, "items": [{"name": "Tea"}, {"name": "Gold"}], "x": []}
    kept = {"total": None, "no": "INV-10045", "paid": False, "items": [{"name": "Tea"}, {"name": None}], "x": []}
    assert keep_grounded(value, ground(value, [page()])) == kept


def test_what_comes_after_the_last_value_that_is_looked_for_becomes_null():
    value = {"blank": "", "items": [{"n": 2, "note": " "}] * 2_001, "none": None}
    evidence = ground(value, [page()])
    kept = keep_grounded(value, evidence)
    assert len(evidence) == 2_000
    assert kept["items"][1_999] == {"n": 2, "note": " "}
    assert kept == value | {"items": [*value["items"][:2_000], {"n": None, "note": " "}]}


def test_known_lines_are_believed_and_searched_for_the_value():
    lines = tuple(line for line in page().lines if line.row in (4, 8))
    found = {
        "date": FieldEvidence(page=0, lines=lines[:1], score=0.9),
        "kind": FieldEvidence(page=0, lines=lines[1:], score=0.4),
    }
    evidence = ground({"date": "2018-11-03", "kind": "invoice"}, [page()], found)
    assert (evidence["date"].text, evidence["date"].confidence) == ("03/11/2018", 0.9)
    assert (evidence["kind"].text, evidence["kind"].grounded) == ("TOTAL RM 1,234.50", True)


def test_what_is_printed_in_another_form_is_grounded_and_a_part_of_a_number_is_not():
    printed = page([["Total Rs 1,45,678.08"], ["Datum 5. März 24"], ["Menge 12.50"], ["Born 12/07/58"]])
    evidence = ground(
        {"total": 145678.08, "date": "2024-03-05", "part": 1.45, "text": "1.45", "last": 678.08, "birth": "1958-07-12"},
        [printed],
    )
    assert {path: one.grounded for path, one in evidence.items()} == {
        "total": True, "date": True, "part": False, "text": False, "last": False, "birth": True,
    }  # fmt: skip
