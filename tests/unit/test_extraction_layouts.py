"""How pages print labels, totals, goods and heads, and what is read from each."""

import pytest
from schemas import extract, value_of

from server.fields.extraction import answer_named


def test_an_enumeration_is_answered_by_a_word_of_the_page_only_where_one_choice_alone_shows(printed_page):
    page = printed_page("TAX INVOICE\nACME LTD\n1 High Street, AB1 2CD\nTotal: RM 5.00")
    kinds = {"type": ["string", "null"], "enum": ["invoice", "passport", None]}
    assert value_of(page, kinds, "document_kind") == "invoice"
    assert value_of(page, {"enum": ["invoice", "tax", None]}, "document_kind") is None
    assert value_of(page, {"enum": ["MYR", "USD"]}, "currency") == "MYR"
    assert value_of(page, {"enum": ["USD", "EUR", None]}, "currency") is None


@pytest.mark.parametrize(
    ("sketch", "expected"),
    [
        ("Total (Inclusive of GST): | @700 23.26\nRounding Adj: | @700 -0.01\nTOTAL: | @700 23.25", "23.25"),
        (
            (
                "Total | @700 8.70\nRound Adj | @700 0.00\nFinal Total | @700 8.70\nCASH | @700 10.00\n"
                "CHANGE | @700 1.30"
            ),
            "8.70",
        ),
        ("Total Amount: $8.20\nNett Total: $8.20\nCASH | @700 $10.00\nChange | @700 $1.80", "$8.20"),
        ("SUB TOTAL | @700 6.00\nTOTAL QTY | @700 1\nTOTAL GST | @700 0.40\nCASH | @700 50.00", None),
        ("Tatal Sales : | @700 32.70\nTotal Savings | @700 3.00\nTotal Discount | @700 2.00", "32.70"),
        ("Item 3 | @300 Total with GST | @700 41.48\nTotal Saving | @300 0.00 | @500 Total | @700 41.50", "41.50"),
        ("Total SV : 10.56\nTotal litres | @700 22.73", None),
        ("Total 1.234,56 €", "1.234,56 €"),
        ("TOTAL\n@50 RM 12.00", "RM 12.00"),
        ("应付金额：￥８８.００\n合计：￥９０.００\n优惠：2.00", "￥８８.００"),
        ("Amount due: USD 1,200", "USD 1,200"),
    ],
)
def test_the_amount_to_pay(printed_page, sketch, expected):
    assert answer_named([printed_page(sketch)], ["total"]).value == {"total": expected}


@pytest.mark.parametrize(
    ("sketch", "name", "expected"),
    [
        ("Expiry Date: 01/02/2030\nPrinted 03/04/2021 10:00", "date", None),
        ("Expiry Date: 01/02/2030\n05/04/2021 10:00", "date", "05/04/2021"),
        ("Date: 22/12/2017 14:03", "date", "22/12/2017"),
        ("Date: 22/12/2017 14:03", "datetime", "22/12/2017 14:03"),
        ("Due date: 22/12/2017", "date", None),
        ("INV NO: CS-1 | Date : 18/04/2017", "invoice_no", "CS-1"),
        ("INV No.: 1044120 Cashier: Ann", "invoice_no", "1044120"),
        ("INV No.: 1044120 Cashier: Ann", "cashier", "Ann"),
        ("Company Reg No: 12345-X", "company", None),
        ("Customer: Ann Lee | Phone: 555 0100 77", "customer", "Ann Lee"),
        ("Tel: 555 0100 77 Fax: 555 0100 78", "fax", "555 0100 78"),
        ("E-mail: a.b@c.example.org", "email", "a.b@c.example.org"),
        ("Supplies: 7.61", "supplier", None),
        ("Room temperature is stated", "state", None),
        ("Licence No\nAB-1234-Z", "licence_number", "AB-1234-Z"),
        ("lnvoice Numbr: 77-1", "invoice_number", "77-1"),
        ("Name of school: Oak", "name", None),
    ],
)
def test_labels(printed_page, sketch, name, expected):
    assert answer_named([printed_page(sketch)], [name]).value == {name: expected}


def test_a_date_month_first_where_the_page_shows_it(printed_page):
    date = {"type": ["string", "null"], "format": "date"}
    assert value_of(printed_page("Date: 03/04/2021"), date, "date") == "2021-04-03"
    assert value_of(printed_page("Date: 03/04/2021\nDue: 04/25/2021"), date, "date") == "2021-03-04"
    assert value_of(printed_page("Date (MM/DD/YYYY): 03/04/2021"), date, "date") == "2021-03-04"
    assert value_of(printed_page("Date: 31/02/2021"), date, "date") is None


def test_the_company_stands_at_the_top(printed_page):
    page = printed_page("""
31803039
Sushi Q
EDEN PRINT SDN BHD
(894996-D)
Lot No : 20, Level 1, Sample Mall,
No 1, Jalan Contoh, 50480 KL
Tel: 03-62062378
Bill To:
OTHER TRADING SDN BHD
NO 5 JALAN LAIN, 47500 SUBANG
""")
    assert answer_named([page], ["company", "address", "buyer"]).value == {
        "company": "EDEN PRINT SDN BHD",
        "address": "Lot No : 20, Level 1, Sample Mall, No 1, Jalan Contoh, 50480 KL",
        "buyer": "OTHER TRADING SDN BHD",
    }


def goods(page):
    row = {
        "type": "object",
        "properties": {
            "description": {"type": ["string", "null"]},
            "quantity": {"type": ["number", "null"]},
            "unit_price": {"type": ["number", "null"]},
            "amount": {"type": ["number", "null"]},
        },
    }
    items = extract(page, {"items": {"type": "array", "items": row}}).value["items"]
    return [tuple(item.values()) for item in items]


@pytest.mark.parametrize(
    ("sketch", "expected"),
    [
        (
            "1 | @200 MILO ICED | @700 7.45 S\n2 | @200 RICE SET @17.83 | @700 35.66 S\nSubtotal | @700 43.11",
            [("MILO ICED", 1, None, 7.45), ("RICE SET @", 2, 17.83, 35.66)],
        ),
        (
            (
                "PAPER ROLL 10R\n9555227800168 | @400 12.50*2 | @700 25.00 S\nCOFFEE MIX\n"
                "@400 13.90*1 | @700 13.90 S\nTOTAL | @700 38.90"
            ),
            [("PAPER ROLL 10R", 2, 12.5, 25.0), ("COFFEE MIX", 1, 13.9, 13.9)],
        ),
        (
            (
                "ALPHA TAPE | @300 3 | @500 1.20 | @700 3.60\nBETA GLUE | @300 1 | @500 4.00 | @700 4.00\n"
                "Total | @700 7.60"
            ),
            [("ALPHA TAPE", 3, 1.2, 3.6), ("BETA GLUE", 1, 4.0, 4.0)],
        ),
        (
            (
                "Qty | @200 Item | @500 Price | @700 Total\n(RM) | @700 (RM)\n"
                "1 | @200 SPOON | @500 2.00 | @700 2.00 SR\nLARGE STEEL"
            ),
            [("SPOON LARGE STEEL", 1, 2.0, 2.0)],
        ),
        ("Member: Ann\nNo goods here\nTotal | @700 4.00", []),
        ("Description | @500 Amount\nGST Summary | @500 1.00\nSR | @500 2.00", []),
        (
            "Itern Name | @500 Quantlty | @700 Amount\nNAILS | @500 40 | @700 8.00\nTotal 8.00",
            [("NAILS", 40, None, 8.0)],
        ),
    ],
)
def test_goods_in_many_layouts(printed_page, sketch, expected):
    assert goods(printed_page(sketch)) == expected


@pytest.mark.parametrize(
    ("head", "company", "address"),
    [
        (
            (
                "HOME CRAFT HARDWARE &\nELECTRICAL\nNO.113G, JALAN CONTOH\nU13/BG BANDAR CONTOH,\n"
                "40170 CONTOH,\nSELANGOR."
            ),
            "HOME CRAFT HARDWARE & ELECTRICAL",
            "NO.113G, JALAN CONTOH U13/BG BANDAR CONTOH, 40170 CONTOH, SELANGOR.",
        ),
        (
            "AI HUA HARDWARE\nENTERPRISE (CONTOH\nALAM) SDN BHD\n822737-X\nNO. 17-G, JALAN CONTOH\n40170 SHAH ALAM,",
            "AI HUA HARDWARE ENTERPRISE (CONTOH ALAM) SDN BHD",
            "NO. 17-G, JALAN CONTOH 40170 SHAH ALAM,",
        ),
        (
            (
                "RESTORAN WAN (M) SDN.BHD. (519537-X)\nNO 43-45-47G,\nTAMAN CONTOH,\nIPOH, 45600 CONTOH,\n"
                "PAHANG.\n03-3279 1851."
            ),
            "RESTORAN WAN (M) SDN.BHD.",
            "NO 43-45-47G, TAMAN CONTOH, IPOH, 45600 CONTOH, PAHANG.",
        ),
        (
            (
                "WELCOME\nGreen Leaf Ltd\n2nd Floor, 5 Oak Avenue\nLondon N1 2AB\nUnited Kingdom\n"
                "BRANCH SIX\nVAT No 1234"
            ),
            "Green Leaf Ltd",
            "2nd Floor, 5 Oak Avenue London N1 2AB United Kingdom",
        ),
        ("CONTOH OPTICS SDN BHD\n1, JALAN SATU, TAMAN DUA\n81100 JOHOR BAHRU\n1320-TMN BATU\nTEL 07-12345678",
         "CONTOH OPTICS SDN BHD", "1, JALAN SATU, TAMAN DUA 81100 JOHOR BAHRU 1320-TMN BATU"),
        ("THANK YOU\nRECEIPT\n12345\n10.00", None, None),
        ("REPORT OF THE YEAR\nChapter one", None, None),
    ],
)  # fmt: skip
def test_heads_of_receipts(printed_page, head, company, address):
    page = printed_page(head + "\nTAX INVOICE\nTotal | @700 4.00")
    assert answer_named([page], ["company", "address"]).value == {"company": company, "address": address}
