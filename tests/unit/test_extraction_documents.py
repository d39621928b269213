"""Invoices, forms and other whole documents, as the recogniser would give them."""

from schemas import DATE, NUMBER, TEXT, fields, named

from server.fields.extraction import answer_fields
from server.fields.pairs import extract_pairs
from server.fields.schema.shapes import compile_schema

INVOICE = """
ACME Widgets Ltd
12 High Street, London SW1A 1AA
Tel: 020 7946 0958
INVOICE
Invoice Number: INV-2024-0042 | @900 Date: 03/04/2024
Due Date: 25/05/2024 | @900 PO Number: 7781
Bill To:
Globex Corporation
45 Park Avenue
New York, NY 10022
Description | @700 Qty | @900 Unit Price | @1200 Amount
Blue widget | @700 2 | @900 10.00 | @1200 20.00
Red widget, large | @700 1 | @900 1,250.50 | @1200 1,250.50
@900 Subtotal | @1200 1,270.50
@900 VAT (20%) | @1200 254.10
@900 Total Due | @1200 £1,524.60
"""


def test_an_invoice_with_nested_objects_and_references(printed_page):
    party = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "address": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["name", "address"],
    }
    schema = {
        "type": "object",
        "properties": {
            "invoice": {
                "type": "object",
                "properties": {"number": {"type": "string"}, "date": {"type": "string", "format": "date"}},
                "required": ["number", "date"],
            },
            "seller": {"$ref": "#/$defs/Party"},
            "buyer": {"$ref": "#/$defs/Party"},
            "totals": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"subtotal": NUMBER, "tax": NUMBER, "total": NUMBER, "currency": TEXT},
                    },
                    {"type": "null"},
                ]
            },
            "lineItems": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "description": {"type": "string"},
                        "quantity": {"type": "integer"},
                        "unitPrice": {"type": "number"},
                        "amount": {"type": "number"},
                    },
                    "required": ["description", "quantity", "unitPrice", "amount"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["invoice", "seller", "buyer", "totals", "lineItems"],
        "$defs": {"Party": party},
    }
    extraction = answer_fields([printed_page(INVOICE)], compile_schema(schema, path="s"))
    assert extraction.value == {
        "invoice": {"number": "INV-2024-0042", "date": "2024-04-03"},
        "seller": {"name": "ACME Widgets Ltd", "address": "12 High Street, London SW1A 1AA"},
        "buyer": {"name": "Globex Corporation", "address": "45 Park Avenue New York, NY 10022"},
        "totals": {"subtotal": 1270.5, "tax": 254.1, "total": 1524.6, "currency": "£"},
        "lineItems": [
            {"description": "Blue widget", "quantity": 2, "unitPrice": 10, "amount": 20},
            {"description": "Red widget, large", "quantity": 1, "unitPrice": 1250.5, "amount": 1250.5},
        ],
    }
    evidence = extraction.evidence["invoice.number"]
    assert (evidence.page, [line.text for line in evidence.lines]) == (0, ["Invoice Number: INV-2024-0042"])
    assert 0 < evidence.score <= 1
    assert "lineItems[1].description" in extraction.evidence


def test_flat_names_for_two_parties(printed_page):
    page = printed_page(INVOICE)
    assert named(page, "seller_name", "customer_name", "buyerAddress", "due_date", "po_number", "vat_rate", "iban") == {
        "seller_name": "ACME Widgets Ltd",
        "customer_name": "Globex Corporation",
        "buyerAddress": "45 Park Avenue New York, NY 10022",
        "due_date": "25/05/2024",
        "po_number": "7781",
        "vat_rate": "20%",
        "iban": None,
    }


def test_a_form_with_labels_above_values(printed_page):
    page = printed_page("""
APPLICATION FORM
Full name | @500 Date of birth | @900 Nationality
Jane Q. Doe | @500 12/25/1990 | @900 Canadian
Address | @900 Phone
12 Maple Road, Springfield | @900 (555) 010-7788
Email: jane@example.com
Smoker: | @300 ☐ Yes | @500 ☑ No
Member: Yes
Signature date: 13 Jan 2020
""")
    flag = {"type": ["boolean", "null"]}
    assert fields(page, full_name=TEXT, date_of_birth=DATE, nationality=TEXT, address=TEXT, phone=TEXT, email=TEXT,
                  smoker=flag, member=flag, married=flag, signature_date=DATE, company=TEXT) == {
        "full_name": "Jane Q. Doe", "date_of_birth": "1990-12-25", "nationality": "Canadian",
        "address": "12 Maple Road, Springfield", "phone": "(555) 010-7788", "email": "jane@example.com",
        "smoker": False, "member": True, "married": None, "signature_date": "2020-01-13", "company": None,
    }  # fmt: skip


def test_two_columns_of_labels_and_values(printed_page):
    page = printed_page("""
Order Confirmation
Order No | @400 A-10023 | @900 Customer | @1200 John Smith
Status | @400 Shipped | @900 Ship date | @1200 2024-02-30
Weight (kg) | @400 1.234,56 | @900 Paid | @1200 Yes
""")
    assert fields(page, order_number=TEXT, customer=TEXT, ship_date=DATE, weight=NUMBER, paid={"type": "boolean"},
                  status={"enum": ["pending", "shipped"]}) == {
        "order_number": "A-10023", "customer": "John Smith", "ship_date": None, "weight": 1234.56, "paid": True,
        "status": "shipped",
    }  # fmt: skip


def test_labels_in_two_languages(printed_page):
    page = printed_page("""
Surname / Nom
ERIKSSON
Given names / Prénoms
ANNA MARIA
Nationality | @500 Date of birth | @900 Sex
UTOPIAN | @500 12 AUG 1974 | @900 F
姓名 Name: 李样例
Passport No. L898902C3
""")
    assert fields(page, surname=TEXT, given_names=TEXT, sex=TEXT, passport_number=TEXT, birth_date=DATE, 姓名=TEXT) == {
        "surname": "ERIKSSON", "given_names": "ANNA MARIA", "sex": "F", "passport_number": "L898902C3",
        "birth_date": "1974-08-12", "姓名": "李样例",
    }  # fmt: skip


def test_pairs(printed_page):
    assert extract_pairs([printed_page(INVOICE)]) == {
        "Tel": "020 7946 0958",
        "Invoice Number": "INV-2024-0042",
        "Date": "03/04/2024",
        "Due Date": "25/05/2024",
        "PO Number": "7781",
        "Bill To": "Globex Corporation",
        "Subtotal": "1,270.50",
        "VAT": "254.10",
        "Total Due": "£1,524.60",
    }


def test_pairs_of_unknown_labels_and_of_chinese(printed_page):
    page = printed_page("""
Colour: green | Shelf 4: low
10:20 | https://a.example
姓名张样本
Batch: | @400 77-A
Colour: red
""")
    assert extract_pairs([page]) == {"Colour": "green", "Shelf 4": "low", "姓名": "张样本", "Batch": "77-A"}


def test_values_from_several_pages(printed_page):
    pages = [printed_page("ACME LTD\n1 High Street, AB1 2CD\nInvoice No: 17"), printed_page("Total: 9.50", page=1)]
    schema = {"type": "object", "properties": {"company": TEXT, "invoice_no": TEXT, "total": NUMBER}}
    extraction = answer_fields(pages, compile_schema(schema, path="s"))
    assert extraction.value == {"company": "ACME LTD", "invoice_no": "17", "total": 9.5}
    assert extraction.evidence["total"].page == 1
