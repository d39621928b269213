"""What stands beside another label, or in a table, is no value of this one."""

from dataclasses import replace

import pytest
from schemas import DATE, NUMBER, fields, named


@pytest.mark.parametrize(
    ("sketch", "name", "expected"),
    [
        ("Credit note | @600 34 Mill Lane\nYork", "credit_note_number", None),
        ("Seller | @600 Order no: 4711\nOak Ltd", "order_number", "4711"),
        ("Customer | @600 Order no: 4711\nOak Ltd", "customer_name", "Oak Ltd"),
        ("Tax rate: 3,1 %", "tax_rate", "3,1 %"),
        ("Address: 9 High Street\n+44 161 555 0100", "address", "9 High Street"),
        ("Address: 9 High Street\noffice@oak.example", "address", "9 High Street"),
    ],
)
def test_print_of_another_label_is_no_value(printed_page, sketch, name, expected):
    assert named(printed_page(sketch), name) == {name: expected}


@pytest.mark.parametrize(
    "sketch",
    [
        "Date of birth: 27/07/1979",
        "Number | @600 Due date\n4711 | @600 20/06/2023",
        "01/03/2024 | @600 Rent\n02/03/2024 | @600 Food\n05/03/2024 | @600 Fuel",
        "Date: 17 mal 2023\n20/06/2023",
    ],
)
def test_a_date_of_something_else_is_not_the_date(printed_page, sketch):
    assert fields(printed_page(sketch), date=DATE) == {"date": None}


def test_a_date_without_a_label(printed_page):
    assert fields(printed_page("Oak Ltd\n05/03/2024 14:22\nTea | @600 4.00"), date=DATE) == {"date": "2024-03-05"}


def test_a_label_that_begins_a_name(printed_page):
    assert named(printed_page("Bank Larch\n12 Mill Lane\nAccount: 4711"), "bank") == {"bank": "Bank Larch"}


@pytest.mark.parametrize("name", ["number_of_persons", "meter", "room", "weight"])
def test_a_cell_below_the_head_of_a_column_is_no_field_of_the_document(printed_page, name):
    table = "Kamer | Meter | @500 Room | @800 Weight | @1100 Personen"
    rows = "A1 | 4.211 | @500 12 | @800 3,5 kg | @1100 378,71\nA2 | 4.455 | @500 14 | @800 4,5 kg | @1100 401,20"
    assert named(printed_page(f"Vale Ltd\n{table}\n{rows}"), name) == {name: None}


def test_a_row_of_labels_above_one_row_of_values_is_a_form(printed_page):
    page = printed_page("Vale Ltd\nName | @500 Room | @800 Weight\nAna Roe | @500 12 | @800 3,5 kg")
    assert named(page, "name", "room", "weight") == {"name": "Ana Roe", "room": "12", "weight": "3,5 kg"}


@pytest.mark.parametrize(
    ("sketch", "name"),
    [
        ("Oak Ltd\nCliente\nDirección de carga\nCalle del Puerto 4", "customer_name"),
        ("Nama | @500 Jabatan\nTeknisi | @500 Tanda tangan", "name"),
        ("Landlord: | @600 Property Manager", "landlord_name"),
        ("Contact person: Sales Manager", "contact_person"),
        ("Doctor: Physician", "doctor"),
        ("Kunde\nLadeadresse\nHafenweg 4", "customer_name"),
    ],
)
def test_a_label_or_a_job_is_nobodys_name(printed_page, sketch, name):
    assert named(printed_page(sketch), name) == {name: None}


def test_dots_that_lead_to_a_value_are_no_part_of_it(printed_page):
    page = printed_page("Name ........ Ana\nColour . . . . red\nWeight……… 5 kg\nRoom _____ 204")
    expected = {"name": "Ana", "colour": "red", "weight": "5 kg", "room": "204"}
    assert named(page, *expected) == expected


def test_the_value_of_one_record_among_many_is_not_the_documents(printed_page):
    records = "\n".join(f"Parcel no.: | @500 P-{number}\nContents: | @500 Box {number}" for number in range(1, 7))
    page = printed_page(f"Vale Ltd\nWaybill no.: | @500 W-88\n{records}")
    assert named(page, "parcel_no", "contents", "waybill_no") == {
        "parcel_no": None,
        "contents": None,
        "waybill_no": "W-88",
    }


def test_a_number_printed_again_and_again_is_the_documents(printed_page):
    assert named(printed_page("\n".join(["Case no.: | @500 C-4"] * 6)), "case_number") == {"case_number": "C-4"}


def test_a_date_that_cannot_be_read_is_not_the_next_columns(printed_page):
    page = printed_page("Ausgestellt am | @600 Fällig am\n17 Mni 2023 | @600 20. Juni 2023")
    assert fields(page, date_of_issue=DATE, due_date=DATE) == {"date_of_issue": None, "due_date": "2023-06-20"}


def test_a_label_that_begins_the_value_of_another_label_is_part_of_it(printed_page):
    page = printed_page("N° | @600 Autorité\nE3842 | @600 PRÉFECTURE DU GERS")
    assert named(page, "issuing_authority") == {"issuing_authority": "PRÉFECTURE DU GERS"}


@pytest.mark.parametrize("number", ["15 070649 C 103", "QQ 12 34 56 C", "1 85 05 78 006 084 42"])
def test_a_number_of_a_person_has_all_its_groups(printed_page, number):
    page = printed_page(f"Ana Roe\nSocial security no: {number}")
    assert named(page, "social_security_number") == {"social_security_number": number}


@pytest.mark.parametrize(
    ("sketch", "name", "expected"),
    [
        ("Capacity: 3 to 5", "capacity", "3 to 5"),
        ("Plätze | @600 8 bis 12", "plätze", "8 bis 12"),
        ("Places: 4 ou 6", "places", "4 ou 6"),
        ("Seats: 12", "seats", "12"),
    ],
)
def test_a_text_property_gets_a_range_as_a_whole(printed_page, sketch, name, expected):
    assert named(printed_page(sketch), name) == {name: expected}


def test_a_sum_that_runs_into_a_capital_is_no_number(printed_page):
    page = printed_page("Deposit: 88,10/B\nCleaning: 21,37/kg\nRate: 45,00/W\nParking: 7,50/T")
    asked = dict.fromkeys(("deposit", "cleaning", "rate", "parking"), NUMBER)
    assert fields(page, **asked) == {"deposit": None, "cleaning": 21.37, "rate": 45, "parking": 7.5}


@pytest.mark.parametrize("job", ["Sales Manager", "Projektleiter", "Jefe de ventas", "Kierownik magazynu", "Direktur"])
def test_a_job_is_not_who_did_it(printed_page, job):
    assert named(printed_page(f"Oak Ltd\nPrepared by: {job}"), "prepared_by") == {"prepared_by": None}


@pytest.mark.parametrize("heads", ["Datum | @600 Arbeit", "Date | @600 Task", "Date"])
def test_a_date_below_the_head_of_two_rows_is_not_the_documents(printed_page, heads):
    page = printed_page(f"Oak Ltd\n{heads}\n03.05.2024 | @600 Paint\n04.05.2024 | @600 Wash")
    assert fields(page, date=DATE) == {"date": None}


def test_a_price_printed_twice_with_different_values_is_not_the_documents(printed_page):
    assert fields(printed_page("Oak Ltd\nPrice: 4.00\nBlue\nPrice: 5.00"), price=NUMBER) == {"price": None}
    assert fields(printed_page("Oak Ltd\nPrice: 4.00\nBlue\nPrice: 4.00"), price=NUMBER) == {"price": 4.0}


def test_a_word_that_only_resembles_a_label_gives_nothing(printed_page):
    assert named(printed_page("Oak Ltd\n12 Mill Lane\nBath BA2 4TT"), "batch_number") == {"batch_number": None}


def test_a_company_called_agency_is_no_banks_branch(printed_page):
    assert named(printed_page("Agence Dupont Immobilier\n12 rue Haute"), "branch") == {"branch": None}
    assert named(printed_page("Banque du Lac\nAgence Lyon Centre"), "branch") == {"branch": "Lyon Centre"}


QUOTED = {"type": ["string", "null"], "description": "printed as 'Address'"}


@pytest.mark.parametrize("description", ["Address", "printed as 'Address'"])
def test_a_label_that_says_nothing_of_the_buyer_is_not_the_buyers_in_the_sellers_part(printed_page, description):
    page = printed_page("Seller\nOak Ltd\nAddress: 9 High Street, York YO1 7HH\nBuyer\nElm plc")
    asked = {"type": ["string", "null"], "description": description}
    assert fields(page, buyer_address=asked, seller_address=QUOTED) == {
        "buyer_address": None,
        "seller_address": "9 High Street, York YO1 7HH",
    }


def test_a_quoted_label_is_that_of_the_party_that_is_asked_for(printed_page):
    page = printed_page("Seller\nOak Ltd\nPhone: 0161 555 0100\nBuyer\nElm plc\nPhone: 0162 777 0200")
    quoted = {"type": ["string", "null"], "description": "printed as 'Phone'"}
    assert fields(page, buyer_phone=quoted, seller_phone=quoted) == {
        "buyer_phone": "0162 777 0200",
        "seller_phone": "0161 555 0100",
    }


@pytest.mark.parametrize(
    "sketch",
    [
        "Paszport nr:\nDowód osobisty nr: ABA300000",
        "Passport number:\nID card number: 99-88-77",
        "Reisepassnummer\n\n\nAusweisnummer: L01X00T47",
    ],
)
def test_an_empty_passport_number_takes_no_other_documents(printed_page, sketch):
    assert named(printed_page(sketch), "passport_number") == {"passport_number": None}


def test_a_national_number_comes_before_that_of_a_card(printed_page):
    page = printed_page("Nr dowodu osobistego: ABA300000\nPESEL: 44051401359")
    assert named(page, "national_id", "id_card_number") == {
        "national_id": "44051401359",
        "id_card_number": "ABA300000",
    }


def test_a_date_in_a_table_of_two_rows_is_not_the_documents(printed_page):
    rows = "03/05/2024 | @600 Paint | @900 one\n04/05/2024 | @600 Wash | @900 two"
    assert fields(printed_page(f"Oak Ltd\nDate | @600 Task | @900 Note\n{rows}"), date=DATE) == {"date": None}


@pytest.mark.parametrize(
    "sketch",
    [
        "Distribution | @400 (one copy each)",
        "Distribution: | @400 [if applicable]",
        "Distribution | @400 4711 REV. 3/81",
        "Distribution | @1200 Storage | @1500 Freezer",
    ],
)
def test_print_that_fills_nothing_in_is_no_value(printed_page, sketch):
    assert named(printed_page(sketch), "distribution") == {"distribution": None}


def test_a_value_far_behind_dots_or_by_itself_is_one(printed_page):
    dotted, alone = "Distribution ........ | @1200 Freezer | @1500 Storage", "Colour | @1200 red"
    page = printed_page(f"{dotted}\n{alone}\nBooking code | @800 BF-7 | @1400 Copy 2")
    expected = {"distribution": "Freezer", "colour": "red", "booking_code": "BF-7"}
    assert named(page, *expected) == expected


@pytest.mark.parametrize(("score", "expected"), [(0.55, None), (0.7, "Ana Roe")])
def test_a_scribble_that_was_read_with_doubt_is_no_value(printed_page, score, expected):
    page = printed_page("Approved by: | @400 Ana Roe")
    lines = tuple(replace(line, score=score) if line.text == "Ana Roe" else line for line in page.lines)
    assert named(replace(page, lines=lines), "approved_by") == {"approved_by": expected}
