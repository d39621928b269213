"""Invoices as companies print them: VAT numbers, sums in columns, titles with numbers, windows, forms of parties."""

from dataclasses import replace

import pytest
from schemas import fields, named, value_of

from server.fields.layout.due_dates import due_dates
from server.fields.layout.money_of_page import account_values, currency_in
from server.fields.layout.numbered_titles import title_dates, title_numbers
from server.fields.parties.blocks import Part
from server.fields.parties.values import mended_form, party_values
from server.fields.parties.vat_numbers import asks_for_vat, vat_numbers
from server.fields.print.dates import is_month_first
from server.fields.print.page_view import PageView
from server.fields.words.party_words import party_headings, party_names

NUMBER = {"type": ["number", "null"]}
BODY = (
    "\n\n@60 Rechnung 12\n\n@60 Menge | @300 Artikel | @900 Betrag\n@60 2 | @300 Zange | @900 40,00\n"
    "@60 1 | @300 Säge | @900 19,50\n\n@300 Summe | @900 59,50\n\n@60 Vielen Dank für Ihren Auftrag."
)
BREAKDOWN = "@60 Net amount | @400 VAT amount | @700 VAT % | @900 Total\n"
WHOLE = "@60 -29.00 | @400 -4.43 | @900 -33.43"
ROW = "@60 100.00 | @400 19.00 | @700 19.0 | @900 119.00"


def sums(page):
    return fields(page, subtotal=NUMBER, tax=NUMBER, total=NUMBER)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (ROW, (100.0, 19.0, 119.0)),
        (
            f"{ROW}\n@60 50.00 | @400 3.50 | @700 7.0 | @900 53.50\n@60 150.00 | @400 22.50 | @900 172.50",
            (150.0, 22.50, 172.50),
        ),
        (
            "@60 -20.00 | @400 -3.80 | @900 -23.80\n@60 -9.00 | @400 -0.63 | @900 -9.63\n" + WHOLE,
            (-29.0, -4.43, -33.43),
        ),
    ],
)
def test_sums_in_columns_by_the_row_of_the_whole(printed_page, rows, expected):
    page = printed_page(f"Kestrel Tools Ltd\n4 Canal Walk\nHull HU1 2AB\n\nINVOICE 77\n\n{BREAKDOWN}{rows}")
    found = sums(page)
    assert (found["subtotal"], found["tax"], found["total"]) == expected


def test_no_part_of_a_breakdown_is_taken_for_the_whole(printed_page):
    page = printed_page(
        f"Kestrel Tools Ltd\n\nINVOICE 77\n\n{BREAKDOWN}{ROW}\n@60 50.00 | @400 3.50 | @700 7.0 | @900 53.50"
    )
    found = sums(page)
    assert found["tax"] not in (19.0, 3.5)
    assert found["subtotal"] not in (100.0, 50.0)


def test_a_tax_in_brackets_is_not_the_tax(printed_page):
    page = printed_page(
        "Rechnung 77\n\nSumme netto (excl. USt.) | @700 80,00\nUmsatzsteuer 19 % | @700 15,20\n"
        "Summe brutto (inkl. USt.) | @700 95,20"
    )
    assert value_of(page, NUMBER, "tax") == 15.20


def test_one_of_several_taxes_is_not_the_tax(printed_page):
    page = printed_page(
        "Rechnung 77\n\nSumme netto | @700 80,00\nBasis USt. 7% | @500 40,00 | @700 2,80\n"
        "Basis USt. 19% | @500 40,00 | @700 7,60\nSumme brutto | @700 90,40"
    )
    assert value_of(page, NUMBER, "tax") is None


def test_the_total_of_the_taxes_comes_before_each_of_them(printed_page):
    page = printed_page(
        "FACTURE 77\n\nTVA 20,0% | @500 50,00 € | @700 10,00 €\nTVA 5,5% | @500 100,00 € | @700 5,50 €\n"
        "Total HT | @700 150,00 €\nTotal taxes | @700 15,50 €\nTotal TTC | @700 165,50 €"
    )
    assert sums(page) == {"subtotal": 150.0, "tax": 15.5, "total": 165.5}


def test_a_net_total_is_no_total_where_a_tax_makes_another(printed_page):
    page = printed_page("INVOICE 77\n\nNet Total | @700 40.00\nTax | @700 8.00\nGross Total | @700 48.00")
    assert sums(page) == {"subtotal": 40.0, "tax": 8.0, "total": 48.0}


def test_a_total_behind_the_table_of_taxes(printed_page):
    page = printed_page(
        "INVOICE 77\n\nNet Total | @700 40.00\nTax Summary\nStandard 20 % | @500 40.00 | @700 8.00\n"
        "Tax Total | @700 8.00\nGrand Total | @700 48.00"
    )
    assert value_of(page, NUMBER) == 48.0


def test_the_total_before_a_payment_that_has_no_name(printed_page):
    page = printed_page(
        "FACTURE 77\n\nTotal HT | @700 50,00 €\nTotal taxes | @700 10,00 €\nTotal TTC | @700 60,00 €\n"
        "Virement | @300 05/11/2024 | @500 20,00 €\nSolde à payer | @700 40,00 €"
    )
    assert value_of(page, NUMBER) == 60.0


@pytest.mark.parametrize(
    ("print_of_numbers", "seller", "buyer"),
    [
        ("VAT no. GB 980 7806 84", "GB 980 7806 84", None),
        ("USt-IdNr. DE136695976\nIhre USt-IdNr.: DE123456788", "DE136695976", "DE123456788"),
        ("TVA: FR83404833048 - SIRET 40483304800022\nN° TVA client | FR40303265045", "FR83404833048", "FR40303265045"),
        ("BTW NL 8234.44.221.B01\nUw BTW nummer: NL004495445B01", "NL 8234.44.221.B01", "NL004495445B01"),
    ],
)
def test_vat_numbers_of_both_parties(printed_page, print_of_numbers, seller, buyer):
    page = printed_page(f"Kestrel Tools\n\nINVOICE 77\n\n{print_of_numbers}\nSteuernummer: 12/345/67890")
    found = named(page, "seller_vat_number", "buyer_vat_number")
    assert found == {"seller_vat_number": seller, "buyer_vat_number": buyer}


def test_a_vat_number_in_the_part_of_a_third_party_is_nobodys(printed_page):
    page = printed_page(
        "Verkäufer:\nFalke GmbH\nHafenweg 1\n20457 Hamburg\nUSt-IdNr. DE136695976\n\nKäufer:\nHuber KG\nLindenallee 7\n"
        "80331 München\n\nBevollmächtigter des Verkäufers:\nOtto AG\nAm Markt 2\n60311 Frankfurt\nUSt-IdNr. DE811128135"
    )
    assert named(page, "seller_vat_number", "buyer_vat_number") == {
        "seller_vat_number": "DE136695976", "buyer_vat_number": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE30507500940000048567",
        "Order 123456789",
        "DE123456789",
        "Customer in DE123456789",
        "Industry code: DE123456789",
        "Private DE123456789",
        "August DE123456789",
        "St. Martin DE123456789",
    ],
)
def test_what_is_no_vat_number(printed_page, text):
    assert vat_numbers(PageView.of([printed_page(text)]), lambda _: None) == []


@pytest.mark.parametrize(
    "text", ["Gießerei Groß, USt-IdNr. DE123456789", "VAT_NO: DE123456789", "UStIdNr DE123456789", "ust_id DE123456789"]
)
def test_the_name_of_the_tax_may_be_written_in_many_ways(printed_page, text):
    (found,) = vat_numbers(PageView.of([printed_page(text)]), lambda _: None)
    assert found.text == "DE123456789"


def test_a_label_above_a_vat_number_is_no_part_of_a_third_party(printed_page):
    page = printed_page("Falke GmbH\n20457 Hamburg\nINVOICE 77\n\nVAT_number:\nDE136695976")
    assert named(page, "seller_vat_number") == {"seller_vat_number": "DE136695976"}


@pytest.mark.parametrize("scale", [0.1, 1.0, 4.0])
def test_the_label_of_another_column_is_none_of_a_number_on_pages_of_any_size(printed_page, scale):
    page = printed_page("INVOICE 77\n\nOur VAT no | @350 Region\n@350 DE123456789")
    lines = tuple(replace(line, box=tuple((x * scale, y * scale) for x, y in line.box)) for line in page.lines)
    found = vat_numbers(PageView.of([replace(page, lines=lines)]), lambda _: None)
    assert found == []


def test_which_properties_ask_for_a_vat_number():
    assert not asks_for_vat(["customertaxid", "industrycode", "privatetaxid"])
    assert asks_for_vat(["sellervatnumber"])
    assert asks_for_vat(["ustidnr"])
    assert not asks_for_vat(["taxid", "steuernummer"])


@pytest.mark.parametrize(
    ("title", "number", "date"),
    [
        ("Handelsrechnung Nr. R18-31 vom 03.10.2024", "R18-31", "03.10.2024"),
        ("Facture n°562044 du 02 juillet 2024", "562044", "02 juillet 2024"),
        ("Invoice # RE-2024/499", "RE-2024/499", None),
        ("Handelsrechnung (380) Nr. 123 vom 03.06.2025", "123", "03.06.2025"),
        ("Hamburg, den 5.11.2024", None, "5.11.2024"),
        ("Lieferschein Nr. 4711", None, None),
        ("Rechnung vom 03.10.2024", None, None),
    ],
)
def test_numbers_and_dates_in_titles(printed_page, title, number, date):
    view = PageView.of([printed_page(title)])
    assert next((found.text for found in title_numbers(view)), None) == number
    assert next((found.text for found in title_dates(view)), None) == date


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Zahlbar innerhalb 30 Tagen netto bis 04.04.2024, 3% Skonto innerhalb 10 Tagen bis 15.03.2024", "04.04.2024"),
        ("Please remit until 2024-12-12.", "2024-12-12"),
        ("À payer avant le 31/01/2024", "31/01/2024"),
        ("Il pagamento va effettuato entro il 31/01/2024", "31/01/2024"),
        ("Te betalen uiterlijk 31-01-2024", "31-01-2024"),
        ("Zahlbar mit 2% Skonto bis 14.11.2024", None),
        ("Delivered on 31/01/2024", None),
    ],
)
def test_due_dates_in_sentences(printed_page, sentence, date):
    view = PageView.of([printed_page(sentence)])
    assert next((found.text for found in due_dates(view)), None) == date


def test_the_currency_of_most_sums(printed_page):
    page = printed_page("Mo.-Fr. 08.30 - 12.30 Uhr\nBeitrag | @500 50,00 €\nSteuer | @500 9,50 €\nSumme | @500 59,50 €")
    assert named(page, "currency") == {"currency": "€"}


def test_the_currency_that_the_words_of_a_page_name(printed_page):
    page = printed_page("RECHNUNG\nBeträge in | @500 EUR\nSumme | @500 59,50")
    assert named(page, "currency") == {"currency": "EUR"}


def test_a_currency_is_no_sum():
    assert currency_in("632.00EUR") == "EUR"
    assert currency_in("EUR") == "EUR"
    assert currency_in("632.00") is None
    assert currency_in("EURO (EUR)") == "EUR"


def test_the_only_account_number_of_a_page(printed_page):
    page = printed_page("Überweisen Sie bitte auf das Konto DE89 3704 0044 0532 0130 00, BIC COBADEFF")
    assert [found.text for found in account_values(PageView.of([page]))] == ["DE89 3704 0044 0532 0130 00"]


def test_a_window_with_blank_lines_below_a_senders_line_without_signs(printed_page):
    page = printed_page(
        "@60 Falke Werkzeuge GmbH Hafenweg 1 20457 Hamburg\n@60 Theo Est\n\n@60 Bahnstr. 42\n\n@60 88802 Spielkreis\n"
        f"{BODY}"
    )
    assert named(page, "seller_name", "buyer_name", "buyer_address") == {
        "seller_name": "Falke Werkzeuge GmbH", "buyer_name": "Theo Est",
        "buyer_address": "Bahnstr. 42 88802 Spielkreis",
    }  # fmt: skip


def test_the_only_address_of_a_letter_is_whom_it_greets(printed_page):
    page = printed_page(
        "Huber AG\nLindenallee 7\n80331 München\n\nInvoice R-77\nInvoice Date 31.12.2024\n\nDear customer,\n\n"
        "Total | 50.00"
    )
    assert named(page, "buyer_name", "seller_name") == {"buyer_name": "Huber AG", "seller_name": None}


@pytest.mark.parametrize("number", ["GLN 4333741000005", "Global number: 4000001123452 (GTIN)", "Number | : 75969813"])
def test_a_number_below_a_heading_is_no_name(printed_page, number):
    page = printed_page(
        f"Seller/Sender:\n{number}\nFalke GmbH\n\nHafenweg 1\n20457 Hamburg\n\nBuyer/Recipient:\nHuber KG\n"
        "Lindenallee 7\n80331 München"
    )
    assert named(page, "seller_name", "buyer_name") == {"seller_name": "Falke GmbH", "buyer_name": "Huber KG"}


def test_a_party_printed_as_a_form(printed_page):
    page = printed_page(
        "@60 Käufer\n@60 Nummer: | @600 16259\n@60 Name: | @600 Huber KG\n@60 Anschrift: | @600 Lindenallee 7\n"
        "@600 80331 München\n@60 Telefon: | @600 +49 89 1234567"
    )
    assert named(page, "buyer_name", "buyer_address") == {
        "buyer_name": "Huber KG", "buyer_address": "Lindenallee 7 80331 München",
    }  # fmt: skip


def test_a_number_of_a_party_is_no_heading(printed_page):
    page = printed_page("Falke GmbH\nHafenweg 1\n20457 Hamburg\n\nCustomer: 2\nYour order AB321\n\nInvoice # 77")
    assert named(page, "buyer_name") == {"buyer_name": None}


def test_a_title_beside_a_logo_is_no_part_of_the_name(printed_page):
    page = printed_page(
        "@60 Orbix | @170 PAYMENT RECEIPT\n25, Hill Street, Leeds LS1 4AB\nTel 0113 496 0000\nTotal | 5.00"
    )
    assert named(page, "company") == {"company": "Orbix"}


def test_a_logo_is_completed_by_the_name_with_its_legal_form(printed_page):
    page = printed_page(
        f"@900 Falkenwerk\n@60 Falkenwerk AG - Uferweg 40 - 63571 Gelnhausen\n\n@60 Huber Ltd\n@60 9 Mill Lane\n"
        f"@60 York YO1 7HH\n{BODY}"
    )
    assert named(page, "seller_name", "buyer_name") == {"seller_name": "Falkenwerk AG", "buyer_name": "Huber Ltd"}


def test_words_of_parties_have_one_source():
    assert party_headings()["billto"] == {"buyer"}
    assert "buyer" in party_names("buyer")
    assert "company" in party_names("seller")
    assert "company" not in party_headings()


def test_a_german_post_code_is_no_american_state():
    assert not is_month_first(["DE 80333 München"])
    assert is_month_first(["Fremont CA 94538"])


def test_an_accent_that_a_recogniser_saw_in_a_place():
    assert mended_form("40170 SETIA ÁLAM") == "40170 SETIA ALAM"
    assert mended_form("Calle Álamo 3, Canadá") == "Calle Álamo 3, Canadá"


def test_a_street_is_no_name(printed_page):
    part = Part.of(list(PageView.of([printed_page("Lindenallee 7\n80331 München")]).cells))
    assert [found.text for found in party_values(part, "company")] == []
