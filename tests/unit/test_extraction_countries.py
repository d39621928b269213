"""Documents as single countries print them: Japanese, Indonesian and Polish bills, letters, payslips and receipts."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, named

RYOSHUSHO = """領収証
No.00312 | @1000 令和5年11月2日
杉本 直人 様
金額 ￥27,500-
但し 会議室利用料として
内訳
税抜金額：25,000円
消費税額（10%）：2,500円
なぎさ会館
静岡県熱海市東海岸町3-18
電話：0557-81-2200"""


def test_a_japanese_receipt_is_for_whom_it_honours_and_its_dash_is_no_minus(printed_page):
    page = printed_page(RYOSHUSHO)
    assert fields(page, receipt_number=TEXT, date=DATE, recipient=TEXT, total=NUMBER, tax=NUMBER) == {
        "receipt_number": "00312",
        "date": "2023-11-02",
        "recipient": "杉本 直人",
        "total": 27500,
        "tax": 2500,
    }
    assert fields(page, issuer=TEXT)["issuer"] != "杉本 直人"


def test_a_number_below_the_title_of_a_delivery_note_is_no_invoice_number(printed_page):
    assert fields(printed_page("納品書\nNo.00312\n杉本 直人 様"), invoice_number=TEXT) == {"invoice_number": None}


def test_a_column_of_amounts_without_a_total_has_none(printed_page):
    page = printed_page("納品書\n品名 | @600 金額\n用紙 | @600 ¥1,200\n封筒 | @600 ¥800")
    assert fields(page, total=NUMBER) == {"total": None}


def test_a_japanese_letter_tells_sender_and_addressee_apart(printed_page):
    page = printed_page(
        "@1200 2024年6月3日\n〒460-0008 名古屋市中区栄3-2-1\n株式会社かえで印刷\n製造部 小野寺 葵 様\n"
        "@1100 あかつき運輸株式会社\n@1100 営業課長 大村 誠\n件名：集荷時間の変更について\n拝啓 梅雨の候"
    )
    assert named(page, "sender", "recipient", "差出人", "宛先", "件名") == {
        "sender": "あかつき運輸株式会社",
        "recipient": "株式会社かえで印刷",
        "差出人": "あかつき運輸株式会社",
        "宛先": "株式会社かえで印刷",
        "件名": "集荷時間の変更について",
    }


def test_a_japanese_honour_is_no_part_of_a_name(printed_page):
    page = printed_page(
        "給与明細書\n株式会社みなと製作所\n氏名：安藤 千夏 様 | @900 お客様番号：550-1\n総支給額 | @500 250,000"
    )
    assert fields(page, employee_name=TEXT, customer_number=TEXT) == {
        "employee_name": "安藤 千夏",
        "customer_number": "550-1",
    }


@pytest.mark.parametrize("line", ["お客様各位", "ご利用のお客様", "皆様", "担当者様へのお知らせ：御中"])
def test_a_greeting_to_all_customers_names_nobody(printed_page, line):
    assert named(printed_page(f"お知らせ\n{line}\n営業時間を変更します"), "recipient") == {"recipient": None}


def test_a_japanese_tenant_is_whom_the_bill_is_for(printed_page):
    page = printed_page(
        "家賃請求書\n村瀬 拓海 様\n貸主：若葉不動産株式会社\n家賃 | @900 81,000円\n合計 | @900 81,000円"
    )
    assert named(page, "tenant", "landlord") == {"tenant": "村瀬 拓海", "landlord": "若葉不動産株式会社"}


@pytest.mark.parametrize(
    "line", ["お振込先：つくし銀行 浜松支店 普通 7654321", "振込先 つくし銀行　浜松支店 （普）7654321"]
)
def test_a_japanese_bank_is_named_whole_and_without_its_branch(printed_page, line):
    page = printed_page(f"御請求書\n株式会社あおい 御中\n{line}\n登録番号：T1180301018771")
    assert named(page, "bank_name", "branch", "登録番号") == {
        "bank_name": "つくし銀行",
        "branch": "浜松支店",
        "登録番号": "T1180301018771",
    }


def test_a_japanese_house_has_a_name_and_an_address(printed_page):
    page = printed_page(
        "家賃明細\n物件名：コーポ若草 105号室\n所在地：東京都練馬区豊玉北4-2-6\n貸主：若葉不動産株式会社"
    )
    assert named(page, "property_name", "property_address") == {
        "property_name": "コーポ若草 105号室",
        "property_address": "東京都練馬区豊玉北4-2-6",
    }


def test_what_is_taken_of_japanese_pay_is_told_apart(printed_page):
    page = printed_page(
        "給与明細書\n健康保険 | @500 10,210\n雇用保険 | @500 1,320\n住民税 | @500 8,700\n差引支給額 | @500 190,000"
    )
    asked = ("health_insurance", "employment_insurance", "resident_tax", "income_tax", "net_pay")
    assert fields(page, **dict.fromkeys(asked, NUMBER)) == {
        "health_insurance": 10210,
        "employment_insurance": 1320,
        "resident_tax": 8700,
        "income_tax": None,  # what towns take is no income tax
        "net_pay": 190000,
    }


PAYSLIPS = {
    "de": "Gehaltsabrechnung\nKrankenversicherung | @900 231,40\nArbeitslosenversicherung | @900 36,10",
    "es": "Nómina\nSeguro de salud | @900 231,40\nDesempleo | @900 36,10",
    "pl": "Pasek wynagrodzeń\nSkładka zdrowotna | @900 231,40\nFundusz pracy | @900 36,10",
    "fr": "Bulletin de paie\nAssurance maladie | @900 231,40\nAssurance chômage | @900 36,10",
}


@pytest.mark.parametrize("code", sorted(PAYSLIPS))
def test_insurances_of_a_payslip_are_told_apart(printed_page, code):
    assert fields(printed_page(PAYSLIPS[code]), health_insurance=NUMBER, unemployment_insurance=NUMBER) == {
        "health_insurance": 231.4,
        "unemployment_insurance": 36.1,
    }


IN_WORDS = {
    "id": (
        "Total | @900 Rp 750.000,-\nTerbilang : tujuh ratus lima puluh ribu rupiah",
        "tujuh ratus lima puluh ribu rupiah",
    ),
    "pl": ("Do zapłaty: 750,00 zł\nSłownie: siedemset pięćdziesiąt złotych", "siedemset pięćdziesiąt złotych"),
    "de": ("Gesamtbetrag | @900 750,00 EUR\nIn Worten: siebenhundertfünfzig", "siebenhundertfünfzig"),
    "pt": ("Total a pagar | @900 750,00 €\nPor extenso: setecentos e cinquenta euros", "setecentos e cinquenta euros"),
}


@pytest.mark.parametrize("code", sorted(IN_WORDS))
def test_a_sum_in_words_answers_nothing_else(printed_page, code):
    sketch, words = IN_WORDS[code]
    found = named(printed_page(sketch), "amount_in_words", "remarks", "description", "name", "buyer")
    assert found == {"amount_in_words": words, "remarks": None, "description": None, "name": None, "buyer": None}


def test_an_indonesian_kuitansi_says_from_whom_and_for_what(printed_page):
    page = printed_page(
        "KWITANSI\nNo. : 77/KW/VI/2024\nTelah terima dari : CV Rimba Hijau\nUang sejumlah : Enam ratus ribu rupiah\n"
        "Untuk pembayaran : Sewa tenda dua hari\nJumlah Rp 600.000,-\nMalang, 4 Juni 2024"
    )
    assert fields(page, receipt_number=TEXT, received_from=TEXT, purpose=TEXT, total=NUMBER, date=DATE) == {
        "receipt_number": "77/KW/VI/2024",
        "received_from": "CV Rimba Hijau",
        "purpose": "Sewa tenda dua hari",
        "total": 600000,
        "date": "2024-06-04",
    }


def test_an_indonesian_letter_has_number_enclosures_and_subject(printed_page):
    page = printed_page(
        "PT Bahtera Samudra\nNomor : 112/BS/V/2024\nLampiran : 2 lembar\nPerihal : Undangan rapat\nDengan hormat,\n"
        "Kami mengundang Bapak untuk hadir.\nHormat kami,\nLina Marpaung\nSekretaris"
    )
    assert named(page, "letter_number", "attachment", "subject", "signer") == {
        "letter_number": "112/BS/V/2024",
        "attachment": "2 lembar",
        "subject": "Undangan rapat",
        "signer": "Lina Marpaung",
    }


SHARED = {
    "de": ("Geburtsdatum und -ort: 04.08.1979 in Emden\nPLZ, Ort: 26721 Emden", "Emden", "26721", "Emden"),
    "id": ("Tempat, Tanggal Lahir : Solo, 4 Agustus 1979", "Solo", None, None),
    "fr": ("Date et lieu de naissance : 04/08/1979 à Dole\nCode postal et ville : 39100 Dole", "Dole", "39100", "Dole"),
    "pl": ("Data i miejsce urodzenia: 04.08.1979, Ełk\nKod pocztowy i miejscowość: 19-300 Ełk", "Ełk", "19-300", "Ełk"),
    "it": ("Luogo e data di nascita: Asti, 04/08/1979\nCAP e città: 14100 Asti", "Asti", "14100", "Asti"),
}


@pytest.mark.parametrize("code", sorted(SHARED))
def test_two_values_at_one_label_are_parted(printed_page, code):
    sketch, birth_place, postcode, city = SHARED[code]
    assert fields(printed_page(sketch), birth_date=DATE, birth_place=TEXT, postcode=TEXT, city=TEXT) == {
        "birth_date": "1979-08-04",
        "birth_place": birth_place,
        "postcode": postcode,
        "city": city,
    }


def test_a_net_total_is_the_sum_before_tax(printed_page):
    page = printed_page(
        "Rechnung\nSumme netto | @900 500,00\nUmsatzsteuer 19 % | @900 95,00\nRechnungsbetrag | @900 595,00"
    )
    assert fields(page, net_total=NUMBER, total=NUMBER) == {"net_total": 500, "total": 595}


def test_the_net_total_of_a_receipt_without_tax_is_what_is_paid(printed_page):
    page = printed_page("RECEIPT\nTea | @900 4.00\nCake | @900 6.00\nNett Total | @900 10.00\nCash | @900 10.00")
    assert fields(page, nett_total=NUMBER) == {"nett_total": 10}


def test_a_polish_telephone_in_threes_is_no_sum(printed_page):
    assert named(printed_page("Wniosek\nTelefon kontaktowy: 512 345 678"), "phone") == {"phone": "512 345 678"}


def test_the_next_reading_is_no_date_of_the_bill(printed_page):
    page = printed_page(
        "Rachunek za wodę\nWskazanie bieżące | @900 450\nNastępny odczyt: 12.11.2024\nDo zapłaty | @900 88,00 zł"
    )
    assert fields(page, next_reading_date=DATE, due_date=DATE, issue_date=DATE) == {
        "next_reading_date": "2024-11-12",
        "due_date": None,
        "issue_date": None,
    }


def test_a_german_file_number_is_whole(printed_page):
    page = printed_page("Amtsgericht Vechta\nGeschäftszeichen: 11 K 305/23\nIhr Zeichen: HB/2")
    assert named(page, "reference", "case_number", "your_reference") == {
        "reference": "11 K 305/23",
        "case_number": "11 K 305/23",
        "your_reference": "HB/2",
    }


def test_the_plain_number_of_an_indonesian_invoice_is_no_reference(printed_page):
    page = printed_page("PT Bahtera Samudra\nFAKTUR\nNomor : FK-2210\nTotal | @900 Rp 90.000,-")
    assert named(page, "reference") == {"reference": None}


def test_a_bank_statement_for_somebody_is_from_the_bank(printed_page):
    page = printed_page("つくし銀行\n取引明細書\n西田 悠 様\n口座番号：1234567\n期末残高：52,300円")
    assert named(page, "bank_name", "account_number", "customer_name") == {
        "bank_name": "つくし銀行",
        "account_number": "1234567",
        "customer_name": "西田 悠",
    }
