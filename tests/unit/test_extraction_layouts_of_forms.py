"""Forms, tables and blocks that print labels above, beside or apart from their values, and what must not be taken."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, named

from server.fields.pairs import extract_pairs


def rows(page, array, /, **columns):
    inner = {"type": "object", "properties": columns, "required": list(columns)}
    return [tuple(row.values()) for row in fields(page, **{array: {"type": "array", "items": inner}})[array]]


def test_labels_in_one_row_have_their_values_in_the_row_below(printed_page):
    page = printed_page(
        "From | @400 To | @700 Boarding | @1000 Gate\nOslo | @400 Lisbon | @700 08:10 | @1000 C14\n"
        "Seat | @400 Group | @700 Zone\n23F | @400 4 | @700 B"
    )
    assert named(page, "origin", "destination", "boarding_time", "gate", "seat") == {
        "origin": "Oslo",
        "destination": "Lisbon",
        "boarding_time": "08:10",
        "gate": "C14",
        "seat": "23F",
    }


def test_the_last_word_of_something_else_is_no_label(printed_page):
    assert named(printed_page("Meridian Bank | @600 DEBIT"), "bank") == {"bank": "Meridian Bank"}
    assert fields(printed_page("19% VAT | @600 615,32"), vat=NUMBER) == {"vat": 615.32}


def test_an_address_ends_where_the_next_label_of_the_form_stands(printed_page):
    page = printed_page("Home address | @500 9 Pine Court, Dover\nMembership | @500 Family\nHeard of us | @500 Radio")
    assert named(page, "home_address") == {"home_address": "9 Pine Court, Dover"}
    chinese = printed_page("家庭住址 | @400 长沙市岳麓区麓山路100号\n紧急联系人 | @400 吴敏")
    assert named(chinese, "家庭住址") == {"家庭住址": "长沙市岳麓区麓山路100号"}


@pytest.mark.parametrize(
    ("sketch", "name", "expected"),
    [
        ("Receipt No: R-88120", "receipt_no", "R-88120"),
        ("Confirmation: HM99213", "confirmation_number", "HM99213"),
        ("Arrival: 11-Jun-2024", "arrival_date", "11-Jun-2024"),
        ("Room: 508", "room_number", "508"),
        ("Employee | @400 Tom Farrell", "employee_name", "Tom Farrell"),
        ("Employer: Oakdene Logistics", "employee_name", None),
        ("Employee Handbook", "employee_name", None),
        ("Tax | @400 3.94", "tax_code", None),
        ("Account No 40882213", "iban", None),
        ("Tel: 0117 496 0712", "mobile", None),
        ("EXP 08/31/2029", "issue_date", None),
        ("9 High Street, Truro TR1 2XZ\n02-11-2024 16:20", "phone", None),
        ("Landlord: Beatrix Holloway\nProperty address: 12 Larch Way, Dayton\nRent | @400 5.00", "company", None),
        ("出租汽车专用发票\n电话：2388 1234", "公司名称", None),
        ("金園茶餐廳\n電話: 2388 1234\n總計 | @400 $88.0", "電話", "2388 1234"),
        ("金園茶餐廳\n電話: 2388 1234\n總計 | @400 $88.0", "total", "$88.0"),
        ("MERIDIAN SERVICES\nMORGA753116SM9IJ KL", "address", None),
        ("Visit www.tallis.example today", "website", "www.tallis.example"),
        ("Balance from last bill | @500 112.40\nAmount to pay | @500 237.88", "amount_due", "237.88"),
        ("DISCOUNT | @500 ($100.00)", "discount", "($100.00)"),
        ("4539 1488 0343 6467\nVALID THRU 09/28", "card_number", "4539 1488 0343 6467"),
        ("4539 1488 0343 6467\nVALID THRU 09/28", "expiry_date", "09/28"),
        ("4539 1488 0343 6468\nVALID THRU 09/28", "card_number", None),
        ("4539 1488 0343 6468\nVALID THRU 09/28", "expiry_date", "09/28"),
    ],
)
def test_a_value_of_its_own_label_or_none(printed_page, sketch, name, expected):
    assert named(printed_page(sketch), name) == {name: expected}


def test_an_american_address_puts_the_month_first(printed_page):
    assert (
        fields(printed_page("415 Harbor Drive\nSan Diego, CA 92101\nDate: 10/04/2024"), date=DATE)["date"]
        == "2024-10-04"
    )
    assert fields(printed_page("4 Jalan Besar\n46150 Klang\nDate: 10/04/2024"), date=DATE)["date"] == "2024-04-10"


def test_what_was_handed_over_is_not_the_amount_to_pay(printed_page):
    page = printed_page("应收金额： | @500 13.80\n实收金额： | @500 20.00\n找零： | @500 6.20")
    assert named(page, "total", "应收金额", "实收金额") == {"total": "13.80", "应收金额": "13.80", "实收金额": "20.00"}


def test_parties_side_by_side_under_headings_of_their_own(printed_page):
    page = printed_page(
        "FROM:\nCobalt Tools LLC\n77 Foundry Road\nAkron, OH 44304\nTO:\nEllen Park\n22 Kings Parade\nMadison, WI 53703"
    )
    assert named(page, "sender_name", "sender_address", "recipient_name", "recipient_address") == {
        "sender_name": "Cobalt Tools LLC",
        "sender_address": "77 Foundry Road Akron, OH 44304",
        "recipient_name": "Ellen Park",
        "recipient_address": "22 Kings Parade Madison, WI 53703",
    }


def test_a_column_that_counts_the_rows_is_neither_goods_nor_quantity(printed_page):
    page = printed_page(
        "Pos | @200 Article | @800 Total EUR\n1 | @200 Drive shaft | @800 1.158,00\n2 | @200 Bolt | @800 80,50\n"
        "@600 Order Total | @800 1.238,50"
    )
    found = rows(page, "items", description=TEXT, quantity=NUMBER, amount=NUMBER)
    assert found == [("Drive shaft", None, 1158), ("Bolt", None, 80.5)]


def test_numbers_and_heads_that_the_recogniser_joined_go_to_their_columns(printed_page):
    page = printed_page(
        "名称 | @400 规格型号单位数量 | @740 单价 | @914 金额 | @1072 税率 | @1190 税额\n"
        "显示器 | @400 U2720 | @560 台 | @640 5 | @740 2400.00 | @914 12000.00 13% | @1190 1560.00"
    )
    found = rows(page, "明细", 名称=TEXT, 单位=TEXT, 数量=NUMBER, 金额=NUMBER, 税率=TEXT, 税额=NUMBER)
    assert found == [("显示器", "台", 5, 12000, "13%", 1560)]


def test_goods_that_begin_with_their_number(printed_page):
    page = printed_page("2 Fish Tacos | @600 27.90\n1 Caesar Salad | @600 12.50\nTotal | @600 40.40")
    assert rows(page, "items", name=TEXT, quantity=NUMBER, price=NUMBER) == [
        ("Fish Tacos", 2, 27.9),
        ("Caesar Salad", 1, 12.5),
    ]
    assert rows(page, "items", name=TEXT, unit_price=NUMBER) == [("Fish Tacos", None), ("Caesar Salad", 12.5)]
    drink = printed_page("100 Plus | @600 2.90\n7 Seas Juice | @600 2.50\nTea | @600 1.00\nTotal | @600 6.40")
    assert rows(drink, "items", name=TEXT) == [("100 Plus",), ("7 Seas Juice",), ("Tea",)]


def test_rows_of_a_table_with_the_callers_heads(printed_page):
    page = printed_page(
        "Patient: Helen Okafor\nTest | @500 Result | @700 Unit | @900 Reference range\n"
        "Platelets | @500 251 | @700 10^9/L | @900 150 - 400\nGlucose | @500 5.1 | @700 mmol/L | @900 3.9 - 5.6\n"
        "Checked: A. Lee | @500 Signed: B. Moss"
    )
    assert rows(page, "results", test=TEXT, result=NUMBER, reference_range=TEXT) == [
        ("Platelets", 251, "150 - 400"),
        ("Glucose", 5.1, "3.9 - 5.6"),
    ]
    assert rows(page, "results", colour=TEXT, weight=NUMBER) == []
    assert rows(page, "results", test=TEXT, weight=NUMBER, colour=TEXT) == []


def test_pairs_of_a_form_whose_labels_nobody_listed(printed_page):
    page = printed_page(
        "会议室使用申请表\n申请人 | @400 周模拟\n部门 | @400 示范研究中心\n"
        "联系电话 | @400 000-0000-0000\n参加人数 | @400 24"
    )
    assert extract_pairs([page]) == {
        "申请人": "周模拟",
        "部门": "示范研究中心",
        "联系电话": "000-0000-0000",
        "参加人数": "24",
    }


def test_goods_and_heads_of_tables_are_no_pairs(printed_page):
    receipt = printed_page("Coffee | @600 4.50\nSubtotal | @600 4.50\nTax | @600 0.30\nTotal | @600 4.80")
    assert extract_pairs([receipt]) == {"Subtotal": "4.50", "Tax": "0.30", "Total": "4.80"}
    taxed = printed_page("VAT @ 20% | @600 67.20\n价税合计（小写）￥88.00")
    assert extract_pairs([taxed]) == {"VAT": "67.20", "价税合计": "￥88.00"}
    table = printed_page("Test | @500 Result | @700 Unit | @900 Range\nIron | @500 251 | @700 mg | @900 150 - 400")
    assert extract_pairs([table]) == {}


def test_a_train_ticket_names_the_traveller_apart_from_the_number(printed_page):
    page = printed_page(
        "杭州东站 | @450 G7321次 | @800 上海虹桥站\n2024年05月02日 09:15开\n3301**********1234 | @500 陈小雨"
    )
    assert named(page, "乘车日期", "姓名") == {"乘车日期": "2024年05月02日", "姓名": "陈小雨"}
