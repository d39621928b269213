"""Columns whose heads tell little: in unknown words, joined, wrapped, side by side; and arrays without properties."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, items_of, object_of

GOODS = "Description | @500 Qty | @700 Unit price | @900 Amount\n"
FINNISH = "Nimike | @500 Määrä | @600 Yks. | @700 á-hinta | @900 Yhteensä\n"


def rows(page, **columns):
    return [tuple(row.values()) for row in items_of(page, **columns).value["items"]]


def test_heads_in_unknown_words_go_by_arithmetic_and_by_what_cells_are(printed_page):
    page = printed_page(
        f"{FINNISH}Savulohi | @500 14,00 | @600 kg | @700 28,35 | @900 396,90\n"
        "Muikku | @500 22,00 | @600 kg | @700 25,10 | @900 552,20\n"
        "Rahti | @500 1,00 | @600 kpl | @700 18,00 | @900 18,00"
    )
    found = rows(page, name=TEXT, quantity=NUMBER, unit=TEXT, unit_price=NUMBER, amount=NUMBER)
    assert found == [
        ("Savulohi", 14, "kg", 28.35, 396.9),
        ("Muikku", 22, "kg", 25.1, 552.2),
        ("Rahti", 1, "kpl", 18, 18),
    ]


def test_properties_in_unknown_words_go_by_order_where_schema_and_table_have_the_same_types(printed_page):
    sketch = f"""{FINNISH}Savulohi | @500 14 | @600 kg | @700 28,35 | @900 390,10
        Muikku | @500 22 | @600 kg | @700 25,10 | @900 550,20"""
    names = {"what": TEXT, "how_many": NUMBER, "measured_in": TEXT, "for_each": NUMBER, "altogether": NUMBER}
    assert rows(printed_page(sketch), **names)[0] == ("Savulohi", 14, "kg", 28.35, 390.1)
    del names["for_each"]  # two columns could be meant by one property
    found = items_of(printed_page(sketch), **names)
    assert found.value["items"] == []
    assert "columns do not match" in found.about.notes[0]


@pytest.mark.parametrize(("cell", "head"), [("5%", "Rem."), ("5", "Rem. %")])
def test_a_percentage_is_the_discount_that_arithmetic_shows_it_to_be(printed_page, cell, head):
    page = printed_page(
        f"Item | @400 Qty | @500 Price | @650 {head} | @800 Amount\n"
        f"Door | @400 4 | @500 64.00 | @650 {cell} | @800 243.20\nShelf | @400 2 | @500 35.25 | @800 70.50\n"
        f"Frame | @400 3 | @500 20.00 | @650 {cell} | @800 57.00"
    )
    assert [row[0] for row in rows(page, discount_percent=NUMBER, item=TEXT, amount=NUMBER)] == [5, None, 5]
    assert [row[0] for row in rows(page, vat_rate=NUMBER, item=TEXT, amount=NUMBER)] == [None, None, None]


def test_codes_stand_beside_names_and_ordered_beside_delivered(printed_page):
    page = printed_page(
        "Artikel | @200 Bezeichnung | @600 bestellt | @800 geliefert\n"
        "KS-240 | @200 Kalksandstein | @600 3 Stk | @800 3 Stk\nZM-25 | @200 Zement | @600 40 Stk | @800 38 Stk"
    )
    found = rows(page, item_code=TEXT, description=TEXT, quantity_ordered=NUMBER, quantity_delivered=NUMBER)
    assert found == [("KS-240", "Kalksandstein", 3, 3), ("ZM-25", "Zement", 40, 38)]


@pytest.mark.parametrize("head", ["Qty Unit price", "QtyUnit price"])
def test_heads_that_the_recogniser_joined_are_parted_by_the_rows(printed_page, head):
    page = printed_page(
        f"Goods supplied | @460 {head} | @800 Amount\nRope braid | @460 40 | @560 1.85 | @800 74.00\n"
        "Anchor chain | @460 12 | @560 6.20 | @800 74.40"
    )
    found = rows(page, description=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)
    assert found == [("Rope braid", 40, 1.85, 74), ("Anchor chain", 12, 6.2, 74.4)]


def test_a_joined_head_in_unknown_words_is_parted_where_its_columns_stand(printed_page):
    page = printed_page(
        "No Açıklama | @500 Miktar | @700 Tutar\n1 | @80 Kalem | @500 25 | @700 50,00\n"
        "2 | @80 Defter | @500 12 | @700 36,00"
    )
    assert rows(page, description=TEXT, quantity=NUMBER, amount=NUMBER)[0] == ("Kalem", 25, 50)


def test_wrapped_heads_in_unknown_words_are_no_row(printed_page):
    page = printed_page(
        "Denumirea | @400 Cant. | @600 Preț unitar | @800 Valoare\n@410 buc. | @610 -lei- | @810 -lei-\n"
        "Făină | @400 200 | @600 3,20 | @800 640,00\nMălai | @400 80 | @600 4,15 | @800 332,00"
    )
    found = rows(page, name=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)
    assert found == [("Făină", 200, 3.2, 640), ("Mălai", 80, 4.15, 332)]


def test_tables_side_by_side_are_two(printed_page):
    page = printed_page(
        "Payments | @300 Hours | @450 Amount | @650 Deductions | @900 Amount\n"
        "Basic pay | @300 152 | @450 2,432.00 | @650 Income tax | @900 341.20\n"
        "Overtime | @300 8 | @450 192.00 | @650 Pension | @900 135.48\n@650 Union | @900 14.00\n"
        "Total payments | @450 2,624.00 | @650 Total deductions | @900 490.68"
    )
    array = {"type": "array", "items": object_of(description=TEXT, amount=NUMBER)}
    found = fields(page, earnings=array, deductions=array, passengers={**array, "items": object_of(seat=TEXT)})
    assert [tuple(row.values()) for row in found["earnings"]] == [("Basic pay", 2432), ("Overtime", 192)]
    assert [row["amount"] for row in found["deductions"]] == [341.2, 135.48, 14]
    assert found["passengers"] == []


def test_a_balance_of_a_day_is_no_row(printed_page):
    page = printed_page(
        "Date | @150 Libellé | @600 Débit | @800 Crédit\n@150 ANCIEN SOLDE AU 29/02/2024 | @800 1 204,33\n"
        "04/03/2024 | @150 PRLV EDF | @600 88,10\n06/03/2024 | @150 VIR SALAIRE | @800 1 875,40\n"
        "@150 NOUVEAU SOLDE AU 31/03/2024 | @800 2 991,63"
    )
    assert rows(page, label=TEXT, debit=NUMBER, credit=NUMBER) == [
        ("PRLV EDF", 88.1, None),
        ("VIR SALAIRE", None, 1875.4),
    ]


LAB = """Test | @300 Result | @500 Units
    Sodium | @300 139 | @500 mmol/L
    Platelets | @300 251 | @500 10^9/L
    Urea | @300 139 | @500 mmol/L"""


def test_a_list_is_the_column_that_it_names(printed_page):
    lists = {name: {"type": "array", "items": {"type": kind}} for name, kind in
             (("test_names", "string"), ("results", "number"), ("amounts", "number"))}  # fmt: skip
    found = fields(printed_page(LAB), **lists)
    assert found == {"test_names": ["Sodium", "Platelets", "Urea"], "results": [139, 251, 139], "amounts": []}
    goods = printed_page(f"{GOODS}Brush | @500 3 | @700 4.50 | @900 13.50\nTape | @500 2 | @700 1.00 | @900 2.00")
    assert fields(goods, items=lists["test_names"], amounts=lists["amounts"]) == {
        "items": ["Brush", "Tape"], "amounts": [13.5, 2]}  # fmt: skip


def test_an_array_of_arrays_has_the_cells_of_a_whole_table(printed_page):
    cells = {"type": "array", "items": {"type": "string"}}
    found = fields(printed_page(LAB + "\nIron | @300 12"), table={"type": "array", "items": cells}, headers=cells)
    assert found["table"][0] == ["Sodium", "139", "mmol/L"]
    assert found["table"][3] == ["Iron", "12", ""]
    assert found["headers"] == ["Test", "Result", "Units"]
    held = fields(printed_page(LAB), rows={"type": "array", "items": object_of(cells=cells)})
    assert held["rows"][1] == {"cells": ["Platelets", "251", "10^9/L"]}


def test_a_first_column_of_one_two_three_under_an_unknown_head_counts_the_rows(printed_page):
    page = printed_page(
        "P.č. | @150 Názov | @500 Množstvo | @700 MJ | @900 Hmotnosť\n"
        "1. | @150 Tehla | @500 400 | @700 ks | @900 1 480,00\n"
        "2. | @150 Cement | @500 32 | @700 ks | @900 800,00\n3. | @150 Piesok | @500 3,5 | @700 t | @900 3 500,00"
    )
    found = rows(page, description=TEXT, quantity=NUMBER, unit=TEXT, weight=NUMBER)
    assert found == [("Tehla", 400, "ks", 1480), ("Cement", 32, "ks", 800), ("Piesok", 3.5, "t", 3500)]


def test_prices_of_a_hundred_pieces_are_prices_and_their_amounts_are_checked(printed_page):
    page = printed_page(
        "Articolo | @200 Descrizione | @600 Pezzi | @750 Prezzo x 100 | @1000 Importo\n"
        "VT-M6 | @200 Vite | @600 500 | @750 12,40 | @1000 62,00\n"
        "DA-M8 | @200 Dado | @600 1200 | @750 9,50 | @1000 114,00\n"
        "RO-10 | @200 Rondella | @600 2500 | @750 3,80 | @1000 96,00"
    )
    found = rows(page, code=TEXT, description=TEXT, pieces=NUMBER, price=NUMBER, amount=NUMBER)
    assert found[:2] == [("VT-M6", "Vite", 500, 12.4, 62), ("DA-M8", "Dado", 1200, 9.5, 114)]
    assert found[2][4] is None


def test_heads_that_only_a_word_list_parts_are_one_where_rows_fill_either(printed_page):
    page = printed_page(
        "扣款项目 | @600 金额\n养老保险 | @600 656.00\n@150 个人所得税 | @600 87.30\n合计 | @600 743.30"
    )
    assert rows(page, item=TEXT, amount=NUMBER) == [("养老保险", 656), ("个人所得税", 87.3)]


def test_days_in_digits_with_a_point_are_dates_of_the_period(printed_page):
    page = printed_page(
        "Wyciąg za okres 01.04.2024 - 30.04.2024\nData księg. | @200 Opis | @600 Kwota | @800 Saldo\n"
        "02.04 | @200 Czynsz | @600 -980,00 | @800 1 230,15\n10.04 | @200 Sklep | @600 -64,35 | @800 1 165,80\n"
        "25.04 | @200 Premia | @600 20,00 | @800 1 185,80"
    )
    days = [row[0] for row in rows(page, date=DATE, description=TEXT, amount=NUMBER, balance=NUMBER)]
    assert days == ["2024-04-02", "2024-04-10", "2024-04-25"]
