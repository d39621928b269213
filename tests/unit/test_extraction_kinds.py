"""Laboratory findings, rent, working time, pay, insurance, forms and boarding passes, asked in English."""

import pytest
from schemas import DATE, NUMBER, TEXT, fields, named


def members(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


def array(**properties):
    return {"type": "array", "items": members(**properties)}


RESULTS = array(analyte=TEXT, result=NUMBER, unit=TEXT, reference_range=TEXT)
FINDINGS = {
    "it": "Poliambulatorio San Rocco\nVia Manzoni 14\n37121 Verona VR\nTel. 045 123456\nReferto di laboratorio\n"
    "Assistito: Giulia Ferri | @900 N. accettazione: L-55012\n"
    "Data di nascita: 17/08/1990 | @900 Prelievo del: 02/05/2024\n"
    "Medico curante: Dott. Paolo Neri | @900 Refertato il: 04/05/2024\n"
    "Esame | @600 Esito | @800 Unità | @1000 Intervallo di riferimento\n"
    "Glucosio | @600 112 | @800 mg/dL | @1000 70 - 99\nPotassio | @600 4,1 | @800 mmol/L | @1000 3,5 - 5,1",
    "de": "Labor Dr. Kessler GmbH\nHafenstr. 8, 20457 Hamburg\nLaborbefund\nEinsender | @500 Praxis Dr. Ahrens\n"
    "Patient | @500 Lena Vogt\ngeb. am | @500 17.08.1990\nAuftragsnummer | @500 L-55012\n"
    "Entnahmedatum | @500 02.05.2024\nBefund vom | @500 04.05.2024\n"
    "Untersuchung | @500 Ergebnis | @700 Einheit | @900 Normbereich\n"
    "Glukose | @500 112 | @700 mg/dL | @900 70 - 99\nKalium | @500 4,1 | @700 mmol/L | @900 3,5 - 5,1",
    "ja": "中央臨床検査センター\n検査報告書\n患者氏名：小林 美咲 | @800 検体番号：L-55012\n"
    "生年月日：1990年8月17日 | @800 採取日：2024年5月2日\n依頼医師：森田 健 | @800 報告日：2024年5月4日\n"
    "検査項目 | @500 結果 | @700 単位 | @900 基準値\n"
    "血糖 | @500 112 | @700 mg/dL | @900 70 - 99\nカリウム | @500 4.1 | @700 mmol/L | @900 3.5 - 5.1",
}


@pytest.mark.parametrize(
    ("code", "laboratory", "patient", "doctor"),
    [
        ("it", "Poliambulatorio San Rocco", "Giulia Ferri", "Dott. Paolo Neri"),
        ("de", "Labor Dr. Kessler GmbH", "Lena Vogt", "Praxis Dr. Ahrens"),
        ("ja", "中央臨床検査センター", "小林 美咲", "森田 健"),
    ],
)
def test_a_finding_names_each_of_its_parties_and_its_results(printed_page, code, laboratory, patient, doctor):
    found = fields(
        printed_page(FINDINGS[code]),
        laboratory=members(name=TEXT),
        patient=members(name=TEXT, birth_date=DATE),
        doctor=members(name=TEXT, phone=TEXT),
        specimen_number=TEXT,
        sample_collected=DATE,
        report_date=DATE,
        results=RESULTS,
    )
    assert found["laboratory"] == {"name": laboratory}
    assert found["patient"] == {"name": patient, "birth_date": "1990-08-17"}
    assert found["doctor"] == {"name": doctor, "phone": None}  # the one printed is the laboratory's
    assert [found[name] for name in ("specimen_number", "sample_collected", "report_date")] == [
        "L-55012",
        "2024-05-02",
        "2024-05-04",
    ]
    assert [(row["result"], row["unit"]) for row in found["results"]] == [(112, "mg/dL"), (4.1, "mmol/L")]
    assert found["results"][0]["reference_range"] == "70 - 99"


def test_a_column_of_results_may_hold_words(printed_page):
    page = printed_page(
        "Investigation | @500 Finding | @800 Method\nProtein | @500 negative | @800 dipstick\n"
        "Nitrite | @500 positive | @800 dipstick"
    )
    rows = fields(page, results=array(test=TEXT, result=TEXT, method=TEXT))["results"]
    assert [tuple(row.values()) for row in rows] == [
        ("Protein", "negative", "dipstick"),
        ("Nitrite", "positive", "dipstick"),
    ]


RENT = [
    (
        "Vermieter: Lindner KG\nMieter: Jonas Pohl\nWohnung: WE 12\nKaltmiete | @900 640,00 €\n"
        "Nebenkostenvorauszahlung | @900 180,00 €\nMietrückstand | @900 75,50 €\nKaution | @900 1.920,00 €"
    ),
    (
        "Bailleur : Lindner KG\nLocataire : Jonas Pohl\nAppartement : WE 12\nLoyer hors charges | @900 640,00 €\n"
        "Provision sur charges | @900 180,00 €\nArriérés | @900 75,50 €\nDépôt de garantie | @900 1 920,00 €"
    ),
    (
        "Verhuurder: Lindner KG\nHuurder: Jonas Pohl\nWoningnummer: WE 12\nKale huur | @900 € 640,00\n"
        "Servicekosten | @900 € 180,00\nHuurachterstand | @900 € 75,50\nWaarborgsom | @900 € 1.920,00"
    ),
]


@pytest.mark.parametrize("sketch", RENT)
def test_a_rent_statement_keeps_its_sums_apart(printed_page, sketch):
    found = fields(
        printed_page(sketch),
        landlord=members(name=TEXT),
        tenant=members(name=TEXT),
        unit_number=TEXT,
        rent=NUMBER,
        service_charge=NUMBER,
        arrears=NUMBER,
        deposit=NUMBER,
    )
    assert found == {
        "landlord": {"name": "Lindner KG"},
        "tenant": {"name": "Jonas Pohl"},
        "unit_number": "WE 12",
        "rent": 640,
        "service_charge": 180,
        "arrears": 75.5,
        "deposit": 1920,
    }


def test_working_time_has_its_employee_its_supervisor_and_both_times(printed_page):
    page = printed_page(
        "Budrem Sp. z o.o.\nKarta czasu pracy\nPracownik: Marek Wrona | @900 Nr pracownika: 4471\n"
        "Przełożony: Ewa Sobczak | @900 Projekt: Most Północny\n"
        "Data | @250 Dzień | @450 Rozpoczęcie | @700 Zakończenie | @950 Godziny | @1200 Nadgodziny\n"
        "03.06.2024 | @250 pon. | @450 07:00 | @700 15:30 | @950 8,0 | @1200 0,0\n"
        "04.06.2024 | @250 wt. | @450 07:00 | @700 17:30 | @950 8,0 | @1200 2,0\nRazem godzin | @950 16,0"
    )
    found = fields(
        page,
        employee=members(name=TEXT, number=TEXT),
        supervisor=members(name=TEXT),
        total_hours=NUMBER,
        entries=array(day=TEXT, start=TEXT, end=TEXT, hours=NUMBER, overtime_hours=NUMBER),
    )
    assert found["employee"] == {"name": "Marek Wrona", "number": "4471"}
    assert found["supervisor"] == {"name": "Ewa Sobczak"}
    assert found["total_hours"] == 16
    assert [tuple(row.values()) for row in found["entries"]] == [
        ("pon.", "07:00", "15:30", 8, 0),
        ("wt.", "07:00", "17:30", 8, 2),
    ]


def test_two_columns_of_times_under_unknown_heads_are_start_and_end(printed_page):
    page = printed_page(
        "Datum | @300 Schicht A | @600 Schicht B | @900 Stunden\n03.06.2024 | @300 07:00 | @600 15:30 | @900 8,0\n"
        "04.06.2024 | @300 07:15 | @600 17:30 | @900 9,5"
    )
    rows = fields(page, entries=array(date=DATE, start=TEXT, end=TEXT, hours=NUMBER))["entries"]
    assert [(row["start"], row["end"]) for row in rows] == [("07:00", "15:30"), ("07:15", "17:30")]


def test_what_was_paid_since_the_year_began_is_not_the_pay_of_the_month(printed_page):
    page = printed_page(
        "Payments | @500 Amount | @800 Year to date\nSalary | @500 2,600.00 | @800 7,800.00\n"
        "Gross pay | @500 2,600.00 | @800 7,800.00\nNet pay | @500 2,239.50 | @800 6,600.80"
    )
    assert fields(page, gross_pay=NUMBER, net_pay=NUMBER) == {"gross_pay": 2600, "net_pay": 2239.5}


def test_a_policy_has_an_insurer_and_an_insured_a_plate_and_three_sums(printed_page):
    page = printed_page(
        "Polisblad autoverzekering\nMaatschappij: Noorderlicht Verzekeringen N.V.\nVerzekeringnemer: Bram de Wit\n"
        "Adres: Kade 9, 9712 AB Groningen\nKenteken: 4-XKD-82 | @800 Merk en type: Kia Niro\n"
        "Ingangsdatum: 01-03-2024 | @800 Einddatum: 28-02-2025\nVerzekerd bedrag | @800 € 24.500,00\n"
        "Eigen risico | @800 € 150,00\nJaarpremie | @800 € 612,40"
    )
    found = fields(
        page,
        insurer=members(name=TEXT),
        policyholder=members(name=TEXT, address=TEXT),
        license_plate=TEXT,
        make_and_model=TEXT,
        start_date=DATE,
        end_date=DATE,
        sum_insured=NUMBER,
        deductible=NUMBER,
        annual_premium=NUMBER,
    )
    assert list(found.values()) == [
        {"name": "Noorderlicht Verzekeringen N.V."},
        {"name": "Bram de Wit", "address": "Kade 9, 9712 AB Groningen"},
        "4-XKD-82",
        "Kia Niro",
        "2024-03-01",
        "2025-02-28",
        24500,
        150,
        612.4,
    ]


@pytest.mark.parametrize("printed", ["AB12 CDE", "B-MW 1234", "品川 300 あ 12-34", "沪A12345", "WXY 1234", "1234 BCD"])
def test_a_plate_is_read_whole(printed_page, printed):
    assert named(printed_page(f"Number plate: {printed}"), "plate") == {"plate": printed}


@pytest.mark.parametrize("printed", ["Volvo", "5353 2752 7119", "12 May 2024"])
def test_other_print_is_no_plate(printed_page, printed):
    assert named(printed_page(f"Number plate: {printed}"), "plate") == {"plate": None}


def test_a_boarding_pass_says_when_where_and_in_which_order_to_board(printed_page):
    page = printed_page(
        "TARJETA DE EMBARQUE\nVuelo: VL 2381 | @900 Terminal: T2\nHora de embarque: 10:45 | @900 Puerta: C12\n"
        "Asiento: 14A | @900 Grupo: 3\nSecuencia: 047 | @900 Origen: Sevilla\nDestino: Bilbao"
    )
    names = [
        "flight",
        "terminal",
        "boarding_time",
        "gate",
        "seat",
        "boarding_group",
        "sequence_number",
        "origin",
        "destination",
    ]
    assert list(named(page, *names).values()) == [
        "VL 2381",
        "T2",
        "10:45",
        "C12",
        "14A",
        "3",
        "047",
        "Sevilla",
        "Bilbao",
    ]


def test_a_form_is_about_the_applicant_and_about_nobody_else(printed_page):
    page = printed_page(
        "Bewerbungsbogen\nName des Bewerbers: Mira Scholz\nGeburtsdatum: 02.02.1995\nTelefon: 0171 2233445\n"
        "Gewünschte Position: Laborantin\nGehaltswunsch: 42.000 EUR\nNotfallkontakt: Karl Scholz\n"
        "Antragsdatum: 10.06.2024"
    )
    found = fields(
        page,
        applicant=members(name=TEXT, birth_date=DATE, phone=TEXT),
        position=TEXT,
        expected_salary=NUMBER,
        emergency_contact=members(name=TEXT, phone=TEXT),
        application_date=DATE,
    )
    assert list(found.values()) == [
        {"name": "Mira Scholz", "birth_date": "1995-02-02", "phone": "0171 2233445"},
        "Laborantin",
        42000,
        {"name": "Karl Scholz", "phone": None},
        "2024-06-10",
    ]


def test_rent_in_a_table_is_a_row_and_no_sum(printed_page):
    page = printed_page(
        "Date | @300 Details | @800 Amount\n01/06/2024 | @300 Room rent | @800 400.00\n"
        "02/06/2024 | @300 Parking | @800 38.00\n03/06/2024 | @300 Room rent | @800 400.00\nTotal | @800 838.00"
    )
    rows = fields(page, charges=array(date=DATE, description=TEXT, amount=NUMBER))["charges"]
    assert [row["amount"] for row in rows] == [400, 38, 400]


@pytest.mark.parametrize("name", ["Laboratorio Salus", "Clínica Santa Marta"])
def test_a_name_that_begins_like_a_label_is_the_laboratory(printed_page, name):
    page = printed_page(f"{name}\nVia Garibaldi, 62\n20225 Milano\nRelatório de análises\nPaziente | @400 Matteo Conti")
    assert named(page, "laboratory_name") == {"laboratory_name": name}


def test_social_security_that_was_kept_back_is_no_number_of_an_insured(printed_page):
    page = printed_page("Seguridad Social | @600 244,62\nTotal deducciones | @600 244,62")
    assert named(page, "social_security_number") == {"social_security_number": None}


def rent_account(landlord):
    return (
        f"{landlord}\nRent account statement\nTenant | @600 Mary Poole\n"
        "Statement period | @600 01/01/2024 to 31/03/2024\n"
        "Date | @300 Details | @800 Rent due | @1050 Received | @1300 Balance\n"
        "05/01/2024 | @300 Rent January | @800 850.00 | @1300 970.00\n"
        "07/01/2024 | @300 Bank transfer | @1050 970.00 | @1300 0.00\n"
        "05/02/2024 | @300 Rent February | @800 850.00 | @1300 850.00"
    )


def test_a_period_gives_its_first_and_its_last_day(printed_page):
    page = printed_page(rent_account("Oakfield Homes Ltd"))
    assert fields(page, period_start=DATE, period_end=DATE) == {
        "period_start": "2024-01-01",
        "period_end": "2024-03-31",
    }
    one_day = printed_page("Oakfield Homes Ltd\nStatement period | @600 01/01/2024")
    assert fields(one_day, period_start=DATE, period_end=DATE) == {"period_start": None, "period_end": None}


def test_beside_a_balance_the_column_that_is_not_paid_is_owed(printed_page):
    found = fields(
        printed_page(rent_account("Oakfield Homes Ltd")), entries=array(charge=NUMBER, payment=NUMBER, balance=NUMBER)
    )
    assert found["entries"] == [
        {"charge": 850, "payment": None, "balance": 970},
        {"charge": None, "payment": 970, "balance": 0},
        {"charge": 850, "payment": None, "balance": 850},
    ]


@pytest.mark.parametrize(
    ("letterhead", "landlord"),
    [
        ("Oakfield Homes Ltd", "Oakfield Homes Ltd"),
        ("Oakfield Lettings Ltd", None),
        ("Hausverwaltung Lindner GmbH", None),
    ],
)
def test_a_letterhead_is_the_landlord_s_unless_it_manages_for_another(printed_page, letterhead, landlord):
    assert fields(printed_page(rent_account(letterhead)), landlord=TEXT) == {"landlord": landlord}


def test_the_dates_of_rows_are_none_of_the_document(printed_page):
    page = printed_page(rent_account("Oakfield Homes Ltd"))
    assert fields(page, statement_date=DATE, due_date=DATE) == {"statement_date": None, "due_date": None}
    form = printed_page("Date | @400 Number | @800 Clerk\n02/05/2024 | @400 A-17 | @800 Poole")
    assert fields(form, date=DATE) == {"date": "2024-05-02"}
