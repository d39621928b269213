"""Statements, ledgers and bills: what a row says of itself, such as a fee or a rent, makes no sum of it."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, object_of

MOVES = {"date": DATE, "description": TEXT, "debit": NUMBER, "credit": NUMBER, "balance": NUMBER}


def rows(page, **columns):
    found = fields(page, lines={"type": "array", "items": object_of(**(columns or MOVES))})["lines"]
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize("name", ["Bank charges", "Late fee", "Interest", "Rent", "Deposit"])
def test_a_booking_that_is_called_as_a_sum_is_a_row(printed_page, name):
    page = printed_page(
        "Date | @250 Description | @700 Debit | @900 Credit | @1100 Balance\n"
        "03/05/2024 | @250 Card Alder Books | @700 80.00 | @1100 920.00\n"
        f"13/05/2024 | @250 {name} | @900 12.00 | @1100 932.00\n"
        "17/05/2024 | @250 Card Fig and Co | @700 32.00 | @1100 900.00\n"
        "21/05/2024 | @250 Card Elm House | @700 50.00 | @1100 850.00"
    )
    assert rows(page)[1] == ("2024-05-13", name, None, 12, 932)
    assert len(rows(page)) == 4


def test_a_total_with_a_date_is_no_booking(printed_page):
    page = printed_page(
        "Date | @250 Description | @700 Debit | @900 Credit | @1100 Balance\n"
        "03/05/2024 | @250 Card Alder Books | @700 80.00 | @1100 920.00\n"
        "17/05/2024 | @250 Card Fig and Co | @700 32.00 | @1100 888.00\n"
        "31/05/2024 | @250 Total | @700 112.00"
    )
    assert len(rows(page)) == 2


def test_a_standing_charge_of_a_bill_is_a_row(printed_page):
    page = printed_page(
        "Bezeichnung | @600 Menge | @800 Preis | @1000 Betrag\n"
        "Arbeitspreis | @600 500 kWh | @800 0,30 | @1000 150,00\nGrundpreis | @1000 9,50\nZwischensumme | @1000 159,50"
    )
    found = rows(page, description=TEXT, amount=NUMBER)
    assert found == [("Arbeitspreis", 150), ("Grundpreis", 9.5)]


def test_words_nearer_to_another_column_stand_in_the_one_between_their_neighbours(printed_page):
    page = printed_page(
        "@130 Datum | @700 Tekst | @1000 Af | @1150 Bij | @1300 Saldo\n"
        "@60 3 mei 2024 | @270 Huur | @1000 600,00 | @1300 400,00\n"
        "@60 4 mei 2024 | @270 Loon | @1150 900,00 | @1300 1.300,00\n"
        "@60 6 mei 2024 | @270 Bakker | @1000 100,00 | @1300 1.200,00"
    )
    assert [row[:2] for row in rows(page)] == [
        ("2024-05-03", "Huur"),
        ("2024-05-04", "Loon"),
        ("2024-05-06", "Bakker"),
    ]


def test_a_label_beside_the_heads_is_none_of_them(printed_page):
    page = printed_page(
        "@900 Contact | @1150 Ana Ribera\n@50 No. | @200 Item | @500 Qty | @640 Price | @770 Sum\n"
        "@50 1 | @200 Chair | @500 2 | @640 30.00 | @770 60.00\n@50 2 | @200 Desk | @500 1 | @640 90.00 | @770 90.00"
    )
    assert rows(page, item=TEXT, qty=NUMBER, price=NUMBER, sum=NUMBER) == [("Chair", 2, 30, 60), ("Desk", 1, 90, 90)]


@pytest.mark.parametrize("head", ["Tg1.", "Tgl"])
def test_a_head_with_a_digit_for_the_letter_that_it_looks_like(printed_page, head):
    page = printed_page(
        f"{head} | @250 Keterangan | @700 Debet | @900 Kredit | @1100 Saldo\n"
        "03/05/2024 | @250 Listrik | @700 80.000 | @1100 920.000\n"
        "17/05/2024 | @250 Gaji | @900 32.000 | @1100 952.000"
    )
    assert [row[:2] for row in rows(page)] == [("2024-05-03", "Listrik"), ("2024-05-17", "Gaji")]


def test_paid_in_beside_a_balance_is_money_in(printed_page):
    page = printed_page(
        "Data | @250 Opis | @700 Wypłaty | @900 Wpłaty | @1100 Saldo\n"
        "2024-05-03 | @250 Sklep | @700 80,00 | @1100 920,00\n2024-05-06 | @250 Premia | @900 30,00 | @1100 950,00"
    )
    assert rows(page, date=DATE, text=TEXT, amount=NUMBER) == [
        ("2024-05-03", "Sklep", -80),
        ("2024-05-06", "Premia", 30),
    ]


def test_a_name_with_two_meanings_takes_the_column_of_the_second(printed_page):
    page = printed_page(
        "Data | @300 Entrada | @600 Fim | @900 Horas\n02/05/2024 | @300 09:00 | @600 17:00 | @900 8,00\n"
        "03/05/2024 | @300 08:30 | @600 12:30 | @900 4,00"
    )
    assert [row[2] for row in rows(page, data=DATE, entrada=TEXT, saída=TEXT, horas=NUMBER)] == ["17:00", "12:30"]
