"""Tickets and stays: one sum and one day of a ticket by whatever name, and the days and the guest of a stay."""

import pytest
from schemas import NUMBER, TEXT, fields, named, object_of

TICKETS = {
    "a sum that is called otherwise": (
        (
            "Bahnticket\nVon | @400 Nach | @800 Datum\nUlm | @400 Worms | @800 11.03.2023\n"
            "Zugnummer | @400 Klasse | @800 Preis\n"
            "IC 210 | @400 2 | @800 EUR 41,20"
        ),
        {"fahrpreis": 41.2, "reisedatum": "11.03.2023"},
    ),
    "labels beside their values": (
        (
            "Billete\nOrigen: | @300 Gijón | @700 Clase: | @950 Turista\n"
            "Destino: | @300 Lugo | @700 Asiento: | @950 12C\n"
            "Fecha: | @300 7 de mayo de 2023 | @700 Importe: | @950 18,40 €"
        ),
        {"total_price": 18.4, "travel_date": "7 de mayo de 2023"},
    ),
    "two sums, of which nothing says which is the fare": (
        (
            "Travel Ticket\nFrom | @300 Derby | @700 Seat | @900 14A\n"
            "To | @300 Crewe | @700 Class | @900 Standard\n"
            "Outward | @300 £12.00 | @700 Insurance | @900 £3.00"
        ),
        {"total_price": None},
    ),
    "a distance is no fare": (
        (
            "Travel Ticket\nFrom | @300 Derby | @700 Seat | @900 14A\n"
            "To | @300 Crewe | @700 Class | @900 Standard\n"
            "Distance 1,250 km"
        ),
        {"total_price": None},
    ),
    "a fare with the letter of its tax, beside a distance": (
        (
            "Travel Ticket\nFrom | @300 Derby | @700 Seat | @900 14A\n"
            "To | @300 Crewe | @700 Class | @900 Standard\n"
            "Distance 1,250 km\nPaid | @300 87.50 A"
        ),
        {"total_price": 87.5},
    ),
    "the day of a birth is no day of travel": (
        (
            "Travel Ticket\nFrom | @300 Derby | @700 Seat | @900 14A\n"
            "To | @300 Crewe | @700 Class | @900 Standard\n"
            "Date of birth | @300 03/04/1988"
        ),
        {"travel_date": None},
    ),
}


@pytest.mark.parametrize("kind", TICKETS)
def test_a_ticket_prints_one_sum_and_one_day(printed_page, kind):
    sketch, expected = TICKETS[kind]
    page = printed_page(sketch)
    numbers = {name for name, value in expected.items() if "price" in name or "preis" in name}
    got = {**fields(page, **dict.fromkeys(numbers, NUMBER)), **named(page, *(expected.keys() - numbers))}
    assert got == expected


def test_a_page_without_a_train_or_a_seat_is_no_ticket(printed_page):
    page = printed_page("Moving Co\nFrom | @300 Derby\nTo | @300 Crewe\nStorage | @300 £30.00")
    assert fields(page, fare=NUMBER)["fare"] is None


STAYS = {
    "en": ("The Larch Inn\nRoom 12 | @500 Arrival: 3 May 2023\nGuest: Mary Moss | @500 Departure: 5 May 2023"),
    "de": ("Gasthof Birke\nName des Gastes: Mary Moss\nZimmer-Nr.: 12\nAnreise: 3 May 2023\nAbreise: 5 May 2023"),
    "es": (
        "Hostal Olmo\nHuésped | @500 Mary Moss\nHab. | @500 12\nLlegada | @500 3 May 2023\nSalida | @500 5 May 2023"
    ),
    "pl": (
        "Pensjonat Buk\nNazwisko gościa: Mary Moss\nNr pokoju: 12\nData przyjazdu: 3 May 2023\nData wyjazdu: 5 May 2023"
    ),
    "ms": ("Hotel Melur\nTetamu: Mary Moss\nBilik: 12\nDaftar Masuk: 3 May 2023\nDaftar Keluar: 5 May 2023"),
    "id": (
        "Hotel Melati\nTamu | @500 Mary Moss\nNo. Kamar | @500 12\n"
        "Tanggal Masuk | @500 3 May 2023\nCheck-out | @500 5 May 2023"
    ),
    "zh": ("云栖宾馆\n宾客姓名：Mary Moss\n房号：12\n入住日期：3 May 2023\n退房日期：5 May 2023"),
}


@pytest.mark.parametrize("language", STAYS)
def test_the_days_and_the_guest_of_a_stay(printed_page, language):
    got = named(printed_page(STAYS[language]), "guest_name", "arrival_date", "departure_date")
    assert got == {"guest_name": "Mary Moss", "arrival_date": "3 May 2023", "departure_date": "5 May 2023"}


@pytest.mark.parametrize("room", ["N° de chambre 714", "Chambre 714"])
def test_a_label_with_its_number_is_no_guest(printed_page, room):
    page = printed_page(
        f"Hôtel du Lac\nClient | @400 Anaïs Morel\n{room}\nArrivée | @400 02/03/2023\nDépart | @400 05/03/2023"
    )
    assert named(page, "guest_name")["guest_name"] == "Anaïs Morel"


@pytest.mark.parametrize("title", ["银行对账单", "銀行對帳單"])
def test_the_title_of_a_statement_is_no_bank(printed_page, title):
    page = printed_page(f"{title}\n户名：王静\n对账单号：55\n上期余额：10.00\n本期余额：12.00")
    assert named(page, "bank_name")["bank_name"] is None


@pytest.mark.parametrize("street", ["Jl. Anggrek 14", "JI. Anggrek 14"])
def test_a_building_without_a_number_heads_the_page_of_its_hotel_and_a_street_is_no_name(printed_page, street):
    page = printed_page(f"Wisma Kenanga\n{street}\nMedan 20111\nTamu | @400 Sari Dewi\nNo. Kamar | @400 31")
    assert named(page, "hotel_name")["hotel_name"] == "Wisma Kenanga"


@pytest.mark.parametrize("name", ["Sarapan", "Nómina"])
def test_a_short_word_that_is_a_letter_longer_or_shorter_than_a_sum_is_a_row(printed_page, name):
    page = printed_page(
        f"Hotel Teratai\nDate | @300 Description | @900 Amount\n1 May 2023 | @300 Room | @900 90.00\n"
        f"1 May 2023 | @300 {name} | @900 12.00\n2 May 2023 | @300 Minibar | @900 5.50\nTotal | | @900 107.50"
    )
    rows = {"type": "array", "items": object_of(description=TEXT, amount=NUMBER)}
    assert [row["description"] for row in fields(page, charges=rows)["charges"]] == ["Room", name, "Minibar"]
