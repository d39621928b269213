"""Tables with the same heads, told apart by their titles: each array gets the one that is its own, or none."""

import pytest
from schemas import DATE, NUMBER, TEXT, object_of

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.fields.words.table_titles import kinds_within

HEAD = "Item | @500 Qty | @700 Price | @900 Amount\n"
WOOD = f"{HEAD}Oak board | @500 2 | @700 15.00 | @900 30.00\nPine board | @500 4 | @700 6.00 | @900 24.00\n"
HOURS = f"{HEAD}Sawing | @500 3 | @700 40.00 | @900 120.00\nFitting | @500 1 | @700 45.00 | @900 45.00\n"
GOODS = {"item": TEXT, "quantity": NUMBER, "price": NUMBER, "amount": NUMBER}


def answered(page, *names, **columns):
    row = object_of(**(columns or GOODS))
    schema = {"type": "object", "properties": {name: {"type": "array", "items": row} for name in names}}
    found = answer_fields([page], compile_schema(schema, path="s"))
    return {name: [next(iter(one.values())) for one in rows] for name, rows in found.value.items()}, found.about.notes


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Parts", "Labour"),
        ("Ersatzteile", "Arbeitslohn"),
        ("Pièces détachées", "Main d'œuvre"),
        ("Piezas", "Mano de obra"),
        ("Ricambi", "Manodopera"),
        ("Peças", "Mão de obra"),
        ("Onderdelen", "Arbeidsloon"),
        ("Części", "Robocizna"),
        ("部品代", "工賃"),
        ("零件", "工时费"),
        ("Alat ganti", "Upah"),
    ],
)
def test_an_array_gets_the_table_with_its_title_in_any_language_and_order(printed_page, first, second):
    page = printed_page(f"Werkstatt 8\n{first}\n{WOOD}{second}\n{HOURS}@700 Total | @900 219.00")
    wood, hours = ["Oak board", "Pine board"], ["Sawing", "Fitting"]
    assert answered(page, "labour", "parts")[0] == {"labour": hours, "parts": wood}
    assert answered(page, "items")[0] == {"items": [*wood, *hours]}
    found, notes = answered(page, "parts", "materials")
    assert found == {"parts": wood, "materials": []}
    assert notes == ("a table with 2 rows was found, but it is not sure to be that of `materials`",)


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Ersatzteile (netto)", {"parts"}),
        ("Main d'œuvre et fournitures", {"labour", "materials"}),
        ("Vuelo de ida - 2 personas", {"outbound"}),
        ("部品代一覧", {"parts"}),
        ("Claims against the insurer", set()),
        ("Taller", set()),
        ("Laboratory", set()),
        ("Incoming", set()),
    ],
)
def test_a_title_names_a_kind_by_whole_words(title, kinds):
    assert kinds_within(title) == kinds


def test_the_way_back_is_not_filled_from_the_way_there(printed_page):
    head = "Datum | @300 Von | @600 Nach\n"
    there = f"Hinfahrt\n{head}02.05.2024 | @300 Kiel | @600 Bonn\n"
    back = f"Rückfahrt\n{head}09.05.2024 | @300 Bonn | @600 Kiel\n"
    way = {"von": TEXT, "nach": TEXT, "datum": DATE}
    assert answered(printed_page(there + back), "return", "outbound", **way)[0] == {
        "return": ["Bonn"],
        "outbound": ["Kiel"],
    }
    assert answered(printed_page(there), "rueckfahrt", "hinfahrt", **way)[0] == {"rueckfahrt": [], "hinfahrt": ["Kiel"]}


def test_an_array_of_what_is_not_printed_is_empty(printed_page):
    page = printed_page("Payslip\nDeductions\nDescription | @600 Amount\nTax | @600 300.00\nPension | @600 80.00")
    found, notes = answered(page, "earnings", "deductions", description=TEXT, amount=NUMBER)
    assert found == {"earnings": [], "deductions": ["Tax", "Pension"]}
    assert notes == ()  # the one table of the page is answered


def test_what_nothing_settles_goes_to_no_array(printed_page):
    page = printed_page(f"Offer\n{WOOD}Delivered next week\n{HOURS}")
    found, notes = answered(page, "ours", "theirs")
    assert found == {"ours": [], "theirs": []}
    assert len(notes) == 2


def test_an_array_that_its_schema_does_not_admit_is_named_with_the_keyword(printed_page):
    rows = {"type": ["array", "null"], "items": object_of(**GOODS), "minItems": 3}
    schema = {"type": "object", "properties": {"items": rows}}
    found = answer_fields([printed_page(f"Offer\n{WOOD}")], compile_schema(schema, path="s"))
    assert found.value == {"items": None}
    assert found.about.notes == ("2 rows of `items` were left out: the whole does not satisfy its `minItems`",)
