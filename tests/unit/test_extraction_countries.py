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
