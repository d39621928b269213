"""Arrays of objects from tables: their rows, over pages, whatever the array and its columns are called."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, object_of

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema

GOODS = "Description | @500 Qty | @700 Unit price | @900 Amount\n"


def rows(page, array, /, **columns):
    found = fields(page, **{array: {"type": "array", "items": object_of(**columns)}})[array]
    return [tuple(row.values()) for row in found]


def goods(page, array="items"):
    return rows(page, array, description=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)


def extraction_of(pages, **arrays):
    properties = {name: {"type": "array", "items": object_of(**columns)} for name, columns in arrays.items()}
    return answer_fields(pages, compile_schema({"type": "object", "properties": properties}, path="s"))


@pytest.mark.parametrize(
    "name", ["Server", "Master switch", "Cash box", "Tax advice", "Net curtain", "Discount card holder", "501", "7up"]
)
def test_a_row_is_a_row_whatever_its_first_word(printed_page, name):
    page = printed_page(
        f"{GOODS}{name} | @500 2 | @700 10.00 | @900 20.00\nBrush | @500 3 | @700 4.50 | @900 13.50\nTotal | @900 33.50"
    )
    assert goods(page) == [(name, 2, 10, 20), ("Brush", 3, 4.5, 13.5)]


def test_sections_with_subtotals_and_remarks_are_no_rows(printed_page):
    page = printed_page(
        f"{GOODS}--- Paint ---\nBlue | @500 2 | @700 10.00 | @900 20.00\nTax: 0.2%\nSubtotal | @900 20.00\n"
        "--- Tools ---\nBrush | @500 3 | @700 4.50 | @900 13.50\nSubtotal | @900 13.50\n@700 Total | @900 33.50\n"
        "Thank you | @900 99.00"
    )
    assert goods(page) == [("Blue", 2, 10, 20), ("Brush", 3, 4.5, 13.5)]


def test_rows_over_pages_without_letterheads_carried_sums_and_page_numbers(printed_page):
    first = printed_page(
        f"Acme Ltd\n{GOODS}Blue | @500 2 | @700 10.00 | @900 20.00\nTape | @500 1 | @700 2.00 | @900 2.00\n"
        "Carried forward | @900 22.00\n@600 Page 1 of 2"
    )
    head = printed_page(
        f"Acme Ltd\nPhone: 020 7946 0958\n{GOODS}Brought forward | @900 22.00\n"
        "Brush | @500 3 | @700 4.50 | @900 13.50\nTotal | @900 35.50\n@600 Page 2 of 2", page=1
    )  # fmt: skip
    bare = printed_page("Acme Ltd\nBrush | @500 3 | @700 4.50 | @900 13.50\nTotal | @900 35.50", page=1)
    columns = {"description": TEXT, "quantity": NUMBER, "unit_price": NUMBER, "amount": NUMBER}
    for second in (head, bare):
        extraction = extraction_of([first, second], items=columns)
        found = [tuple(row.values()) for row in extraction.value["items"]]
        assert found == [("Blue", 2, 10, 20), ("Tape", 1, 2, 2), ("Brush", 3, 4.5, 13.5)]
        assert extraction.evidence["items[2].amount"].page == 1


def test_quantities_with_units_and_rows_without_amounts(printed_page):
    page = printed_page(
        f"{GOODS}Hire | @500 2 days | @700 2.00 | @900 4.00\nAdvice | @500 1 | @700 Included\nReturn | @500 1 | "
        "@700 3.00 | @900 -3.00\nTotal | @900 1.00"
    )
    assert goods(page) == [("Hire", 2, 2, 4), ("Advice", 1, None, None), ("Return", 1, 3, -3)]
    with_unit = rows(page, "positions", description=TEXT, quantity=NUMBER, unit=TEXT)
    assert with_unit == [("Hire", 2, "days"), ("Advice", 1, None), ("Return", 1, None)]


def test_one_signed_amount_from_columns_of_money_out_and_in(printed_page):
    page = printed_page(
        "Date | @300 Details | @700 Debit | @900 Credit | @1100 Balance\n"
        "01/03/2024 | @300 Opening balance | @1100 1,000.00\n"
        "02/03/2024 | @300 Card payment | @700 25.50 | @1100 974.50\n"
        "03/03/2024 | @300 Salary | @900 2,000.00 | @1100 2,974.50"
    )
    assert rows(page, "bookings", date=DATE, description=TEXT, amount=NUMBER, balance=NUMBER) == [
        ("2024-03-02", "Card payment", -25.5, 974.5),
        ("2024-03-03", "Salary", 2000, 2974.5),
    ]


@pytest.mark.parametrize("array", ["entries", "lines", "rows", "Positionen"])
def test_the_name_of_the_array_does_not_matter(printed_page, array):
    page = printed_page(
        "Timesheet\nDate | @300 Start | @500 End | @700 Hours\n04/03/2024 | @300 09:00 | @500 17:30 | @700 8.5\n"
        "05/03/2024 | @300 09:15 | @500 17:00 | @700 7.75\nTotal hours | @700 16.25"
    )
    assert rows(page, array, date=DATE, start=TEXT, end=TEXT, hours=NUMBER) == [
        ("2024-03-04", "09:00", "17:30", 8.5),
        ("2024-03-05", "09:15", "17:00", 7.75),
    ]


@pytest.mark.parametrize(
    "sketch",
    [
        (
            "Earnings\nDescription | @500 Amount\nBasic pay | @500 2,000.00\nBonus | @500 100.00\n"
            "Deductions\nDescription | @500 Amount\nIncome tax | @500 300.00\nPension | @500 50.00"
        ),
        (
            "Earnings | @800 Deductions\nDescription | @500 Amount | @800 Description | @1200 Amount\n"
            "Basic pay | @500 2,000.00 | @800 Income tax | @1200 300.00\n"
            "Bonus | @500 100.00 | @800 Pension | @1200 50.00"
        ),
    ],
)
def test_two_arrays_take_the_tables_with_their_titles(printed_page, sketch):
    columns = {"description": TEXT, "amount": NUMBER}
    value = extraction_of([printed_page(sketch)], deductions=columns, earnings=columns).value
    assert [tuple(row.values()) for row in value["earnings"]] == [("Basic pay", 2000), ("Bonus", 100)]
    assert [tuple(row.values()) for row in value["deductions"]] == [("Income tax", 300), ("Pension", 50)]


def test_heads_in_unknown_words_are_told_by_arithmetic(printed_page):
    page = printed_page(
        "Xaviko | @500 Brolu | @700 Zendi | @900 Wumpa\nBlue | @500 2 | @700 10.00 | @900 20.00\n"
        "Brush | @500 3 | @700 4.50 | @900 13.50"
    )
    assert goods(page) == [("Blue", 2, 10, 20), ("Brush", 3, 4.5, 13.5)]


def test_rows_that_do_not_fit_are_said_in_a_note(printed_page):
    page = printed_page(f"{GOODS}Blue | @500 2 | @700 10.00 | @900 20.00\nBrush | @500 3 | @700 4.50 | @900 13.50")
    extraction = extraction_of([page], entries={"seat": TEXT, "gate": TEXT, "train": TEXT})
    assert extraction.value == {"entries": []}
    note = "a table with 2 rows was found, but its columns do not match the properties of `entries`"
    assert note in extraction.about.notes


def test_cells_that_wrap_their_value(printed_page):
    page = printed_page("Description | @500 Amount\nBlue | @500 €20.00\nBrush | @500 €13.50\nTotal | @500 €33.50")
    money = object_of(amount=NUMBER, currency=TEXT)
    sure = object_of(value=TEXT, confidence=NUMBER)
    assert rows(page, "items", description=sure, amount=money) == [
        ({"value": "Blue", "confidence": 0.7}, {"amount": 20, "currency": "€"}),
        ({"value": "Brush", "confidence": 0.7}, {"amount": 13.5, "currency": "€"}),
    ]


def test_rows_beyond_what_the_schema_admits_are_left_out_and_said_to_be(printed_page):
    page = printed_page(
        f"{GOODS}Blue | @500 2 | @700 10.00 | @900 20.00\nBrush | @500 3 | @700 4.50 | @900 13.50\n"
        "Roller | @500 1 | @700 7.00 | @900 7.00\nTotal | @900 40.50"
    )
    items = {"type": ["array", "null"], "items": object_of(description=TEXT, amount=NUMBER), "maxItems": 2}
    found = answer_fields([page], compile_schema({"type": "object", "properties": {"items": items}}, path="s"))
    assert [row["description"] for row in found.value["items"]] == ["Blue", "Brush"]
    assert found.about.notes == ("1 row of `items` was left out: an array of this schema holds 2",)


def test_a_date_of_issue_is_no_date_of_another_kind(printed_page):
    page = printed_page("De Stille Molen\nGeplant op | @400 30 december 2024\nBedrag | @400 25,00")
    assert fields(page, issue_date=DATE) == {"issue_date": None}
    assert fields(printed_page("Acme Ltd\n30 December 2024"), issue_date=DATE) == {"issue_date": "2024-12-30"}
