"""A whole receipt, and pages that only look like one."""

from schemas import NUMBER, TEXT, fields, named, object_of

from server.fields.extraction import answer_named
from server.fields.pairs import extract_pairs

RECEIPT = """
MAPLE & SONS
TRADING SDN. BHD.
(123456-K)
NO.7 & 9, JALAN CONTOH 3/2,
TAMAN CONTOH,
81100 JOHOR BAHRU, JOHOR
TEL: 07-355 0000 | FAX: 07-355 0001
GST ID : 000111222333
TAX INVOICE
Doc No | CS00012 | Date: 22/12/2017
Cashier | ALI | Time: 14:03:10
Item | @500 Qty | @700 Price | @900 Amount
9556640001111 | @500 2 | @700 1.50 | @900 3.00
BLUE PEN
9556640002222 | @500 1 | @700 12.75 | @900 12.75
RED BOX
Total Qty: | @500 3 | @900 15.75
Sub Total | @900 14.86
Total GST | @900 0.89
Rounding | @900 0.05
Total Sales (Inclusive of GST) : | @900 15.80
CASH : | @900 20.00
Change : | @900 4.20
GST SUMMARY
Tax Code | @500 Amt (RM) | @900 Tax (RM)
SR | @500 14.86 | @900 0.89
Total : | @500 14.86 | @900 0.89
THANK YOU PLEASE COME AGAIN
"""


def test_a_receipt(printed_page):
    page = printed_page(RECEIPT)
    assert named(
        page, "company", "date", "address", "total", "cashier", "time", "phone", "fax", "doc_no", "website"
    ) == {
        "company": "MAPLE & SONS TRADING SDN. BHD.",
        "date": "22/12/2017",
        "address": "NO.7 & 9, JALAN CONTOH 3/2, TAMAN CONTOH, 81100 JOHOR BAHRU, JOHOR",
        "total": "15.80",
        "cashier": "ALI",
        "time": "14:03:10",
        "phone": "07-355 0000",
        "fax": "07-355 0001",
        "doc_no": "CS00012",
        "website": None,
    }
    numbers = fields(page, subtotal=NUMBER, tax=NUMBER, rounding=NUMBER, cash=NUMBER, change=NUMBER, discount=NUMBER)
    assert numbers == {
        "subtotal": 14.86, "tax": 0.89, "rounding": 0.05, "cash": 20, "change": 4.2, "discount": None,
    }  # fmt: skip


def test_the_goods_of_a_receipt_whose_names_stand_below_their_numbers(printed_page):
    item = {
        "type": "object",
        "properties": {"description": TEXT, "qty": {"type": "integer"}, "price": NUMBER, "amount": NUMBER},
    }
    assert fields(printed_page(RECEIPT), items={"type": "array", "items": item})["items"] == [
        {"description": "BLUE PEN", "qty": 2, "price": 1.5, "amount": 3},
        {"description": "RED BOX", "qty": 1, "price": 12.75, "amount": 12.75},
    ]


def test_goods_without_heads_and_with_details_below(printed_page):
    page = printed_page("""
CORNER MART
12 Example Road, Sampletown ST4 7AB
Tel: 01632 960112
101 GREEN TEA LEAVES | @900 RM7.00
02 X RM 3.50
102 WHOLE WHEAT BREAD | @900 RM4.20
TOTAL RM | @900 11.20
""")
    item = {"type": "object", "properties": {"name": TEXT, "quantity": NUMBER, "unit_price": NUMBER, "total": NUMBER}}
    assert fields(page, products={"type": "array", "items": item}, total=NUMBER) == {
        "products": [
            {"name": "101 GREEN TEA LEAVES", "quantity": 2, "unit_price": 3.5, "total": 7},
            {"name": "102 WHOLE WHEAT BREAD", "quantity": None, "unit_price": None, "total": 4.2},
        ],
        "total": 11.2,
    }


def test_a_letter_shows_none_of_it(printed_page):
    page = printed_page("""
Dear Sir,
We are pleased to inform you that total compliance was achieved.
The company policy applies to the name of the school.
Please change the date at your convenience, and tell the cashier to be on time.
Yours sincerely
""")
    names = (
        "total",
        "company",
        "date",
        "address",
        "name",
        "invoice_number",
        "change",
        "phone",
        "cashier",
        "tax",
        "time",
    )
    assert named(page, *names) == dict.fromkeys(names)


def test_an_empty_page_shows_nothing(printed_page):
    page = printed_page("")
    assert named(page, "total", "company", "items") == {"total": None, "company": None, "items": None}
    assert extract_pairs([page]) == {}
    assert extract_pairs([]) == {}
    assert answer_named([], ["a"]).value == {"a": None}


def test_a_count_belongs_to_the_goods_whose_sum_it_makes_and_sums_end_the_goods_in_any_language(printed_page):
    page = printed_page(
        "Hofladen Brenner\nKartoffeln | @500 4,95 A\n2 x 3,49\nEier Freiland | @500 6,98 A\nHonig | @500 7,20 A\n"
        "-4 x 0,25\nPfand | @500 -1,00 A\nSUMME EUR | @500 18,13\nBAR | @500 20,00\nRÜCKGELD | @500 1,87"
    )
    goods = {"type": "array", "items": object_of(name=TEXT, quantity=NUMBER, price=NUMBER)}
    rows = [tuple(row.values()) for row in fields(page, items=goods)["items"]]
    assert rows == [("Kartoffeln", None, 4.95), ("Eier Freiland", 2, 3.49), ("Honig", None, 7.2), ("Pfand", -4, 0.25)]
