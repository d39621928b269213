from datetime import date
from decimal import Decimal

import pytest
from schemas import value_of

from server.fields.marks.choices import as_choice, choice_on_page, is_open_choice
from server.fields.print.dates import date_with_time, find_dates, find_times, is_month_first
from server.fields.print.folding import compact, fold, join_lines, join_texts
from server.fields.print.numbers import currency_of, find_numbers
from server.fields.print.parsing import as_boolean, as_date, as_number, printed_value


@pytest.mark.parametrize(
    ("text", "printed", "day"),
    [
        ("09/01/2019 8:01:11 PM", "09/01/2019", date(2019, 1, 9)),
        ("on 14 Mar 2018 18:40", "14 Mar 2018", date(2018, 3, 14)),
        ("15/Apr/2017 04:56:46", "15/Apr/2017", date(2017, 4, 15)),
        ("21 March, 2018", "21 March, 2018", date(2018, 3, 21)),
        ("March 3, 2026", "March 3, 2026", date(2026, 3, 3)),
        ("24 Mar 18 09:12:41 PM", "24 Mar 18", date(2018, 3, 24)),
        ("2018/02/22 13:34:14", "2018/02/22", date(2018, 2, 22)),
        ("(06/12/2016)", "06/12/2016", date(2016, 12, 6)),
        ("05 02-18", "05 02-18", date(2018, 2, 5)),
        ("30.03.18", "30.03.18", date(2018, 3, 30)),
        ("25/12/20188:13:39 PM", "25/12/2018", date(2018, 12, 25)),
        ("25/12/1808:13", "25/12/18", date(2018, 12, 25)),
        ("1990年 1 月 5 日生", "1990年 1 月 5 日", date(1990, 1, 5)),
        ("1990年1月5", "1990年1月5", date(1990, 1, 5)),
        ("１２／０３／２０１８", "１２／０３／２０１８", date(2018, 3, 12)),
        ("5th of", None, None),
        ("31/02/2018", None, None),
        ("07-355 2616", None, None),
        ("1.234.56", None, None),
        ("10:20:30", None, None),
        ("V2.82", None, None),
        ("12/25/2025/7", None, None),
        ("令和0年1月1日", None, None),
        ("民國999年1月1日", None, None),
        ("令和6年1月1日", "令和6年1月1日", date(2024, 1, 1)),
    ],
)
def test_dates(text, printed, day):
    found = find_dates(text)
    assert [text[one.start : one.end] for one in found] == ([printed] if printed else [])
    assert [one.calendar() for one in found] == ([day] if day else [])


def test_dates_run_together_are_taken_only_where_asked():
    assert find_dates("20180214") == []
    assert find_dates("20180214", run_together=True)[0].calendar() == date(2018, 2, 14)


def test_month_first():
    assert is_month_first(["12/25/2018", "01/02/2018"])
    assert not is_month_first(["25/12/2018", "01/02/2018", "2018-12-25"])
    assert is_month_first(["date (mm/dd/yyyy)"])
    assert as_date("01/02/2018", month_first=True) == "2018-01-02"
    assert as_date("25/02/2018", month_first=True) == "2018-02-25"
    assert as_date("2018年3月", month_first=False) is None


def test_times():
    assert find_times("at 08:15 and 3:08:19PM, 25:00, 1:2") == ["08:15", "3:08:19PM"]
    text = "09/01/2019 8:01:11 PM x"
    assert date_with_time(text, find_dates(text)[0]) == "09/01/2019 8:01:11 PM"


@pytest.mark.parametrize(
    ("text", "printed", "amount"),
    [
        ("RM31.00", "RM31.00", "31.00"),
        ("TotalAmount RM31.00", "RM31.00", "31.00"),
        ("1,234.56", "1,234.56", "1234.56"),
        ("1.234,56 €", "1.234,56 €", "1234.56"),
        ("1 234,56", "1 234,56", "1234.56"),
        ("1'234.50", "1'234.50", "1234.50"),
        ("1.234.567", "1.234.567", "1234567"),
        ("12.50-", "12.50-", "-12.50"),
        ("(0.01)", "(0.01)", "-0.01"),
        ("-28.90", "-28.90", "-28.90"),
        ("-$5.00", "-$5.00", "-5.00"),
        ("￥１２３．４５", "￥１２３．４５", "123.45"),
        ("合计:12.00元", "12.00元", "12.00"),
        (".00", ".00", "0.00"),
        ("15.50SR", "15.50", "15.50"),
    ],
)
def test_sums(text, printed, amount):
    (found,) = find_numbers(text)
    assert text[found.start : found.end].strip() == printed
    assert found.value() == Decimal(amount)


@pytest.mark.parametrize("text", ["09/01/2019", "RMI11.90", "A4x", "10:20", "CS-SA-0077188", "#12", "2024年", "x1_2"])
def test_numbers_that_are_part_of_something_else(text):
    assert find_numbers(text) == []


def test_currencies():
    assert currency_of("RM 12.00") == "RM"
    assert currency_of("12.00") is None


@pytest.mark.parametrize(
    ("kind", "text", "printed"),
    [
        ("amount", "GST @6%: $0.46", "$0.46"),
        ("amount", "6%", None),
        ("amount", "1 2 3", None),
        ("number", "3 pcs", "3"),
        ("code", "CS 67832", "CS 67832"),
        ("code", "none", None),
        ("phone", "07-355 2616 Fax", "07-355 2616"),
        ("phone", "12-3", None),
        ("email", "to a@b.example now", "a@b.example"),
        ("name", "Ann Lee", "Ann Lee"),
        ("name", "区", None),
        ("name", "Room 5", None),
        ("company", "7.61", None),
        ("text", " : ", None),
        ("datetime", "1/2/2020 10:00", "1/2/2020 10:00"),
        ("time", "at noon", None),
    ],
)
def test_printed_values(kind, text, printed):
    assert printed_value(kind, text) == printed


def test_numbers_are_exact_or_none():
    assert as_number("RM 1,200", whole=True) == 1200
    assert as_number("3.00", whole=True) == 3
    assert as_number("3.50", whole=True) is None
    assert as_number("1 of 2", whole=False) is None
    assert as_number("none", whole=False) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Yes", True), ("no", False), ("是", True), ("否", False), ("☑", True), ("☐", False), ("[x]", True),
        ("☐ Yes ☑ No", False), ("☑ 是 ☐ 否", True), ("Yes ☐ No ☑", False), ("[X] Yes [ ] No", True),
        ("maybe", None), ("", None),
    ],
)  # fmt: skip
def test_booleans(text, value):
    assert as_boolean(text) is value


def test_choices():
    assert as_choice("Shipped", ("pending", "shipped")) == "shipped"
    assert as_choice("男", ("male", "female")) == "male"
    assert as_choice("RM", ("MYR", "USD")) == "MYR"
    assert as_choice("Yes", (False, True)) is True
    assert as_choice("5", (4, 5)) == 5
    assert as_choice("☐ red ☑ blue", ("red", "blue")) == "blue"
    assert as_choice("green", ("red", "blue", None)) is None
    assert choice_on_page(["TAX INVOICE"], ("invoice", "receipt")) == ("invoice", 0)
    assert choice_on_page(["invoice", "receipt"], ("invoice", "receipt")) is None
    assert choice_on_page(["invoices"], ("invoice",)) is None
    assert choice_on_page(["permanent/temporary"], ("permanent", "temporary")) is None
    assert choice_on_page(["Mr/s"], ("Mr", "Ms")) is None
    assert choice_on_page(["增值税 发票"], ("发票", "收据")) == ("发票", 0)


def test_folding_keeps_places():
    assert fold("ＡＢ－１２：é") == "AB-12:é"
    assert len(fold("㎏№①ﬁ")) == 4
    assert compact("Receipt #: 12") == "receiptno12"
    assert join_texts(["样例", "路", "12号", "A 座", "", "End"]) == "样例路12号 A 座 End"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Vertrags-", "nummer"], "Vertragsnummer"),
        (["Ein-", "und Ausgangstüren"], "Ein- und Ausgangstüren"),
        (["Ein-", "/und Ausgangstüren"], "Ein-/und Ausgangstüren"),
        (["Ein-/", "und Ausgangstüren"], "Ein-/und Ausgangstüren"),
        (["Ein-/und Ausgangs-", "türen"], "Ein-/und Ausgangstüren"),
        (["pre- ", " and postpaid"], "pre- and postpaid"),
        (["Mein-", "Herr"], "Mein- Herr"),
        (["one", "two"], "one two"),
        (["one /", "two"], "one / two"),
    ],
)
def test_a_word_parted_at_the_end_of_a_line_is_whole_again(lines, text):
    assert join_lines(lines) == text


@pytest.mark.parametrize(
    "print_", ["6-9", "6 - 9", "6 to 9", "7/11", "3 x 25", "3x25", "7+2", "800–950 g", "0x2C", "2 1/4"]
)
@pytest.mark.parametrize(
    ("label", "name"), [("Age", "age"), ("Seats", "seats"), ("Amount", "amount"), ("总价", "price")]
)
@pytest.mark.parametrize("beside", [": ", " | @500 "])
def test_a_range_or_a_product_is_no_number(printed_page, label, name, print_, beside):
    page = printed_page(f"Boat hire\n{label}{beside}{print_}\nHarbour{beside}Sines")
    assert value_of(page, {"type": ["number", "null"]}, name) is None


@pytest.mark.parametrize("print_", ["6岁", "6 años", "6 yrs", "6 Jahre", "6歳", "6 ans", "6 lat", "6 tahun"])
def test_an_age_may_have_its_unit(printed_page, print_):
    assert value_of(printed_page(f"Vaccination record\nAge: {print_}"), {"type": ["integer", "null"]}, "age") == 6


@pytest.mark.parametrize(
    ("printed", "share"), [("0.5 %", 0.005), ("38 %", 0.38), ("4 ‰", 0.004), ("0.38", 0.38), ("38", None)]
)
def test_a_schema_of_shares_gets_shares(printed_page, printed, share):
    page = printed_page(f"Loan offer\nInterest rate: {printed}")
    assert value_of(page, {"type": ["number", "null"], "maximum": 1}, "interest_rate") == share


@pytest.mark.parametrize(
    "printed", ["Male / Female", "Male / (Female)", "single|married|divorced", "Herr Frau", "Ja/Nein"]
)
def test_words_of_a_form_that_nobody_chose_among_are_no_value(printed):
    assert is_open_choice(printed)


@pytest.mark.parametrize("printed", ["Female", "black/white", "Yes we can", "Mr M", "Manager / Engineer", ""])
def test_other_words_are_values(printed):
    assert not is_open_choice(printed)
