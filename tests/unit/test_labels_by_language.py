"""Labels of twelve languages: the tables themselves, what property names mean, and values found on pages by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import DATE, NUMBER, TEXT, fields, named

from server.fields.print.folding import compact
from server.fields.words.concepts import concepts
from server.fields.words.label_table import LANGUAGES, language_words, meanings, meanings_first
from server.fields.words.language import page_language, page_languages
from server.fields.words.query import known_labels, make_query
from server.fields.words.slips import near_labels

# Concepts that a country or its language does not have: sort codes, China's invoice codes, a middle name, Japan's kana.
_LOCAL = {
    *("sort_code", "invoice_code", "credit_code", "mrz", "card_access_number", "iban"),
    *("middle_name", "maiden_name", "eye_colour", "personal_number", "resident_tax", "name_kana"),
}

# In each language: number, date, due date, buyer, tax number, sums before tax, of tax, with tax, paid and due.
_INVOICES = {
    "de": "Mustermann GmbH\nRechnung an: | @400 Huber AG\n"
    "Rechnungs-Nr.: | @400 RE-17\nRechnungsdatum: | @400 03.04.2024\n"
    "Zahlbar bis: | @400 17.04.2024\nUSt-IdNr.: | @400 DE136695976\nZwischensumme | @900 1.000,00\n"
    "zzgl. MwSt | @900 190,00\nGesamtbetrag | @900 1.190,00\n"
    "Anzahlung | @900 190,00\nRestbetrag | @900 1.000,00",
    "fr": "Dupont SARL\nFacturé à : | @400 Huber AG\n"
    "Facture N° : | @400 RE-17\nDate d'émission : | @400 03/04/2024\n"
    "Échéance : | @400 17/04/2024\nN° TVA : | @400 DE136695976\nTotal HT | @900 1 000,00\n"
    "Montant TVA | @900 190,00\nTotal TTC | @900 1 190,00\n"
    "Acompte versé | @900 190,00\nReste à payer | @900 1 000,00",
    "es": "Pérez SL\nCliente: | @400 Huber AG\nNº Factura: | @400 RE-17\nFecha de emisión: | @400 03/04/2024\n"
    "Vencimiento: | @400 17/04/2024\nCIF: | @400 DE136695976\nBase imponible | @900 1.000,00\n"
    "Cuota IVA | @900 190,00\nTotal a pagar | @900 1.190,00\n"
    "Anticipo | @900 190,00\nImporte pendiente | @900 1.000,00",
    "it": "Rossi SRL\nSpett.le: | @400 Huber AG\nFattura n.: | @400 RE-17\nData fattura: | @400 03/04/2024\n"
    "Scadenza: | @400 17/04/2024\nP. IVA: | @400 DE136695976\nTotale imponibile | @900 1.000,00\n"
    "Importo IVA | @900 190,00\nTotale fattura | @900 1.190,00\n"
    "Acconto | @900 190,00\nSaldo dovuto | @900 1.000,00",
    "pt": "Silva Lda\nCliente: | @400 Huber AG\nFatura n.º: | @400 RE-17\nData de emissão: | @400 03/04/2024\n"
    "Data de vencimento: | @400 17/04/2024\nContribuinte: | @400 DE136695976\nTotal ilíquido | @900 1.000,00\n"
    "Total IVA | @900 190,00\nTotal a pagar | @900 1.190,00\n"
    "Valor pago | @900 190,00\nValor em dívida | @900 1.000,00",
    "nl": "Jansen BV\nKlant: | @400 Huber AG\nFactuurnummer: | @400 RE-17\nFactuurdatum: | @400 03-04-2024\n"
    "Vervaldatum: | @400 17-04-2024\nBTW-nummer: | @400 DE136695976\nTotaal excl. BTW | @900 1.000,00\n"
    "BTW-bedrag | @900 190,00\nTotaal incl. BTW | @900 1.190,00\n"
    "Reeds betaald | @900 190,00\nNog te betalen | @900 1.000,00",
    "pl": "Kowalski sp. z o.o.\nNabywca: | @400 Huber AG\n"
    "Faktura VAT nr: | @400 RE-17\nData wystawienia: | @400 03.04.2024\n"
    "Termin płatności: | @400 17.04.2024\nNIP: | @400 DE136695976\nRazem netto | @900 1 000,00\n"
    "Podatek VAT | @900 190,00\nRazem brutto | @900 1 190,00\n"
    "Zapłacono | @900 190,00\nPozostało do zapłaty | @900 1 000,00",
    "ms": "Maju Sdn Bhd\nBil Kepada: | @400 Huber AG\n"
    "No. Invois: | @400 RE-17\nTarikh Invois: | @400 03/04/2024\n"
    "Tarikh Akhir Bayaran: | @400 17/04/2024\nNo. Cukai: | @400 DE136695976\nJumlah Kecil | @900 1,000.00\n"
    "Jumlah Cukai | @900 190.00\nJumlah Keseluruhan | @900 1,190.00\nTelah Dibayar | @900 190.00\n"
    "Baki Perlu Dibayar | @900 1,000.00",
    "id": "PT Maju\nKepada Yth: | @400 Huber AG\nNo. Faktur: | @400 RE-17\nTanggal Faktur: | @400 03/04/2024\n"
    "Jatuh Tempo: | @400 17/04/2024\nNPWP: | @400 DE136695976\nSubtotal | @900 1.000,00\n"
    "Jumlah PPN | @900 190,00\nTotal Tagihan | @900 1.190,00\n"
    "Uang Muka | @900 190,00\nSisa Tagihan | @900 1.000,00",
    "ja": "山田商事株式会社\nお客様名： | @400 Huber AG\n請求書番号： | @400 RE-17\n発行日： | @400 2024年4月3日\n"
    "支払期限： | @400 2024年4月17日\n登録番号： | @400 DE136695976\n小計 | @900 1,000\n"
    "消費税額 | @900 190\n合計 | @900 1,190\n入金額 | @900 190\n残金 | @900 1,000",
    "zh": "北京某某有限公司\n购买方名称： | @400 Huber AG\n发票号码： | @400 RE-17\n开票日期： | @400 2024年4月3日\n"
    "付款期限： | @400 2024年4月17日\n税号： | @400 DE136695976\n小计 | @900 1,000.00\n"
    "税额 | @900 190.00\n价税合计 | @900 1,190.00\n已付金额 | @900 190.00\n未付金额 | @900 1,000.00",
    "zh-Hant": "臺北某某有限公司\n買受人： | @400 Huber AG\n發票號碼： | @400 RE-17\n開立日期： | @400 2024年4月3日\n"
    "繳款期限： | @400 2024年4月17日\n統一編號： | @400 DE136695976\n銷售額 | @900 1,000\n"
    "營業稅 | @900 190\n總計 | @900 1,190\n已付金額 | @900 190\n未付餘額 | @900 1,000",
    "en": "Smith Ltd\nBill to: | @400 Huber AG\nInvoice No.: | @400 RE-17\nInvoice date: | @400 03/04/2024\n"
    "Due date: | @400 17/04/2024\nVAT Reg No: | @400 DE136695976\nSubtotal | @900 1,000.00\n"
    "VAT | @900 190.00\nTotal | @900 1,190.00\nAmount paid | @900 190.00\nBalance due | @900 1,000.00",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_common_concept_and_no_other(code):
    keys = {key.partition("/")[0] for key in language_words(code).labels}
    assert keys <= set(concepts())
    assert set(concepts()) - keys <= _LOCAL
    assert {"numbers", "neutral", "common"} <= set(language_words(code).words)


@pytest.mark.parametrize("code", LANGUAGES)
def test_two_concepts_of_a_language_share_a_phrase_only_where_the_second_yields(code):
    claimed: dict[str, set[str]] = {}
    for key, labels in language_words(code).labels.items():
        for label in labels:
            if not label.startswith("+"):
                claimed.setdefault(label, set()).add(key.partition("/")[0])
    assert {label: keys for label, keys in claimed.items() if len(keys) > 1} == {}


def test_labels_are_compact_as_a_page_is():
    assert [label for label in meanings() if compact(label) != label] == []


def test_relations_of_concepts_name_concepts():
    for concept in concepts().values():
        assert set(concept.includes) <= set(concepts())
        assert concept.falls_back in {"", *concepts()}


@pytest.mark.parametrize("code", sorted(_INVOICES))
def test_english_names_find_values_under_labels_of_every_language(printed_page, code):
    page = printed_page(_INVOICES[code])
    asked = {"invoice_number": TEXT, "invoice_date": DATE, "due_date": DATE, "buyer": TEXT, "vat_number": TEXT}
    sums = dict.fromkeys(("subtotal", "tax", "total", "amount_paid", "amount_due"), NUMBER)
    assert fields(page, **asked, **sums) == {
        "invoice_number": "RE-17",
        "invoice_date": "2024-04-03",
        "due_date": "2024-04-17",
        "buyer": "Huber AG",
        "vat_number": "DE136695976",
        "subtotal": 1000,
        "tax": 190,
        "total": 1190,
        "amount_paid": 190,
        "amount_due": 1000,
    }


@pytest.mark.parametrize("code", sorted(_INVOICES))
def test_the_page_says_its_language(code):
    assert page_language(cell for row in _INVOICES[code].split("\n") for cell in row.split("|")) == code[:2]


def test_a_page_without_words_of_a_language_has_none_and_a_bilingual_form_two():
    assert page_language(["4711", "12.50"]) is None
    assert set(page_languages(["Tarikh Invois / Invoice date", "Jumlah Keseluruhan / Grand total"])) >= {"en", "ms"}


@pytest.mark.parametrize(
    ("name", "key", "party"),
    [
        ("item_price", "price", None),
        ("seller_vat_number", "tax_id", "seller"),
        ("invoice_total", "total", None),
        ("Rechnungsnummer", "invoice_number", None),
        ("numero_fattura", "invoice_number", None),
        ("請求書番号", "invoice_number", None),
        ("發票號碼", "invoice_number", None),
        ("numeroFactura", "invoice_number", None),
        ("fecha_vencimiento", "due_date", None),
        ("termin_platnosci", "due_date", None),
        ("jatuh_tempo", "due_date", None),
        ("adresse_client", "address", "buyer"),
        ("nif_cliente", "tax_id", "buyer"),
        ("customer_vat_number", "tax_id", "buyer"),
        ("billing_address", "address", "buyer"),
        ("balance_due", "amount_due", None),
        ("montant_ht", "subtotal", None),
        ("gross_pay", "gross_pay", None),
        ("order_date", "order_date", None),
        ("date_facture", "date", None),
    ],
)
def test_a_property_may_be_named_in_any_language(name, key, party):
    query = make_query(name)
    assert query.concept is not None
    assert (query.concept.key, query.party) == (key, party)


def test_english_words_keep_their_meaning_where_another_language_has_a_label_of_that_spelling():
    assert known_labels("de")["tag"].key == "date"
    assert make_query("tag").concept is None


def test_titles_and_descriptions_may_be_of_any_language():
    assert make_query("f1", "Fälligkeitsdatum").concept == concepts()["due_date"]
    assert make_query("f1", "", "Numéro de la facture").concept == concepts()["invoice_number"]
    assert make_query("f1", "", "The name of the seller, as printed at the top").concept == concepts()["company"]


def test_a_label_has_the_meaning_of_the_pages_language():
    assert meanings_first("it")["resto"].key == "change"
    assert meanings_first("pl")["kod"].key == "item_code"
    assert meanings_first("de")["rate"] == meanings_first()["rate"]


@pytest.mark.parametrize(
    ("sketch", "name", "expected"),
    [
        ("Falligkeitsdatum: 03.05.2024", "due_date", "03.05.2024"),
        ("Faelligkeitsdatum: 03.05.2024", "due_date", "03.05.2024"),
        ("Numero de facture : F-88", "invoice_number", "F-88"),
        ("Termin platnosci: 03.05.2024", "due_date", "03.05.2024"),
        ("lnvoice Nunber: 77-1", "invoice_number", "77-1"),
        ("Rechnungsnumrner: 77-1", "invoice_number", "77-1"),
        ("Customer VAT No: GB123456782", "vat_number", None),
        ("Tax Invoice No: 10023", "tax", None),
        ("VAT number: 29670869006", "tax", None),
        ("Untaxed amount | @600 100.00", "tax", None),
        ("Total saving | @600 5.00", "total", None),
        ("Delivery date: 03.05.2024", "due_date", None),
        ("Tax point: 03.05.2024", "due_date", None),
        ("Passport No. L898902C3", "passport_number", "L898902C3"),
        ("Surname / Nom | @500 ROUX", "surname", "ROUX"),
        ("Invoice No. 发票号码 | @500 12345678", "invoice_number", "12345678"),
        ("發票號碼 Invoice No. AB12345678", "invoice_number", "AB12345678"),
        ("Tarikh / Date 03/04/2024", "date", "03/04/2024"),
    ],
)
def test_labels_with_a_slip_without_accents_of_other_things_and_in_two_languages(printed_page, sketch, name, expected):
    assert named(printed_page(sketch), name) == {name: expected}


def test_an_invoice_date_is_told_from_the_dates_beside_it(printed_page):
    page = printed_page(
        "Datum | @400 01.02.2024\nBestelldatum | @400 02.02.2024\nRechnungsdatum | @400 03.02.2024\n"
        "Lieferdatum | @400 04.02.2024\nFällig am | @400 05.02.2024\nDruckdatum | @400 06.02.2024"
    )
    assert fields(page, order_date=DATE, invoice_date=DATE, delivery_date=DATE, due_date=DATE, print_date=DATE) == {
        "order_date": "2024-02-02",
        "invoice_date": "2024-02-03",
        "delivery_date": "2024-02-04",
        "due_date": "2024-02-05",
        "print_date": "2024-02-06",
    }


@given(st.text(max_size=40))
def test_near_labels_are_labels(text):
    assert all(label in meanings() and 82 <= score <= 100 for label, score in near_labels(compact(text)))


@given(st.sampled_from([label for label in sorted(meanings()) if label.isascii() and len(label) >= 8]), st.data())
def test_one_wrong_letter_in_a_long_label_is_found(label, data):
    place = data.draw(st.integers(0, len(label) - 1))
    assert label in dict(near_labels(f"{label[:place]}~{label[place + 1 :]}"))
