"""Lines below the goods that settle their sum are no goods, and goods with a name and an amount alone are."""

import pytest
from schemas import NUMBER, TEXT, fields, object_of

WIDE = "Description | @500 Qty | @700 Unit price | @900 Amount\n"
WIDE += "Grey slate | @500 4 | @700 12.00 | @900 48.00\nMortar | @500 2 | @700 6.00 | @900 12.00\n"
NARROW = "Description | @900 Amount\nGrey slate | @900 48.00\nMortar | @900 12.00\n"


def goods(page):
    row = object_of(description=TEXT, amount=NUMBER)
    return [one["description"] for one in fields(page, items={"type": "array", "items": row})["items"]]


@pytest.mark.parametrize("head", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("settled", "left"),
    [
        ("Laid aside in March | @900 15.00", "Balance due | @900 45.00"),
        ("Already handed over | @900 15.00", "Total | @900 45.00"),
        ("Deposit | @900 15.00", "Amount due | @900 45.00"),
        (
            "Subtotal | @900 60.00\nTax | @900 6.00\nTotal | @900 66.00\nFrom the fund | @900 16.00",
            "To pay | @900 50.00",
        ),
        ("Insurance pays | @900 40.00", "Your part | @900 20.00"),
    ],
)
def test_what_the_sum_below_takes_off_is_no_row(printed_page, head, settled, left):
    assert goods(printed_page(f"{head}{settled}\n{left}")) == ["Grey slate", "Mortar"]


@pytest.mark.parametrize("head", [WIDE, NARROW])
@pytest.mark.parametrize(
    "words",
    [
        "Voucher redeemed",
        "Gutschein eingelöst",
        "Carte cadeau",
        "Cubierto por el seguro",
        "Carta regalo",
        "Pago pelo seguro",
        "Waardebon",
        "Karta podarunkowa",
        "Baucar ditebus",
        "Poin ditukar",
        "商品券",
        "医保支付",
        "Deposit",
    ],
)
def test_a_payment_below_zero_is_no_row_in_any_language(printed_page, head, words):
    assert goods(printed_page(f"{head}{words} | @900 -10.00\nTotal | @900 50.00")) == ["Grey slate", "Mortar"]


def test_a_name_and_an_amount_below_zero_under_counted_goods_is_no_row(printed_page):
    page = printed_page(f"{WIDE}Friends of the house | @900 -10.00\nTotal | @900 50.00")
    assert goods(page) == ["Grey slate", "Mortar"]


@pytest.mark.parametrize("head", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["Delivery to the kerb", "Gift card", "Sand, by the bag"])
def test_what_the_sum_below_adds_is_a_row(printed_page, head, name):
    assert goods(printed_page(f"{head}{name} | @900 7.00\nTotal | @900 67.00")) == ["Grey slate", "Mortar", name]


def test_a_return_among_amounts_alone_is_a_row(printed_page):
    assert goods(printed_page(f"{NARROW}Return of two pallets | @900 -9.00\nTotal | @900 51.00"))[-1] == (
        "Return of two pallets"
    )
