"""Rows whose numbers contradict each other: a misread digit is null, what a check proves stays."""

import pytest
from schemas import NUMBER, TEXT, items_of

GOODS = "Description | @500 Qty | @700 Unit price | @900 Amount\n"
ROWS = [("Brush", "3", "4.50", "13.50"), ("Blue paint", "2", "10.25", "20.50"), ("Tape", "7", "1.30", "9.10")]


def goods(page):
    found = items_of(page, description=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)
    return [tuple(row.values()) for row in found.value["items"]], found


def sketch(rows, *below):
    printed = [f"{name} | @500 {count} | @700 {price} | @900 {amount}" for name, count, price, amount in rows]
    return GOODS + "\n".join([*printed, *below])


@pytest.mark.parametrize(
    ("misread", "left"),
    [
        (("Tape", "7", "1.30", "9.70"), ("Tape", 7, 1.3, None)),  # 1.30 and 7 cannot be one digit off
        (("Tape", "4", "1.30", "9.10"), ("Tape", None, 1.3, 9.1)),
        (("Tape", "7", "1.80", "9.10"), ("Tape", 7, None, 9.1)),
        (("Tape", "7", "130", "9.10"), ("Tape", 7, None, 9.1)),  # the point was lost
    ],
)
def test_a_misread_digit_is_null_and_the_others_stay(printed_page, misread, left):
    rows, found = goods(printed_page(sketch([*ROWS[:2], misread])))
    assert rows == [("Brush", 3, 4.5, 13.5), ("Blue paint", 2, 10.25, 20.5), left]
    assert any("contradict" in note for note in found.about.notes)
    assert found.evidence["items[0].amount"].checked == ("quantity x price = amount",)


def test_a_printed_sum_tells_which_of_two_is_misread(printed_page):
    rows = [ROWS[0], ROWS[1], ("Nail", "1", "5.00", "6.00")]  # either may be off by a digit
    assert goods(printed_page(sketch(rows)))[0][2] == ("Nail", 1, None, None)
    assert goods(printed_page(sketch(rows, "@700 Total | @900 40.00")))[0][2] == ("Nail", 1, None, 6.0)
    assert goods(printed_page(sketch(rows, "@700 Total | @900 39.00")))[0][2] == ("Nail", 1, 5.0, None)


def test_a_row_that_no_slip_explains_is_given_as_printed(printed_page):
    rows = [*ROWS, ("Sold off", "4", "64.00", "218.20")]  # a discount that no column says
    assert goods(printed_page(sketch(rows)))[0][3] == ("Sold off", 4, 64.0, 218.2)


def test_discounts_and_taxes_of_a_row_count(printed_page):
    page = printed_page(
        "Item | @400 Qty | @500 Price | @650 Disc. | @800 Amount\n"
        "Door | @400 4 | @500 64.00 | @650 5% | @800 243.20\nShelf | @400 2 | @500 35.25 | @650 0% | @800 70.50\n"
        "Frame | @400 3 | @500 20.00 | @650 10% | @800 54.00\nSill | @400 2 | @500 30.00 | @650 15% | @800 51.30"
    )
    found = items_of(page, item=TEXT, quantity=NUMBER, price=NUMBER, amount=NUMBER)
    assert [row["amount"] for row in found.value["items"]] == [243.2, 70.5, 54.0, None]
    assert "discount" in found.evidence["items[0].amount"].checked[0]


STATEMENT = "Date | @200 Details | @500 Paid out | @700 Paid in | @900 Balance\n@200 Opening balance | @900 812.40\n"


def moves(page):
    found = items_of(page, details=TEXT, amount=NUMBER, balance=NUMBER)
    return [tuple(row.values()) for row in found.value["items"]]


def test_running_balances_tell_a_misread_amount_from_a_misread_balance(printed_page):
    rows = [
        "01/02/2024 | @200 Cafe | @500 6.80 | @900 805.60",
        "02/02/2024 | @200 Salary | @700 1,450.00 | @900 2,255.60",
        "03/02/2024 | @200 Rent | @500 675.00 | @900 1,580.60",
        "04/02/2024 | @200 Fuel | @500 48.15 | @900 1,532.45",
        "05/02/2024 | @200 Shoes | @700 44.99 | @900 1,577.44",
    ]
    right = [("Cafe", -6.8, 805.6), ("Salary", 1450, 2255.6), ("Rent", -675, 1580.6), ("Fuel", -48.15, 1532.45),
             ("Shoes", 44.99, 1577.44)]  # fmt: skip
    for number, misread, left in (
        (0, ("6.80", "6.50"), ("Cafe", None, 805.6)),
        (2, ("675.00", "615.00"), ("Rent", None, 1580.6)),
        (2, ("1,580.60", "1,560.60"), ("Rent", -675, None)),
    ):
        lines = [row.replace(*misread) if at == number else row for at, row in enumerate(rows)]
        expected = [left if at == number else row for at, row in enumerate(right)]
        assert moves(printed_page(STATEMENT + "\n".join(lines))) == expected


def test_the_only_printed_sum_of_a_column_refutes_what_one_slip_explains(printed_page):
    calls = """Number | @400 Length | @700 Cost
    0123 | @400 00:04:12 | @700 0.42
    0124 | @400 00:11:05 | @700 {}
    0125 | @400 00:02:30 | @700 0.19
    Total | @700 1.71"""
    for printed, cost in (("1.10", 1.1), ("1.70", None)):
        found = items_of(printed_page(calls.format(printed)), length=TEXT, cost=NUMBER)
        assert [row["cost"] for row in found.value["items"]] == [0.42, cost, 0.19]
