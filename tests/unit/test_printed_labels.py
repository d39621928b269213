"""How labels meet values on pages of any kind: labels that the caller names, units, words turned around."""

import pytest
from schemas import NUMBER, extract, named

from server.fields.print.units import units_at, units_named
from server.fields.words.phrasings import quoted_labels, variants

INTEGER = {"type": ["integer", "null"]}
BOOLEAN = {"type": ["boolean", "null"]}


def described(schema, words):
    return {**schema, "description": words}


@pytest.mark.parametrize(
    "words", ["printed as 'Pendiente'", "labelled “Pendiente”", "„Pendiente“ on the bill", "Pendiente"]
)
def test_a_label_that_the_caller_names_is_the_one_that_is_read(printed_page, words):
    page = printed_page("Total recibo | @800 61,38 €\nA cuenta | @800 20,00 €\nPendiente | @800 41,38 €")
    assert extract(page, {"total": described(NUMBER, words)}).value == {"total": 41.38}


def test_quotations_of_values_are_no_labels():
    assert quoted_labels("the month, e.g. 'March'") == ()
    assert quoted_labels("the holder's name, printed as 'Titular'") == ("titular",)
    assert quoted_labels("标签为「发票号码」") == ("发票号码",)


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("inspection date", "dateofinspection"),
        ("owner name", "ownersname"),
        ("maximum weight", "maxweight"),
        ("load capacity kg", "loadcapacity"),
        ("date issued", "issuedon"),
        ("ticket number", "noticket"),
    ],
)
def test_words_of_a_property_are_printed_in_other_ways(words, other):
    assert other in variants(words)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("12 Monate", 12),
        ("36个月", 36),
        ("3 years", 3),
        ("2,500 kg", 2500),
        ("15 km", 15),
        ("20 °C", 20),
        ("5 %", 5),
        ("75 sq ft", 75),
    ],
)
def test_a_number_with_a_unit_is_that_number(printed_page, printed, value):
    assert extract(printed_page(f"Zulfort | @700 {printed}"), {"zulfort": NUMBER}).value == {"zulfort": value}


@pytest.mark.parametrize("printed", ["10 000 00", "<5 ppm", "3 of 9 pages", "4 Wiesel", "about 3 or 4"])
def test_what_is_no_number_with_a_unit_is_null(printed_page, printed):
    assert extract(printed_page(f"Zulfort | @700 {printed}"), {"zulfort": NUMBER}).value == {"zulfort": None}


def test_a_unit_that_the_property_does_not_name_is_refused(printed_page):
    page = printed_page("Weight | @700 1,200 g\nTerm | @700 3 years")
    assert extract(page, {"weight_kg": NUMBER, "term_months": NUMBER}).value == {"weight_kg": None, "term_months": None}
    assert extract(page, {"weight_g": NUMBER, "term_years": NUMBER}).value == {"weight_g": 1200, "term_years": 3}


def test_units_are_known_in_the_label_languages():
    assert units_at("3 miesiące", 1) == (frozenset({"duration-month"}), 10)
    assert units_at("9 AM", 1) is None
    assert units_named("interval in months") == ("interval", frozenset({"duration-month"}))
    assert units_named("model year") == ("model year", frozenset())


def test_the_first_of_so_many_is_a_number_and_the_last_is_none(printed_page):
    assert extract(printed_page("Sheet | @700 2 of 9"), {"sheet_number": INTEGER, "sheet": INTEGER}).value == {
        "sheet_number": 2,
        "sheet": 2,
    }


def test_a_percentage_is_a_share_where_the_schema_admits_no_more_than_one(printed_page):
    share = {"type": ["number", "null"], "maximum": 1}
    page = printed_page("Zulfort rate: 19 %")
    assert extract(page, {"zulfort_rate": share}).value == {"zulfort_rate": 0.19}
    assert extract(page, {"zulfort_rate": NUMBER}).value == {"zulfort_rate": 19}


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("Ja", True),
        ("Oui", True),
        ("Sí", True),
        ("Tak", True),
        ("はい", True),
        ("Nein", False),
        ("Não", False),
        ("いいえ", False),
    ],
)
def test_yes_and_no_of_other_languages(printed_page, printed, value):
    assert extract(printed_page(f"Zulfort: | @700 {printed}"), {"zulfort": BOOLEAN}).value == {"zulfort": value}


@pytest.mark.parametrize(
    ("printed", "choices", "value"),
    [
        ("weiblich", ["male", "female"], "female"),
        ("Mężczyzna", ["M", "F"], "M"),
        ("Pagado", ["paid", "unpaid"], "paid"),
        ("nicht bezahlt", ["paid", "unpaid"], "unpaid"),
        ("vielleicht", ["paid", "unpaid"], None),
    ],
)
def test_members_of_an_enum_by_their_meaning(printed_page, printed, choices, value):
    schema = {"enum": [*choices, None]}
    assert extract(printed_page(f"Zulfort: | @700 {printed}"), {"zulfort": schema}).value == {"zulfort": value}


@pytest.mark.parametrize("printed", ["14:30", "2.30 pm", "14 Uhr 30", "14.30 Uhr", "14h30", "14時30分"])
def test_times_of_day_in_other_forms(printed_page, printed):
    assert named(printed_page(f"Start time | @700 {printed}"), "start_time") == {"start_time": printed}


def test_a_code_in_groups_is_given_whole(printed_page):
    page = printed_page("Number plate | @700 AB12 CDE\nSeat | @700 2階 F列 21番")
    assert named(page, "license_plate", "seat") == {"license_plate": "AB12 CDE", "seat": "2階 F列 21番"}


def test_a_word_of_another_language_that_means_something_else_here_is_no_label(printed_page):
    page = printed_page(
        "Polisi Insurans\nNo. Polisi: 32-522266-7\nTarikh mula: 3 Ogos 2025\nNama pemegang polisi: Nur Aisyah"
    )
    assert named(page, "license_plate") == {"license_plate": None}


@pytest.mark.parametrize("name", ["home_phone", "work_phone", "emergency_phone", "applicant_phone", "guardian_email"])
def test_reach_of_somebody_else_is_not_the_pages_own(printed_page, name):
    page = printed_page("Larch Clinic\nTel 01632 960 118 | @900 desk@larch.example\nPatient: | @400 Ada Penrose")
    assert named(page, name) == {name: None}


def test_reach_of_somebody_is_read_at_its_own_label(printed_page):
    page = printed_page(
        "Larch Clinic\nTel 01632 960 118\nHome phone | @500 01632 960 200\nApplicant phone | @500 01632 960 300"
    )
    assert named(page, "home_phone", "applicant_phone") == {
        "home_phone": "01632 960 200",
        "applicant_phone": "01632 960 300",
    }


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("note", "Remarks: fragile goods"),
        ("nota", "Observaciones: fragile goods"),
        ("nilai", "Jumlah: 250,00"),
        ("用量", "使用量：125"),
    ],
)
def test_a_name_that_may_mean_a_school_mark_or_a_dose_keeps_its_other_meaning(printed_page, name, printed):
    assert named(printed_page(printed), name) == {name: printed.replace("：", ": ").split(": ")[1]}


def test_a_school_mark_is_read_beside_the_words_for_one(printed_page):
    assert named(printed_page("Klasse: 8b\nNote: 2,3"), "grade") == {"grade": "2,3"}
