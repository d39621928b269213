"""Every printed sum answers to one name: the words that stand before it, whole."""

import pytest
from schemas import NUMBER, extract, fields, named

ONE_LINE = "Subtotal 100.00 Tax 10.00 Total 110.00"
MARKED = "Subtotal: 200.00 Tax: 20.00 Total: 220.00"
SENTENCE = "The yearly fee is £480.00 and the deposit is £1,250.00."


@pytest.mark.parametrize(
    ("sketch", "expected"),
    [
        (ONE_LINE, {"subtotal": 100, "tax": 10, "total": 110}),
        (MARKED, {"subtotal": 200, "tax": 20, "total": 220}),
        ("Subtotal 100.00 | @600 Tax 10.00 | @1100 Total 110.00", {"subtotal": 100, "tax": 10, "total": 110}),
        (SENTENCE, {"yearly_fee": 480, "deposit": 1250}),
        ("Fine limit $9,000.00 Used so far $1,200.00", {"fine_limit": 9000, "used_so_far": 1200}),
        ("YOU SAVED: 0.00 TOTAL 25.85", {"total": 25.85}),
        ("TOTAL SAVING: 0.00 TOTAL 25.85", {"total": 25.85}),
        ("Grand TotalRM14.20", {"total": 14.2}),
        ("Subtotal | @500 Tax | @900 Total\n100.00 | @500 10.00 | @900 110.00", {"tax": 10, "total": 110}),
        ("Tax 15% on $ 112.90 | @800 $16.94", {"tax": 16.94}),
        ("VAT 20% of 100.00 | @800 20.00", {"tax": 20}),
        ("VAT 20% | @500 100.00 | @800 20.00", {"tax": 20}),
        ("TAX INVOICE 10023\nGST 7.5% | @800 9.38", {"tax": 9.38}),
        ("VAT/TIN: 29670869006\nVAT 5% | @800 6.25", {"tax": 6.25}),
        ("Discount | @800 -5.00\nRounding | @800 -0.02", {"discount": -5, "rounding": -0.02}),
        ("Refund 5.00-\nTotal | @800 (12.00)", {"refund": -5, "total": -12}),
        ("Rent for March | @800 950.00", {"rent": 950}),
        ("Deposit required: 50.00", {"deposit": 50}),
        ("Tax advice | @500 2.00 | @700 30.00 | @900 60.00\nTax | @900 12.00", {"tax": 12}),
    ],
)
def test_a_sum_answers_to_its_own_words(printed_page, sketch, expected):
    assert fields(printed_page(sketch), **dict.fromkeys(expected, NUMBER)) == expected


@pytest.mark.parametrize(
    ("sketch", "name"),
    [
        ("TOTAL | @800 PAID 7 MAR", "total"),
        ("TAX INVOICE 10023", "tax"),
        ("Total saving | @800 3.00", "total"),
        ("Total points | @800 3.00", "total"),
        ("VAT No. | @800 296708690", "tax"),
        ("950.00 Total", "total"),
        ("Balance from last bill | @800 112.40", "balance"),
    ],
)
def test_a_longer_name_is_another_sum(printed_page, sketch, name):
    assert fields(printed_page(sketch), **{name: NUMBER}) == {name: None}


def test_a_total_is_not_what_is_left_to_pay(printed_page):
    page = printed_page("Total | @800 110.00\nAmount paid | @800 60.00\nBalance due | @800 50.00")
    assert named(page, "total", "balance_due", "amount_paid") == {
        "total": "110.00",
        "balance_due": "50.00",
        "amount_paid": "60.00",
    }


def test_a_number_closes_a_heading(printed_page):
    page = printed_page("Acme Ltd\nTAX INVOICE 10023\nTea | @800 5.00\nTotal | @800 5.00")
    assert named(page, "invoice_number") == {"invoice_number": "10023"}


def _bill(printed_page, tax, total, more=""):
    return printed_page(
        f"BILL 31\nLamp | @500 60.00\nSubtotal | @500 60.00\nVAT 10% | @500 {tax}\n{more}Total | @500 {total}"
    )


@pytest.mark.parametrize("asked", [("total",), ("subtotal", "tax", "total")])
def test_sums_that_contradict_each_other_are_said(printed_page, asked):
    found = extract(_bill(printed_page, "6.00", "86.00"), dict.fromkeys(asked, NUMBER))
    assert found.value["total"] == 86.0
    assert found.about.notes == (
        "the printed sums contradict each other: subtotal 60.00 + tax 6.00 is not total 86.00",
    )


@pytest.mark.parametrize(("total", "more"), [("66.00", ""), ("60.00", ""), ("71.00", "Shipping | @500 5.00\n")])
def test_sums_that_agree_have_no_note(printed_page, total, more):
    found = extract(_bill(printed_page, "6.00", total, more), {"total": NUMBER})
    assert found.about.notes == ()


@pytest.mark.parametrize(
    "sentence",
    ["Paid on 3.5.2024", "Bezahlt am 3.5.2024", "Payé le 3.5.2024", "Pagado el 3.5.2024", "Betaald op 3.5.2024",
     "Pagato il 3.5.2024", "Pago em 3.5.2024", "Zapłacono dnia 3.5.2024", "Telah dibayar pada 3.5.2024"],
)  # fmt: skip
def test_the_day_of_a_payment_is_no_due_date(printed_page, sentence):
    page = printed_page(f"BILL 31\n{sentence} by card\nTotal | @500 6.00")
    assert extract(page, {"due_date": {"type": ["string", "null"]}}).value == {"due_date": None}
