"""Bookings of an account over several lines: addresses, accounts and second dates are no rows, and marks are signs."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, object_of

BOOKING = {"date": DATE, "description": TEXT, "amount": NUMBER}


def bookings(page, **columns):
    found = fields(page, bookings={"type": "array", "items": object_of(**(columns or BOOKING))})["bookings"]
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize(
    "lines",
    [
        ["Hotel Beskid, ul. Leśna 14, 34-500 Zakopane", "PL27 1140 2004 0000 3002 0135 5387"],
        ["Distribuidora Norte, Av. del Puerto 118, 46023 Valencia"],
        ["GB33 BUKB 2020 1555 5555 55 ref 2024 881 000 12"],
    ],
)
def test_a_line_below_a_booking_that_runs_under_its_amount_is_no_row(printed_page, lines):
    further = "".join(f"@450 {line}\n" for line in lines)
    page = printed_page(
        f"Date | @250 Value | @450 Details | @900 Amount | @1100 Balance\n"
        f"03/05/2024 | @250 02/05/2024 | @450 Transfer out | @900 -80.00 | @1100 920.00\n{further}"
        "07/05/2024 | @250 07/05/2024 | @450 Salary | @900 1,500.00 | @1100 2,420.00"
    )
    assert bookings(page) == [
        ("2024-05-03", " ".join(["Transfer out", *lines]), -80),
        ("2024-05-07", "Salary", 1500),
    ]


def test_a_value_date_on_the_second_line_makes_no_row(printed_page):
    page = printed_page(
        "Datum | @250 Omschrijving | @900 Bedrag\n"
        "03-05-2024 | @250 Incasso Waterbedrijf | @900 -31,20\n04-05-2024 | @250 Klant 55 mei\n"
        "06-05-2024 | @250 Loon | @900 1.900,00\n06-05-2024 | @250 Bakkerij Smit\n"
        "09-05-2024 | @250 Pinbetaling | @900 -12,75\n08-05-2024 | @250 Slagerij Kok\nEindsaldo | @900 1.856,05"
    )
    assert bookings(page) == [
        ("2024-05-03", "Incasso Waterbedrijf Klant 55 mei", -31.2),
        ("2024-05-06", "Loon Bakkerij Smit", 1900),
        ("2024-05-09", "Pinbetaling Slagerij Kok", -12.75),
    ]


def test_heads_in_two_lines_over_bookings_in_two_lines(printed_page):
    page = printed_page(
        "Date | @250 Details | @550 Account | @900 Amount\nValue date | @250 Remarks | @550 Name\n"
        "3.5.2024 | @250 Payment out | @550 4455/0100 | @900 -31.20\n4.5.2024 | @250 rent | @550 Petr Dvorak\n"
        "6.5.2024 | @250 Payment in | @550 7788/0300 | @900 1,900.00\n6.5.2024 | @250 wages | @550 Lomax s.r.o."
    )
    assert bookings(page, date=DATE, description=TEXT, value_date=DATE, amount=NUMBER) == [
        ("2024-05-03", "Payment out rent", None, -31.2),
        ("2024-05-06", "Payment in wages", None, 1900),
    ]


def test_a_booking_whose_amount_stands_on_its_last_line(printed_page):
    page = printed_page(
        "Date | @250 Details | @800 Paid out | @1000 Paid in | @1200 Balance\n"
        "03 May 2024 | @250 Bill payment to\n@250 GREEN ENERGY | @800 40.00 | @1200 460.00\n"
        "08 May 2024 | @250 Cheque 112 | @800 60.00 | @1200 400.00\n@250 Card fee | @800 5.00 | @1200 395.00"
    )
    assert bookings(page) == [
        ("2024-05-03", "Bill payment to GREEN ENERGY", -40),
        ("2024-05-08", "Cheque 112", -60),
        (None, "Card fee", -5),
    ]


def test_german_marks_of_debit_and_credit_are_signs_and_their_legend_is_no_row(printed_page):
    page = printed_page(
        "Datum | @250 Text | @900 Betrag\nAlter Saldo vom 30.04.2024 | @900 210,00 H\n"
        "03.05.2024 | @250 Strom | @900 45,10 S\n06.05.2024 | @250 Lohn | @900 1.820,00 H\n"
        "Neuer Saldo vom 31.05.2024 | @900 1.984,90 H\nS = Soll | @250 H = Haben"
    )
    assert bookings(page) == [("2024-05-03", "Strom", -45.1), ("2024-05-06", "Lohn", 1820)]


def test_a_letter_behind_an_amount_is_no_sign_where_the_page_does_not_use_both(printed_page):
    page = printed_page("Item | @500 Amount\nShirt | @500 20,00 S\nCoat | @500 90,00 S\nScarf | @500 9,00 M")
    assert [amount for _, amount in bookings(page, item=TEXT, amount=NUMBER)] == [20, 90, 9]


def test_a_day_and_time_under_the_amounts_goes_on_the_booking(printed_page):
    page = printed_page(
        "Datum | @250 Omschrijving | @700 Af | @900 Bij | @1100 Saldo\n"
        "03-05-2024 | @250 Betaalautomaat | @700 8,40 | @1100 91,60\n@250 Kiosk Centraal | @700 02-05 17:44\n"
        "06-05-2024 | @250 Overboeking | @900 50,00 | @1100 141,60"
    )
    assert bookings(page) == [
        ("2024-05-03", "Betaalautomaat Kiosk Centraal 02-05 17:44", -8.4),
        ("2024-05-06", "Overboeking", 50),
    ]
