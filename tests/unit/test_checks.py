"""Sums that agree with each other, numbers whose check digits hold, and what both do to an answer."""

import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import NUMBER, TEXT, extract, named

from server.fields.checks.arithmetic import prove
from server.fields.checks.digits import check_digits
from server.fields.print.page_view import PageView
from server.fields.sums.page_sums import PageSums


def proofs(page):
    return {one.text: names for one, names in prove(PageSums(PageView.of([page]))).items()}


@pytest.mark.parametrize(
    ("sketch", "proven", "name"),
    [
        ("Subtotal | @800 100.00\nTax | @800 10.00\nTotal | @800 110.00", "110.00", "subtotal + tax = total"),
        (
            "Subtotal | @800 100.00\nDiscount | @800 -5.00\nTax | @800 9.50\nShipping | @800 8.00\nTotal | @800 112.50",
            "112.50",
            "subtotal + tax + shipping - discount = total",
        ),
        ("Subtotal | @800 100.00\nDiscount | @800 5.00\nTotal | @800 95.00", "95.00", "subtotal - discount = total"),
        (
            "Subtotal | @800 10.00\nTax | @800 1.00\nRounding | @800 0.01\nTotal | @800 10.99",
            "10.99",
            "subtotal + tax + rounding = total",
        ),
        (
            "Subtotal | @800 300.00\nVAT 5% | @800 5.00\nVAT 20% | @800 40.00\nTotal | @800 345.00",
            "345.00",
            "subtotal + taxes = total",
        ),
        ("Total | @800 20.00\nCash | @800 50.00\nChange | @800 30.00", "20.00", "cash - change = total"),
        ("Subtotal | @800 50.00\nVAT 20% | @800 10.00", "10.00", "rate x base = tax"),
        ("Nails | @500 2 | @700 3.00 | @900 6.00\nGlue | @500 3 | @700 4.00 | @900 12.00\nTotal | @900 18.00", "18.00",
         "amounts = total"),
    ],
)  # fmt: skip
def test_sums_that_agree(printed_page, sketch, proven, name):
    assert name in proofs(printed_page(sketch))[proven]


def test_nothing_is_proven_by_sums_that_do_not_agree(printed_page):
    assert proofs(printed_page("Subtotal | @800 100.00\nTax | @800 10.00\nTotal | @800 710.00")) == {}
    assert proofs(printed_page("Subtotal | @800 100.00\nTotal | @800 100.00")) == {}


CENTS = st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100)


@given(CENTS, CENTS, CENTS)
def test_a_confirmed_sum_stands_in_print(printed_page, subtotal, tax, total):
    printed = {f"{value:.2f}" for value in (subtotal, tax, total)}
    found = proofs(printed_page(f"Subtotal | @800 {subtotal:.2f}\nTax | @800 {tax:.2f}\nTotal | @800 {total:.2f}"))
    assert set(found) <= printed
    assert bool(found) == (subtotal + tax == total)


def test_of_two_totals_the_one_that_agrees_is_given(printed_page):
    page = printed_page("Total | @800 140.00\nSubtotal | @800 100.00\nTax | @800 10.00\nTotal | @800 110.00")
    found = extract(page, {"total": NUMBER})
    assert found.value == {"total": 110}
    assert found.evidence["total"].checked == ("subtotal + tax = total",)


def test_of_several_subtotals_the_one_of_the_whole(printed_page):
    page = printed_page("Subtotal | @800 20.00\nSubtotal | @800 13.50\nSubtotal | @800 33.50\nTotal | @800 33.50")
    assert named(page, "subtotal") == {"subtotal": "33.50"}


def test_of_taxes_at_several_rates_none_is_the_tax(printed_page):
    page = printed_page("VAT 5% | @800 5.00\nVAT 20% | @800 41.00\nTotal | @800 300.00")
    assert named(page, "tax") == {"tax": None}


@pytest.mark.parametrize(
    ("key", "printed", "holds"),
    [
        ("iban", "GB29 NWBK 6016 1331 9268 19", True),
        ("iban", "GB29 NWBK 6016 1331 9268 18", False),
        ("tax_id", "DE 136 695 976", True),
        ("tax_id", "DE136695977", False),
        ("tax_id", "GB 980 7806 84", True),
        ("tax_id", "CHE-107.787.577 MWST", True),
        ("tax_id", "91110000600037341L", True),
        ("tax_id", "53 004 085 616", True),
        ("item_code", "4006381333931", True),
        ("id_number", "11010519491231002X", True),
        ("id_number", "110105194912310021", False),
        ("card_number", "4539 1488 0343 6467", True),
        ("card_number", "4539 1488 0343 6468", False),
    ],
)
def test_check_digits(key, printed, holds):
    verdict = check_digits(key, printed)
    assert verdict is not None
    assert verdict.holds == holds


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        ("account", "12345"),
        ("iban", "DE** **** 1234"),
        ("tax_id", "12-345"),
        ("item_code", "4006381333932"),
        ("total", "1"),
    ],
)
def test_numbers_of_other_forms_are_not_judged(key, printed):
    assert check_digits(key, printed) is None


def test_an_account_number_that_fails_is_not_given(printed_page):
    assert named(printed_page("IBAN: GB29 NWBK 6016 1331 9268 18"), "iban") == {"iban": None}
    found = extract(printed_page("IBAN: GB29 NWBK 6016 1331 9268 19"), {"iban": TEXT})
    assert found.evidence["iban"].checked == ("iban check digits",)


def test_of_two_numbers_the_one_that_holds_comes_first(printed_page):
    page = printed_page("VAT No: DE136695977\nVAT No: DE136695976")
    assert named(page, "vat_number") == {"vat_number": "DE136695976"}
    doubted = extract(printed_page("VAT No: DE136695977"), {"vat_number": TEXT})
    assert doubted.value == {"vat_number": "DE136695977"}
    assert doubted.evidence["vat_number"].score < 0.6


def calls_of(work, file):
    """How often `work` calls functions of `file`, a count of its steps that is the same on any machine."""
    calls = 0

    def count(frame, event, _argument):
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.endswith(file)

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_a_page_full_of_sums_takes_no_more_steps_than_a_fuller_one(printed_page):
    names = ("Subtotal", "Tax", "Shipping", "Discount", "Rounding", "Tip", "Service charge", "Total", "Amount due")

    def steps(times):
        rows = [
            f"{name} | @800 {number}.{place:02d}" for number in range(times) for place, name in enumerate(names, 11)
        ]
        wide = " | ".join(f"{number}.00" for number in range(200))
        page = printed_page("\n".join([*rows, wide, wide, wide]))
        return calls_of(lambda: proofs(page), "arithmetic.py")

    assert steps(12) <= 1.1 * steps(6)
