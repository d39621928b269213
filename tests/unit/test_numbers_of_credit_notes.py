"""A credit note has a number of its own and names the invoice that it corrects: neither is given for the other."""

import pytest
from schemas import named

NOTES = [
    ("Credit memo no. C-17", "Original invoice | @900 R-2024-31"),
    ("Gutschrift Nr.: C-17", "Zur Rechnung Nr. R-2024-31"),
    ("Avoir n° : C-17", "Facture d'origine : R-2024-31"),
    ("Nota de crédito nº: C-17", "Factura rectificada: R-2024-31"),
    ("Nota di credito n. C-17", "Fattura di riferimento: R-2024-31"),
    ("Creditnotanummer: C-17", "Oorspronkelijke factuur: R-2024-31"),
    ("No. Nota Kredit: C-17", "Atas Faktur No.: R-2024-31"),
    ("貸項通知單號：C-17", "原發票號碼：R-2024-31"),
]


@pytest.mark.parametrize(("own", "original"), NOTES)
def test_each_property_gets_its_own_number(printed_page, own, original):
    page = printed_page(f"Vale Ltd\n{own}\n{original}\nTotal | @900 20.00")
    expected = {"credit_note_number": "C-17", "invoice_number": "R-2024-31", "original_invoice_number": "R-2024-31"}
    assert named(page, *expected) == expected


def test_a_plain_number_of_an_invoice_comes_before_that_of_the_corrected_one(printed_page):
    page = printed_page("Vale Ltd\nInvoice no: R-88\nOriginal invoice: R-31")
    assert named(page, "invoice_number") == {"invoice_number": "R-88"}


def test_the_number_of_any_paper_is_not_that_of_the_invoice_it_corrects(printed_page):
    page = printed_page("Vale Ltd\nDocument no: D-5\nOriginal invoice: R-31")
    assert named(page, "invoice_number", "document_number") == {"invoice_number": "R-31", "document_number": "D-5"}


def test_an_invoices_number_is_not_that_of_the_credit_note(printed_page):
    page = printed_page("Credit note\nVale Ltd\nInvoice no: R-88\nTotal | @900 20.00")
    assert named(page, "credit_note_number") == {"credit_note_number": None}


def test_a_letter_is_about_the_invoice_that_its_sentence_names(printed_page):
    page = printed_page("編號：77120\n親愛的客戶：\n貴公司發票20415金額5,100元尚未付清。\n敬祝 商祺")
    assert named(page, "發票號碼") == {"發票號碼": "20415"}
