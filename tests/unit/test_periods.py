"""Days without a year, by the period that a document states."""

from datetime import date

import pytest
from schemas import DATE, NUMBER, TEXT, items_of

from server.fields.print.periods import day_within, stated_periods

OCTOBER = (date(2023, 10, 1), date(2023, 10, 31))


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Statement period 1 October 2023 to 31 October 2023", (OCTOBER,)),
        ("Relevé du 01/10/2023 au 31/10/2023", (OCTOBER,)),
        ("Zeitraum: 01.10.2023 - 31.10.2023", (OCTOBER,)),
        ("Period 1 October to 31 October 2023", (OCTOBER,)),
        ("1 - 31 October 2023", (OCTOBER,)),
        ("2023年10月1日至2023年10月31日", (OCTOBER,)),
        ("Statement for October 2023", (OCTOBER,)),
        ("October 2023 and November 2023", ()),
        ("31/10/2023 to 01/10/2023", ()),
        ("03/05/2024 to 04/04/2024", ((date(2024, 3, 5), date(2024, 4, 4)),)),
        ("Invoice date 01/10/2023 due 31/10/2023", ()),
    ],
)
def test_periods_are_stated_from_a_day_to_a_day(text, periods):
    assert tuple(stated_periods([text], month_first=False)) == periods


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("02/10", 2),
        ("02.10.", 2),
        ("3 Oct", 3),
        ("Oct 3", 3),
        ("10月3日", 3),
        ("10/31", 31),
        ("02/11", None),
        ("Rent", None),
    ],
)
def test_a_day_is_one_that_lies_in_the_period(printed, day):
    found = day_within(printed, [OCTOBER], month_first=False)
    assert found == (None if day is None else date(2023, 10, day))


def test_a_period_that_only_months_first_make_gives_days_their_year(printed_page):
    page = printed_page(
        "Statement period: 03/05/2024 to 04/04/2024\nDate | @300 Description | @700 Amount\n"
        "03/14 | @300 Coffee | @700 -4.00\n04/02 | @300 Rent | @700 -900.00\n05/20 | @300 Tea | @700 -2.00"
    )
    rows = items_of(page, date=DATE, description=TEXT, amount=NUMBER).value["items"]
    assert [row["date"] for row in rows] == ["2024-03-14", "2024-04-02", None]


def test_the_turn_of_the_year_tells_the_years(printed_page):
    sketch = (
        "Statement {}\nDate | @300 Amount | @600 Balance\n28/12 | @300 5.00 | @600 5.00\n03/01 | @300 7.00 | @600 12.00"
    )
    page = printed_page(sketch.format("01/12/2023 - 15/01/2024"))
    rows = items_of(page, date=DATE, amount=NUMBER, balance=NUMBER).value["items"]
    assert [row["date"] for row in rows] == ["2023-12-28", "2024-01-03"]
    bare = items_of(printed_page(sketch.format("of account")), date=DATE, amount=NUMBER, balance=NUMBER)
    assert [row["date"] for row in bare.value["items"]] == [None, None]
