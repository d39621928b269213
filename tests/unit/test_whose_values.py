"""Whose a value is: of a patient, a landlord or an insurer only where the page speaks of one."""

import pytest
from schemas import named

SHOP = "Bramble Ltd\n14 Canal Row, Leeds LS1 4AB\nTel 0113 496 0111\nINVOICE 77\nTotal | @800 24.00"
SHOP += "\nShipping insurance | @800 4.00"
RENT = "Vale Homes Ltd\n8 High Street, York YO1 7HH\nRENT STATEMENT\nTenant: Ana Roe\nRent | @800 720.00"
AGENT = RENT.replace("Vale Homes Ltd", "Vale Property Management Ltd")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "landlord_name",
            "property_manager",
            "hotel_name",
            "airline",
            "insurer_name",
            "insurer_phone",
            "utility_provider",
        ),
        *("laboratory", "employer", "patient_address", "patient_phone", "tenant_email", "policyholder_address"),
    ],
)
def test_a_shop_is_no_issuer_of_another_trade_and_its_address_is_nobody_elses(printed_page, name):
    assert named(printed_page(SHOP), name) == {name: None}


@pytest.mark.parametrize(
    ("sketch", "name", "value"),
    [
        (RENT, "landlord_name", "Vale Homes Ltd"),
        (RENT, "property_manager", None),
        (AGENT, "landlord_name", None),
        (AGENT, "property_manager", "Vale Property Management Ltd"),
        (f"{RENT}\nManaging agent: Elm Ltd", "property_manager", "Elm Ltd"),
        ("Oak Ltd\nHausverwaltung: | @600 Ulmen GmbH\nMiete | @600 720,00", "landlord_name", "Oak Ltd"),
        ("Oak Ltd\nBeheerder: | @600 Iep B.V.\nHuur | @600 720,00", "landlord_name", "Oak Ltd"),
        ("Oak Ltd\n管理会社: | @600 株式会社楡\n家賃 | @600 72,000", "landlord_name", "Oak Ltd"),
        ("Oak Ltd\nZarządca: | @600 Wiąz Sp. z o.o.\nCzynsz | @600 720,00", "property_manager", "Wiąz Sp. z o.o."),
        ("Oak Ltd\nFlight | @500 OK 12\nBoarding | @500 12:20", "airline", "Oak Ltd"),
        ("Oak Ltd\n3 Mill Lane, York YO1 7HH\nLot 8 of volume 9\nAir filter | @800 4.00", "airline", None),
    ],
)
def test_who_manages_property_is_no_landlord_and_an_issuer_is_one_by_words_of_its_trade(
    printed_page, sketch, name, value
):
    assert named(printed_page(sketch), name) == {name: value}


def test_a_patients_address_is_read_where_the_page_names_the_patient(printed_page):
    page = printed_page("Vale Clinic\n9 Mill Lane, York YO1 7HH\nPatient: Ana Roe\nAddress: 3 Elm Road, Leeds LS1 4AB")
    assert named(page, "patient_address") == {"patient_address": "3 Elm Road, Leeds LS1 4AB"}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Prima Foto Srl", "insurer_name"),
        ("Premium Cars Ltd", "insurer_name"),
        ("Segura e Hijos SL", "insurer_name"),
        ("Camera Corner Ltd", "hotel_name"),
        ("Kamera Haus GmbH", "hotel_name"),
        ("Norma Fashion Ltd", "laboratory"),
        ("Energia Bar Srl", "utility_provider"),
        ("Casa Luz SL", "utility_provider"),
        ("Volo Shoes Ltd", "airline"),
    ],
)
def test_an_everyday_word_in_a_name_is_no_trade(printed_page, head, name):
    page = printed_page(f"{head}\n3 Mill Lane, York YO1 7HH\nINVOICE 7\nLamp | @700 4.00\nTotal | @800 4.00")
    assert named(page, name) == {name: None}


def test_an_everyday_word_tells_a_trade_beside_another(printed_page):
    page = printed_page("Luz Clara SA\nCalle Mayor 5\nFactura 7\nConsumo: 80 kWh\nTotal | @800 24,00")
    assert named(page, "utility_provider") == {"utility_provider": "Luz Clara SA"}
    assert named(printed_page("Elm Insurance Ltd\nINVOICE 7\nTotal | @800 24.00"), "insurer") == {
        "insurer": "Elm Insurance Ltd"
    }
