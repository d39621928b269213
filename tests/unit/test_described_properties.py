"""What a description says that a property means: a label that it quotes, or the words that it begins with; no more."""

import pytest
from schemas import NUMBER, TEXT, extract, named

from server.fields.words.phrasings import quoted_labels

BILL = "Bramble Ltd\nInvoice No. | @500 BF-7\nDate | @500 14 March 2024\nCustomer: Elm Ltd\nTotal | @500 60.00"


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Date of the accident",
            "Name of the vessel",
            "Phone of the driver",
            "Warranty expiry as printed on the document",
        ),
        *("The coupon code on this invoice", "Number of the container", "Reservation No.", "The total weight in kg"),
        *("Date when order was shipped: as printed", "Number on which invoices depend"),
        *("Date on which the warranty ends", "Datum des Unfalls", "Nom du navire"),
    ],
)
def test_a_description_means_itself_and_nothing_wider(printed_page, words):
    assert extract(printed_page(BILL), {"field_7": {**TEXT, "description": words}}).value == {"field_7": None}


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("The invoice number, as printed at the top", "BF-7"),
        ("Date of the invoice", "14 March 2024"),
        ("Datum auf der Rechnung", "14 March 2024"),
        ("Name of the customer", "Elm Ltd"),
        ("Rechnungsnummer laut Beleg", "BF-7"),
        ("发票号码", "BF-7"),
    ],
)
def test_a_description_that_begins_with_a_label_means_it(printed_page, words, value):
    assert extract(printed_page(BILL), {"field_7": {**TEXT, "description": words}}).value == {"field_7": value}


@pytest.mark.parametrize(
    "words",
    [
        *("the 'final' sum", "either 'Paid' or 'Open'", "one of: 'Paid', 'Balance'", "not the one labelled 'Balance'"),
        *("Return 'Paid' if nothing is due", "so-called 'Balance'", "nicht unter 'Saldo'"),
    ],
)
def test_words_in_quotation_marks_are_no_label_unless_the_description_says_so(words):
    assert quoted_labels(words) == ()


@pytest.mark.parametrize(
    "words",
    [
        *("labelled 'Saldo'", "in der Spalte „Saldo“", "sous l'intitulé «Saldo»", "'Saldo' column", "'Saldo'"),
        *("junto a 'Saldo'", "标签为「Saldo」", "w polu 'Saldo'", "di sebelah 'Saldo'", "veld 'Saldo'"),
    ],
)
def test_quotations_of_labels(words):
    assert quoted_labels(words) == ("saldo",)


@pytest.mark.parametrize(("net", "gross"), [("Netto excl. btw", "Totaal incl. btw"), ("Razem bez VAT", "Razem z VAT")])
def test_a_net_total_is_no_gross_total(printed_page, net, gross):
    page = printed_page(f"Oak Ltd\n{net} | @900 200,00\n21% | @900 42,00\n{gross} | @900 242,00")
    assert extract(page, {"net_total": NUMBER, "gross_total": NUMBER}).value == {"net_total": 200, "gross_total": 242}


@pytest.mark.parametrize(
    "name", ["student_number", "check_number", "imei", "port_of_loading", "received_by", "vessel_name"]
)
def test_a_narrow_name_takes_no_value_of_a_wider_label(printed_page, name):
    page = printed_page(
        "Oak Ltd\nCustomer No.: 902\nReceipt No.: 77\nSerial No.: SN-4\nDeparture: 3 May 2024\nSigned by: Ana Roe"
    )
    assert named(page, name) == {name: None}
    assert named(printed_page("Oak Ltd\nMatrikelnummer: | @600 48-11"), "student_number") == {"student_number": "48-11"}
