"""Columns that count what is rare: visits, days, pages, copies. Their heads are no other words that resemble them."""

import pytest
from schemas import NUMBER, TEXT, fields, object_of

COUNT = {"type": ["integer", "null"]}


def rows(page, **columns):
    found = fields(page, rows={"type": "array", "items": object_of(**columns)})["rows"]
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("days", "Days Tage Jours Días Giorni Dias Dagen Dni Hari 日数 天数"),
        ("visits", "Visits Besuche Visites Visitas Visite Bezoeken Wizyty Lawatan Kunjungan 通院回数 就诊次数"),
        ("pages", "Pages Seiten Páginas Pagine Strony ページ数 总页数"),
        ("copies", "Copies Kopien Copias Copie Cópias Kopie Salinan 部数"),
        ("nights", "Nights Nächte Nuits Noches Notti Noites Nachten Noce Malam 泊数 晚数"),
    ],
)
def test_a_column_is_counted_by_its_word_in_any_language(printed_page, name, heads):
    for head in heads.split():
        page = printed_page(
            f"Code | @400 {head} | @800 Amount\nK-17 | @400 12 | @800 84.00\nK-18 | @400 3 | @800 21.00"
        )
        assert rows(page, code=TEXT, **{name: COUNT}, amount=NUMBER) == [("K-17", 12, 84), ("K-18", 3, 21)], head


@pytest.mark.parametrize("head", ["Visits", "Días", "Nights", "Tage"])
def test_what_multiplies_with_a_rate_is_the_quantity_whatever_it_counts(printed_page, head):
    page = printed_page(
        f"Service | @400 {head} | @600 Rate | @800 Fee\nNursing | @400 4 | @600 30.00 | @800 120.00\n"
        "Massage | @400 2 | @600 45.00 | @800 90.00"
    )
    assert rows(page, service=TEXT, quantity=COUNT, rate=NUMBER, fee=NUMBER) == [
        ("Nursing", 4, 30, 120),
        ("Massage", 2, 45, 90),
    ]


def test_a_column_of_weekdays_is_not_counted(printed_page):
    page = printed_page("Day | @400 Hours\nMonday | @400 8.00\nTuesday | @400 7.50")
    assert rows(page, days=COUNT, hours=NUMBER) == [(None, 8), (None, 7.5)]
