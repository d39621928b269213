"""Machine readable zones: the samples of ICAO Doc 9303, recognisers' slips in them, and the print beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import DATE, TEXT, fields, named

from server.fields.identity.mrz import check_digit, decode
from server.fields.identity.states import state_name, two_letters

PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
SMALL_CARD = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
VISA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
SMALL_VISA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")


@pytest.mark.parametrize(
    ("rows", "form", "number", "birth", "expiry"),
    [
        (PASSPORT, "TD3", "L898902C3", "1974-08-12", "2012-04-15"),
        (CARD, "TD1", "D23145890", "1974-08-12", "2012-04-15"),
        (SMALL_CARD, "TD2", "D23145890", "1974-08-12", "2012-04-15"),
        (VISA, "MRV-A", "L8988901C", "1940-09-07", "1996-12-10"),
        (SMALL_VISA, "MRV-B", "L8988901C", "1940-09-07", "1996-12-10"),
    ],
)
def test_the_samples_of_the_standard(rows, form, number, birth, expiry):
    zone = decode(rows)
    assert zone is not None
    assert zone.form == form
    assert zone.proved >= {"number", "birth", "expiry"}
    said = {name: zone.values[name] for name in ("surname", "given", "number", "birth", "expiry", "sex")}
    assert said == {
        "surname": "ERIKSSON", "given": "ANNA MARIA", "number": number, "birth": birth, "expiry": expiry, "sex": "F"
    }  # fmt: skip


def test_a_number_longer_than_its_field_goes_on_in_the_optional_data():
    zone = decode(
        ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    )
    assert zone is not None
    assert zone.values["number"] == "D23145890734"


@pytest.mark.parametrize(
    "second",
    [
        "L898902C36UTO74O8122F12O4159ZE184226B<<<<<10",  # the alphabet of a date has no O
        "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10",  # both check digits say 0
        "L898902C36UT07408122F1204159ZE184226B<<<<<10",  # a state has no digit
        "L898902C36UTO7408122F1204159ZE184226B<<<10",  # fillers lost
        "L898902C36UTO7408122F1204159ZE184226B<<<<<<<10",  # fillers doubled
    ],
)
def test_a_slip_is_put_right_where_the_alphabet_or_a_check_digit_proves_it(second):
    zone = decode((PASSPORT[0].rstrip("<") + "<<<", second))
    assert zone is not None
    assert zone.rows == PASSPORT


def test_what_no_check_proves_is_not_given():
    zone = decode((PASSPORT[0], "L898702C36UTO7408122F1204159ZE184226B<<<<<10"))  # 7 for 9 looks like nothing
    assert zone is not None
    assert "number" not in zone.values
    assert zone.values["birth"] == "1974-08-12"
    assert decode((PASSPORT[0], "L898702C36UTO7408112F1204159ZE184226B<<<<<10")) is None


@given(st.lists(st.text("ABCOI0158<PV", max_size=50), min_size=2, max_size=3))
def test_any_rows_decode_to_a_zone_or_to_nothing(rows):
    zone = decode(rows)
    assert zone is None or len(zone.proved) >= 2


def test_names_beyond_the_fillers_are_misread_fillers():
    zone = decode(("P<UTOERIKSSON<<ANNA<<<<<<<<<<<<<K<<<<<<C<<<<", PASSPORT[1]))
    assert zone is not None
    assert zone.values["given"] == "ANNA"


def test_check_digits_and_states():
    assert check_digit("D23145890") == "7"
    assert check_digit("520727") == "3"
    assert [state_name(code) for code in ("D", "DEU", "GBR", "FRA", "ZZZ")] == [
        "Germany", "Germany", "United Kingdom", "France", None
    ]  # fmt: skip
    assert two_letters("JPN") == "JP"


def _passport(printed_page, *, second=PASSPORT[1], birth="12 AUG/AOUT 1974", surname="ERIKSSON"):
    return printed_page(f"""
PASSPORT | UTOPIA
Surname / Nom | @500 Passport No.
{surname} | @500 L898902C3
Given names / Prénoms
ANNA MARIA
Nationality / Nationalité
UTOPIAN
Date of birth / Date de naissance | @700 Sex / Sexe
{birth} | @700 F
{PASSPORT[0]}
{second}
""")


def test_print_and_zone_agree(printed_page):
    page = _passport(printed_page)
    names = ("surname", "given_names", "passport_number", "nationality", "sex", "mrz")
    assert named(page, *names) == {
        "surname": "ERIKSSON", "given_names": "ANNA MARIA", "passport_number": "L898902C3", "nationality": "UTOPIAN",
        "sex": "F", "mrz": "\n".join(PASSPORT),
    }  # fmt: skip
    assert fields(page, date_of_birth=DATE, expiry_date=DATE, name=TEXT) == {
        "date_of_birth": "1974-08-12", "expiry_date": "2012-04-15", "name": "ANNA MARIA ERIKSSON"
    }  # fmt: skip


def test_the_checked_value_wins_over_print_that_differs(printed_page):
    assert fields(_passport(printed_page, birth="13 AUG 1974"), date_of_birth=DATE) == {"date_of_birth": "1974-08-12"}
    assert named(_passport(printed_page, birth="12 AUG 1974"), "date_of_birth") == {"date_of_birth": "12 AUG 1974"}


def test_a_name_keeps_its_accents_from_print(printed_page):
    page = printed_page(
        "Name\nMÜLLER\nVornamen\nJÖRG\nP<D<<MUELLER<<JOERG<<<<<<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"
    )
    assert named(page, "surname", "given_name", "passport_number") == {
        "surname": "MÜLLER", "given_name": "JÖRG", "passport_number": "C01X00T47"
    }  # fmt: skip


def test_a_zone_with_blanks_and_other_signs_for_fillers(printed_page):
    page = printed_page("P<UTOERIKSSON«ANNA<MARIA «««««««« <\nL898902C36UTO 7408122F 1204159ZE184226B<<<<<10")
    assert named(page, "passport_number", "sex", "nationality") == {
        "passport_number": "L898902C3", "sex": "F", "nationality": "UTO"
    }  # fmt: skip
    english = {"type": "string", "enum": ["male", "female"]}
    assert fields(page, sex=english, country_code={"type": "string", "pattern": "^[A-Z]{3}$"}) == {
        "sex": "female", "country_code": "UTO"
    }  # fmt: skip
