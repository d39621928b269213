"""The goods of till slips, which stand under no heads: names, counts and sums as narrow paper prints them."""

from dataclasses import replace
from time import monotonic, process_time

import pytest
from schemas import NUMBER, TEXT, fields, object_of

GOODS = {"type": "array", "items": object_of(name=TEXT, quantity=NUMBER, unit_price=NUMBER, amount=NUMBER)}

SLIPS = {
    "a count with a currency above its goods": (
        (
            "Harbour Deli\n12 Quay Street\nReceipt\n2 X SGD 1.20\nOat bar | @700 SGD 2.40\n1 X SGD 3.35\n"
            "Olives 100g | @700 SGD 3.35\nTotal | @700 SGD 5.75\nCash | @700 SGD 10.00\nChange | @700 SGD 4.25"
        ),
        [("Oat bar", 2, 1.2, 2.4), ("Olives 100g", 1, 3.35, 3.35)],
    ),
    "a count with the currency behind it, above its goods": (
        (
            "Frutería Olmo\nPlaza Nueva, 4\nTicket\n3 x 1,10 €\nPeras x4 | @700 3,30 €\n"
            "2 x 0,95 €\nAjos | @700 1,90 €\n"
            "TOTAL | @700 5,20 €\nEfectivo | @700 10,00 €\nCambio | @700 4,80 €"
        ),
        [("Peras x4", 3, 1.1, 3.3), ("Ajos", 2, 0.95, 1.9)],
    ),
    "a weight below its goods, a deposit, and letters of taxes": (
        (
            "Hofmarkt Ulmen\nDatum: 04.05.2024\nTomaten | @700 1,91 B\n"
            "0,478 kg x 3,99 €/kg\nMineralwasser | @700 3,00 A\n"
            "4 Stk x 0,75\nPfand | @700 1,00 A\n4 x 0,25\nSUMME | @700 5,91\n"
            "BAR | @700 10,00\nRückgeld | @700 4,09"
        ),
        [("Tomaten", 0.478, 3.99, 1.91), ("Mineralwasser", 4, 0.75, 3), ("Pfand", 4, 0.25, 1)],
    ),
    "whole yen with marks of the reduced rate": (
        (
            "青葉マート\n2024年5月9日 18:22\nレジ 3 | @700 担当 12\n※牛乳 | @700 ¥256\n"
            "(2コ X 単128)\n食パン ※ | @700 ¥168\n"
            "電池 | @700 ¥498\n小計 | @700 ¥922\n合計 | @700 ¥922\nお預り | @700 ¥1,000\nお釣り | @700 ¥78"
        ),
        [("牛乳", 2, 128, 256), ("食パン", None, None, 168), ("電池", None, None, 498)],
    ),
    "whole yen without a sign, that add up to the total": (
        (
            "緑屋商店\n領収書\nレシートNo. | @700 4471\nうどん | @700 380\n緑茶 | @700 150\n2点 × 75\n合計 | @700 530\n"
            "現計 | @700 1,000\nおつり | @700 470\n点数 | @700 3"
        ),
        [("うどん", None, None, 380), ("緑茶", 2, 75, 150)],
    ),
    "a name in one line, count and sum in the next": (
        (
            "康樂小舖\n日期：2023年7月3日\n豆漿\n@60 2 x 35 | @700 70\n飯糰\n@60 1 x 45 | @700 45\n合計 | @700 115\n"
            "現金 | @700 200\n找零 | @700 85"
        ),
        [("豆漿", 2, 35, 70), ("飯糰", 1, 45, 45)],
    ),
    "a name alone where there are several, and rows with one piece": (
        (
            "Warung Melati\nTanggal: 03/02/2024\nNasi goreng\n2 PCS @ 18.000 | @700 36.000\nKerupuk | @700 5.000\n"
            "Es teh\n3 x 4.000 | @700 12.000\nTotal | @700 53.000\nTunai | @700 60.000\nKembali | @700 7.000"
        ),
        [("Nasi goreng", 2, 18000, 36000), ("Kerupuk", None, None, 5000), ("Es teh", 3, 4000, 12000)],
    ),
    "count, price and sum of a fiscal receipt in one line": (
        (
            "Sklep Jodła\nPARAGON FISKALNY\nBułka graham | @400 4 szt. x 0,89 | @700 3,56 C\n"
            "Ser żółty | @400 0,312 x 31,90 | @700 9,95 C\nSUMA PLN | @700 13,51\n"
            "GOTÓWKA | @700 20,00\nRESZTA | @700 6,49"
        ),
        [("Bułka graham", 4, 0.89, 3.56), ("Ser żółty", 0.312, 31.9, 9.95)],
    ),
    "a discount under the goods is no goods and does not end them": (
        (
            "Winkel de Linde\nDatum: 02-03-2024\nKaas jong | @700 6,49\n"
            "Korting | @700 -1,00\nStroopwafels | @700 3,98\n"
            "2 stuks à 1,99\nStatiegeld | @700 0,15\nTotaal | @700 9,62\nPin | @700 9,62"
        ),
        [("Kaas jong", None, None, 6.49), ("Stroopwafels", 2, 1.99, 3.98), ("Statiegeld", None, None, 0.15)],
    ),
    "a returned article and a voucher with a minus below all goods": (
        "Bauernladen\nMilch | @700 2,40\nRückgabe Butter | @700 -1,20\nGutschein | @700 -0,30\nGESAMT | @700 0,90",
        [("Milch", None, None, 2.4), ("Rückgabe Butter", None, None, -1.2), ("Gutschein", None, None, -0.3)],
    ),
    "a discount in each of two places, the last below the last goods": (
        (
            "Corner Stores\nReceipt\nApple pie | @700 4.00\nDiscount | @700 -1.00\nGreen tea | @700 3.50\n"
            "Discount | @700 -0.50\nTotal | @700 6.00"
        ),
        [("Apple pie", None, None, 4), ("Green tea", None, None, 3.5)],
    ),
    "counts before the names, which the number of articles bears out": (
        "Épicerie du Pont\nTicket de caisse\n5 Croissant | @700 6,00\nTOTAL | @700 6,00\nNombre d'articles | @700 5",
        [("Croissant", 5, None, 6)],
    ),
    "a number before the only name, which nothing bears out": (
        "Kiosk Central\nReceipt\n7 Up | @700 1.80\nTotal | @700 1.80",
        [("7 Up", None, None, 1.8)],
    ),
    "the number of articles is no head of a column": (
        (
            "Alimentari Rossi\nDocumento commerciale\n2 Focaccia | @700 5,00\n"
            "1 Acqua | @700 0,80\nTOTALE | @700 5,80\n"
            "Numero articoli | @700 3"
        ),
        [("Focaccia", 2, None, 5), ("Acqua", 1, None, 0.8)],
    ),
    "a size in a name is no count": (
        "Padaria Lua\nTalão\nSumo 6 x 200 ml | @700 3,40\nPregos 3 x 40 | @700 2,10\nTOTAL | @700 5,50",
        [("Sumo 6 x 200 ml", None, None, 3.4), ("Pregos 3 x 40", None, None, 2.1)],
    ),
    "a count whose product is no sum beside it belongs to nothing": (
        "Kedai Seri\nResit\nRoti | @700 3.20\n2 x 1.80\nTeh | @700 2.50\nJumlah | @700 5.70",
        [("Roti", None, None, 3.2), ("Teh", None, None, 2.5)],
    ),
}


@pytest.mark.parametrize("kind", SLIPS)
def test_the_goods_of_a_slip(printed_page, kind):
    sketch, expected = SLIPS[kind]
    assert [tuple(row.values()) for row in fields(printed_page(sketch), items=GOODS)["items"]] == expected


def test_whole_numbers_that_add_up_to_no_sum_are_no_goods(printed_page):
    page = printed_page("若葉\nレシートNo. | @700 4471\n会員 | @700 8820\n合計 | @700 530\nおつり | @700 470")
    assert fields(page, items=GOODS)["items"] == []


def test_a_count_may_be_printed_as_its_sum_is(printed_page):
    page = printed_page("Kiosk\n10 | @200 Nails | @700 10\n2 | @200 Tape | @700 30\n合計 | @700 40")
    assert [row["quantity"] for row in fields(page, items=GOODS)["items"]] == [10, 2]


def test_a_row_of_hundreds_of_sums_takes_no_time(printed_page):
    counts = " | ".join(f"2 x 1.00 2.{n % 90 + 10}" for n in range(400))
    page = printed_page(f"Kiosk\nTea | {counts}\nTotal | @700 5.75")
    fields(printed_page("Kiosk\nTea | @700 2.00\nTotal | @700 2.00"), items=GOODS)  # reads the words
    began = process_time()
    fields(page, items=GOODS)
    assert process_time() - began < 3  # each sum read again for each other one takes three times as long


@pytest.mark.parametrize("text", ["@ " * 30_000, "1 x " * 5_000, "100 " * 10_000, " " * 50_000, "1.1" * 20_000])
def test_a_long_line_of_signs_takes_no_time(printed_page, text):
    page = printed_page("Kiosk\nTea | @700 2.00\nTotal | @700 2.00")
    long = replace(page, lines=[*page.lines, replace(page.lines[-1], text=f"{text}x", row=9)])
    fields(page, items=GOODS)  # reads the words
    began = monotonic()
    fields(long, items=GOODS)
    assert monotonic() - began < 15  # a form that tries every place from every place takes minutes
