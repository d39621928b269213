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


LEDGER = {"date": DATE, "description": TEXT, "charge": NUMBER, "payment": NUMBER, "balance": NUMBER}


@pytest.mark.parametrize(
    ("head", "opening", "closing"),
    [
        (
            "Date | @250 Details | @700 Your charge | @950 You paid | @1200 Balance",
            "Balance brought forward",
            "Balance due",
        ),
        ("Date | @250 Details | @700 Due | @950 Received | @1200 Arrears", "Opening balance", "Closing balance"),
        ("Datum | @250 Text | @700 Sollstellung | @950 Zahlung | @1200 Saldo", "Saldovortrag", "Endsaldo"),
        ("Fecha | @250 Concepto | @700 Cargo | @950 Abono | @1200 Saldo", "Saldo anterior", "Saldo final"),
        ("Date | @250 Libellé | @700 Appelé | @950 Réglé | @1200 Solde", "Solde antérieur", "Solde final"),
        ("Datum | @250 Tekst | @700 Verschuldigd | @950 Betaald | @1200 Saldo", "Vorig saldo", "Nieuw saldo"),
        ("Data | @250 Causale | @700 Dovuto | @950 Pagato | @1200 Residuo", "Saldo precedente", "Saldo finale"),
        ("Data | @250 Opis | @700 Naliczono | @950 Wpłacono | @1200 Saldo", "Saldo otwarcia", "Saldo końcowe"),
        ("日付 | @250 摘要 | @700 請求額 | @950 入金額 | @1200 残高", "前月繰越", "当月残高"),
        ("日期 | @250 项目 | @700 应缴 | @950 已缴 | @1200 欠费", "上期结余", "本期结余"),
        ("Tanggal | @250 Keterangan | @700 Tagihan | @950 Pembayaran | @1200 Saldo", "Saldo awal", "Saldo akhir"),
    ],
)
def test_what_a_tenant_was_charged_and_paid(printed_page, head, opening, closing):
    page = printed_page(
        f"{head}\n2024-03-01 | @250 {opening} | @1200 40.00\n2024-03-02 | @250 Unit 4 | @700 510.00 | @1200 550.00\n"
        "2024-03-04 | @250 Order 88 | @950 550.00 | @1200 0.00\n2024-03-19 | @250 Garage | @700 65.00 | @1200 65.00\n"
        f"2024-03-23 | @250 Order 91 | @950 15.00 | @1200 50.00\n@250 {closing} | @1200 50.00"
    )
    assert rows(page, **LEDGER) == [
        ("2024-03-02", "Unit 4", 510, None, 550),
        ("2024-03-04", "Order 88", None, 550, 0),
        ("2024-03-19", "Garage", 65, None, 65),
        ("2024-03-23", "Order 91", None, 15, 50),
    ]


GOODS = {"description": TEXT, "quantity_ordered": NUMBER, "quantity_delivered": NUMBER, "quantity_backordered": NUMBER}


@pytest.mark.parametrize(
    "head",
    [
        "Item | @500 Ordered | @750 Shipped | @1000 B/O",
        "Artikel | @500 Bestellt | @750 Geliefert | @1000 Rückstand",
        "Artículo | @500 Pedido | @750 Servido | @1000 Pendiente",
        "Libellé | @500 Commandé | @750 Livré | @1000 Reste à livrer",
        "Articolo | @500 Ordinati | @750 Consegnati | @1000 Residuo",
        "Artigo | @500 Pedida | @750 Entregue | @1000 Em falta",
        "Artikel | @500 Besteld | @750 Geleverd | @1000 Nog te leveren",
        "Nazwa | @500 Zamówiono | @750 Wydano | @1000 Pozostało",
        "品名 | @500 受注数 | @750 出荷数 | @1000 注残",
        "品名 | @500 应发数量 | @750 实发数量 | @1000 欠数",
        "Perihal | @500 Dipesan | @750 Dihantar | @1000 Baki",
        "Nama Barang | @500 Dipesan | @750 Dikirim | @1000 Sisa",
    ],
)
def test_what_was_ordered_what_was_delivered_and_what_is_still_to_come(printed_page, head):
    page = printed_page(
        f"{head}\nK 15 | @500 12 | @750 9 | @1000 3\nK 16 | @500 6 | @750 6 | @1000 0\n"
        "K 17 | @500 40 | @750 25 | @1000 15"
    )
    assert rows(page, **GOODS) == [("K 15", 12, 9, 3), ("K 16", 6, 6, 0), ("K 17", 40, 25, 15)]


def test_the_quantity_of_a_delivery_is_what_was_delivered(printed_page):
    page = printed_page("Item | @500 Ordered | @750 Delivered\nLamp | @500 12 | @750 9\nBulb | @500 6 | @750 6")
    assert rows(page, item=TEXT, quantity=NUMBER) == [("Lamp", 9), ("Bulb", 6)]


def test_one_column_of_counts_is_not_both_what_was_ordered_and_what_was_delivered(printed_page):
    page = printed_page("Item | @500 Ordered | @800 Lot\nLamp | @500 12 | @800 L-1\nBulb | @500 6 | @800 L-2")
    assert rows(page, item=TEXT, quantity_ordered=NUMBER, quantity_delivered=NUMBER) == [
        ("Lamp", 12, None),
        ("Bulb", 6, None),
    ]


def test_a_count_that_says_neither_is_not_shared_out(printed_page):
    page = printed_page("Item | @500 Qty | @800 Lot\nLamp | @500 12 | @800 L-1\nBulb | @500 6 | @800 L-2")
    goods = {"item": TEXT, "lot": TEXT, "quantity_delivered": NUMBER}
    assert rows(page, **goods, quantity_ordered=NUMBER)[0] == ("Lamp", "L-1", None, None)
    assert rows(page, **goods)[0] == ("Lamp", "L-1", 12)


def test_a_weight_is_a_number_where_one_is_asked_for(printed_page):
    page = printed_page("Produit | @500 Lot | @750 Poids net\nJus | @500 L-1 | @750 12,50\nMiel | @500 L-2 | @750 6,25")
    assert rows(page, product=TEXT, net_weight=NUMBER) == [("Jus", 12.5), ("Miel", 6.25)]


def test_the_price_of_the_one_row_that_has_a_count(printed_page):
    page = printed_page(
        "Articolo | @500 Quantità | @750 Importo base | @1000 Totale\n"
        "Energia | @500 621 kWh | @750 0,3758 | @1000 233,37\nQuota | @1000 9,00"
    )
    assert rows(page, item=TEXT, quantity=NUMBER, rate=NUMBER, amount=NUMBER) == [
        ("Energia", 621, 0.3758, 233.37),
        ("Quota", None, None, 9),
    ]


def test_sets_are_no_days_of_september(printed_page):
    page = printed_page(
        "Perihal | @500 Kuant. | @750 Harga | @1000 Jumlah\nLampu | @500 34 set | @750 12.50 | @1000 425.00\n"
        "Fail | @500 8 set | @750 3.20 | @1000 25.60\nMeja | @500 41 unit | @750 90.00 | @1000 3,690.00"
    )
    assert rows(page, item=TEXT, quantity=NUMBER, price=NUMBER) == [
        ("Lampu", 34, 12.5),
        ("Fail", 8, 3.2),
        ("Meja", 41, 90),
    ]
