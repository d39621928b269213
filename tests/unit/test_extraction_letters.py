"""Letters: who writes to whom, and what their sentences say of a sum, an invoice and a day to pay by."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, named

# What each says: of invoice 48-2210, open with 1,275.40, payable by 18 September 2024.
REMINDERS = {
    "de": "Guten Tag Frau Albers,\nzur Rechnung Nr. 48-2210 fehlen uns noch 1.275,40 EUR, bitte zahlen Sie diese.\n"
    "Die Zahlung erwarten wir bis spätestens 18.09.2024.\nFreundliche Grüße",
    "en": "Dear Ms Albers,\nInvoice no. 48-2210 remains outstanding with a sum of £1,275.40.\n"
    "Kindly pay it no later than 18 September 2024.\nKind regards",
    "fr": "Madame,\nNotre facture n° 48-2210 reste impayée pour la somme de 1 275,40 €.\n"
    "Veuillez la régler au plus tard le 18 septembre 2024.\nSalutations distinguées",
    "es": "Estimada señora:\nLa factura n.º 48-2210 tiene pendiente la suma de 1.275,40 €.\n"
    "Le rogamos el pago antes del 18 de septiembre de 2024.\nAtentamente,",
    "it": "Gentile signora,\nla fattura n. 48-2210 di euro 1.275,40 risulta ancora insoluta presso di noi.\n"
    "Il pagamento va fatto entro il 18/09/2024.\nDistinti saluti",
    "pt": "Prezada senhora,\nA fatura n.º 48-2210 de 1.275,40 € encontra-se em aberto.\n"
    "Solicitamos o pagamento até 18 de setembro de 2024.\nAtenciosamente,",
    "nl": "Geachte mevrouw,\nVan factuur nr. 48-2210 is € 1.275,40 nog niet betaald door u.\n"
    "Wilt u uiterlijk op 18 september 2024 betalen?\nMet vriendelijke groet",
    "pl": "Szanowna Pani,\nfaktura nr 48-2210 na 1 275,40 zł jest nadal nieopłacona.\n"
    "Prosimy o wpłatę w terminie do 18.09.2024 r.\nZ poważaniem",
    "id": "Dengan hormat,\nFaktur No. 48-2210 senilai Rp 1.275,40 sampai kini belum dibayar.\n"
    "Mohon dilunasi paling lambat 18 September 2024.\nHormat kami,",
    "ms": "Tuan/Puan,\nInvois No. 48-2210 bernilai RM1,275.40 masih tertunggak hingga kini.\n"
    "Sila bayar sebelum 18 September 2024.\nYang benar,",
    "ja": "拝啓 秋涼の候、平素は大変お世話になっております。\n請求書48-2210の1,275.40ドルが未入金でございます。\n"
    "2024年9月18日までにお振込みくださいますようお願いいたします。\n敬具",
    "zh": "尊敬的客户：\n贵公司发票48-2210共计1,275.40元，至今尚未支付。\n请于2024年9月18日前付清上述款项。\n此致 敬礼",
}


@pytest.mark.parametrize("code", sorted(REMINDERS))
def test_the_sentences_of_a_reminder_name_invoice_sum_and_day(printed_page, code):
    assert fields(
        printed_page(REMINDERS[code]), invoice_number=TEXT, amount=NUMBER, amount_due=NUMBER, due_date=DATE
    ) == {"invoice_number": "48-2210", "amount": 1275.4, "amount_due": 1275.4, "due_date": "2024-09-18"}


def test_of_two_sums_in_a_letter_none_is_the_amount(printed_page):
    page = printed_page("Dear Mr Ode,\nThe repair came to £300.00 and the visit to £45.00 in all.\nYours sincerely")
    assert fields(page, amount_due=NUMBER) == {"amount_due": None}


def test_what_a_letter_gives_back_is_not_due(printed_page):
    page = printed_page("Dear Mr Ode,\nWe have sent £88.10 to you as a gesture of goodwill.\nYours sincerely")
    assert fields(page, amount_due=NUMBER) == {"amount_due": None}


@pytest.mark.parametrize(
    "sentence",
    [
        "We thank you for the payment of 120.00 EUR that came in today.",
        "Payment received with thanks on Monday: 120.00 EUR.",
        "The display shows a sum of 120.00 EUR on its screen.",
        "Die veröffentlichte Summe beträgt 120,00 EUR in diesem Jahr.",
        "We have received your payment of 120.00 EUR by cheque.\nPlease pay the rest by the end of May.",
    ],
)
def test_what_was_paid_is_not_due_nor_is_a_sum_beside_words_that_hold_one_for_paying(printed_page, sentence):
    page = printed_page(f"Dear Mr Ode,\n{sentence}\nYours sincerely")
    assert fields(page, amount_due=NUMBER) == {"amount_due": None}


@pytest.mark.parametrize(
    "sentence",
    ["Your payment of 120.00 EUR is overdue since March.", "The bill of 120.00 EUR has not been paid so far."],
)
def test_what_a_letter_says_to_be_unpaid_is_due(printed_page, sentence):
    page = printed_page(f"Dear Mr Ode,\n{sentence}\nYours sincerely")
    assert fields(page, amount_due=NUMBER) == {"amount_due": 120}


def test_an_invoice_with_a_greeting_has_its_own_number(printed_page):
    page = printed_page(
        "Rechnung\nRechnungsnummer: R-901\nSehr geehrte Frau Albers,\n"
        "wie in Rechnung 48-2210 angekündigt, berechnen wir Ihnen heute:\nMiete Zelt | @900 80,00 EUR\nBeste Grüße"
    )
    assert fields(page, invoice_number=TEXT) == {"invoice_number": "R-901"}


def test_a_date_in_a_sentence_is_not_the_date_of_the_letter(printed_page):
    page = printed_page(
        "Ayuntamiento de Peñalba\nPeñalba, 3 de junio de 2024\nAsunto: Vado permanente\nEstimada señora:\n"
        "El plazo para recurrir finaliza el 28 de junio de 2024.\nAtentamente,"
    )
    assert fields(page, date=DATE) == {"date": "2024-06-03"}


WINDOWS = {
    "pl": (
        (
            "Starostwo Powiatowe w Lesznie\nul. Dworcowa 4\n64-100 Leszno\n@900 Leszno, dnia 3 czerwca 2024 r.\n"
            "@900 Pani Olga Zaremba\n@900 ul. Krótka 8\n@900 64-100 Leszno\nSzanowna Pani,"
        ),
        "Starostwo Powiatowe w Lesznie",
        "Olga Zaremba",
    ),
    "es": (
        (
            "Mancomunidad del Jalón\nPlaza de la Fuente, 2\n50300 Calatayud\nSra. Elena Trujillo\nCalle Nueva, 9\n"
            "50300 Calatayud\nAsunto: Recogida de enseres\nEstimada señora:\nAtentamente,"
        ),
        "Mancomunidad del Jalón",
        "Elena Trujillo",
    ),
    "nl": (
        (
            "Waterschap Eemhof\nPostbus 40, 3740 AA Baarn\nMevrouw T. Visscher\nKerkpad 6\n3741 BC Baarn\n"
            "Betreft: Meterstand\nGeachte mevrouw Visscher,"
        ),
        "Waterschap Eemhof",
        "T. Visscher",
    ),
}


@pytest.mark.parametrize("code", sorted(WINDOWS))
def test_a_form_of_address_begins_the_addressee(printed_page, code):
    sketch, sender, recipient = WINDOWS[code]
    assert named(printed_page(sketch), "sender", "recipient") == {"sender": sender, "recipient": recipient}


def test_who_signs_for_somebody_is_named_without_those_words(printed_page):
    page = printed_page("Sehr geehrter Herr Thoma,\nwir melden uns bald bei Ihnen.\nBeste Grüße\ni. V. Doris Ehlert")
    assert named(page, "signed_by") == {"signed_by": "Doris Ehlert"}


def test_a_person_named_like_a_short_word_keeps_the_name(printed_page):
    page = printed_page("Dear Sir,\nwe will be in touch soon.\nKind regards\nPo Chen")
    assert named(page, "signed_by") == {"signed_by": "Po Chen"}


@pytest.mark.parametrize("line", ["Lampiran : -", "Lampiran : | @300 -"])
def test_a_dash_in_the_place_of_a_value_leaves_it_out(printed_page, line):
    page = printed_page(f"PT Bahtera Samudra\n{line}\nYth. Ibu Ratna Sari\nDengan hormat,")
    assert named(page, "attachment") == {"attachment": None}


def test_a_dash_at_a_colon_is_part_of_the_mark(printed_page):
    assert fields(printed_page("INVOICE\nInvoice No:- | @400 AB-12"), invoice_number=TEXT) == {
        "invoice_number": "AB-12"
    }


@pytest.mark.parametrize(("line", "subject"), [("Hal : Libur bersama", "Libur bersama"), ("Hal : 2", None)])
def test_an_indonesian_page_number_is_no_subject(printed_page, line, subject):
    page = printed_page(f"Nomor : 9/KS/2024\nLampiran : 1 berkas\n{line}\nDengan hormat,")
    assert named(page, "subject") == {"subject": subject}
