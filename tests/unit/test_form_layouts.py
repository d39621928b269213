"""Forms, certificates and tickets: labels in two lines, below their values, above them in rows, led by dots."""

from dataclasses import replace
from time import monotonic

import pytest
from schemas import DATE, NUMBER, TEXT, extract, named

from server.engines.reading_order import arrange
from server.fields.print.raised_cents import with_cents
from server.values.lines import Line, Lines


def page_of(*lines):
    """A page of lines, each its left edge, top, height and text."""
    made = [
        Line(
            text=text,
            score=0.99,
            box=(
                (left, top),
                (left + 15 * len(text), top),
                (left + 15 * len(text), top + height),
                (left, top + height),
            ),
        )
        for left, top, height, text in lines
    ]
    return Lines(page=0, width=1700, height=2400, lines=arrange(made))


def test_a_label_goes_on_in_the_line_below():
    page = page_of(
        *((50, 100, 30, "Renda"), (400, 100, 30, "780,00 €"), (50, 131, 30, "mensal")),
        *((50, 185, 30, "Animais"), (50, 216, 30, "permitidos"), (400, 216, 30, "Não")),
        *((50, 270, 30, "Caução"), (400, 270, 30, "1.560,00 €")),
    )
    asked = {"rent": {**NUMBER, "description": "Renda mensal"}, "deposit": NUMBER}
    asked["pets"] = {"type": ["boolean", "null"], "title": "Animais permitidos"}
    assert extract(page, asked).value == {"rent": 780, "deposit": 1560, "pets": False}


def test_the_first_line_of_a_longer_label_is_no_label():
    page = page_of((50, 100, 30, "Signature"), (400, 100, 30, "No"), (50, 131, 30, "required"), (50, 200, 30, "Total"))
    assert named(page, "signature") == {"signature": None}


def test_small_print_below_a_line_is_the_label_of_what_stands_on_it():
    page = page_of(
        *((50, 40, 30, "Zwemdiploma"), (50, 300, 34, "H. Vermeulen"), (700, 300, 34, "Amersfoort")),
        *((50, 338, 22, "Examinator"), (700, 338, 22, "Plaats")),
    )
    assert named(page, "examinator", "plaats") == {"examinator": "H. Vermeulen", "plaats": "Amersfoort"}


def test_print_of_one_size_has_its_labels_above_or_before():
    page = page_of((50, 100, 30, "Marta Gallo"), (50, 132, 30, "Zulfort"), (400, 132, 30, "blue"))
    assert named(page, "zulfort") == {"zulfort": "blue"}


@pytest.mark.parametrize(
    "page",
    [
        page_of((50, 100, 22, "Last rabies shot"), (50, 130, 32, "12 May 2025")),
        page_of((50, 100, 30, "Date of next service ......."), (700, 100, 30, "7 Nov 2026")),
        page_of(
            *((50, 100, 30, "Collected"), (400, 100, 30, "Pieces"), (50, 150, 30, "16/10/2025"), (400, 150, 30, "3"))
        ),
        page_of(
            *(
                (50, 100, 30, "Ausweis"),
                (400, 100, 30, "0077 2134"),
                (50, 150, 30, "Ausgeliehen"),
                (400, 150, 30, "18.10.2025"),
            ),
            *((50, 200, 30, "Leser"), (400, 200, 30, "Jonas Kurz")),
        ),
    ],
)
def test_a_date_of_another_label_is_not_the_documents(page):
    assert extract(page, {"date": DATE}).value == {"date": None}


def test_a_label_in_two_languages_means_what_either_says():
    page = page_of((50, 100, 22, "Data de emissão / Date of issue"), (50, 130, 32, "30 de abril de 2025"))
    assert extract(page, {"issue_date": DATE}).value == {"issue_date": "2025-04-30"}


@pytest.mark.parametrize("name", ["insurance_company", "employer_name", "airline", "hotel_name"])
def test_a_letterhead_is_no_issuer_of_a_trade_that_the_page_does_not_mention(printed_page, name):
    page = printed_page("DOG LICENCE\nBorough of Ashwick\nBreed | @500 Border Terrier")
    assert named(page, name) == {name: None}


def test_a_letterhead_is_the_issuer_where_the_page_speaks_of_its_trade(printed_page):
    page = printed_page("Larchfield Mutual Ltd\nPolicy number: LM-4471\nSum insured: 20,000.00")
    assert named(page, "insurance_company") == {"insurance_company": "Larchfield Mutual Ltd"}


def test_a_known_word_behind_a_marked_label_is_its_value(printed_page):
    page = printed_page("Payment method: | @700 Visa\nZulfort: | @700 Pagado")
    assert named(page, "payment_method", "zulfort") == {"payment_method": "Visa", "zulfort": "Pagado"}


def test_text_of_no_kind_is_kept_out_of_numbers(printed_page):
    assert extract(printed_page("Zulfort | @700 10 000 00"), {"zulfort": TEXT}).value == {"zulfort": "10 000 00"}


def test_a_label_of_another_property_is_no_value_though_it_is_misread():
    page = page_of(
        *((50, 100, 30, "Shift foreman"), (600, 100, 30, "Plant manager")),
        *((50, 190, 30, "Plant rnanager"), (600, 190, 30, "Site director")),
    )
    assert named(page, "shift_foreman", "plant_manager", "site_director") == {
        "shift_foreman": None,
        "plant_manager": None,
        "site_director": None,
    }


def test_print_that_begins_left_of_a_label_or_far_below_it_is_not_in_its_place():
    page = page_of(
        *((50, 100, 30, "Berth"), (400, 100, 30, "12"), (800, 100, 30, "Storage notes")),
        *((50, 150, 30, "Deliveries are weighed at the northern gate before noon each day"),),
        *((50, 400, 30, "Harbour pilot"), (50, 520, 30, "Printed by the port office")),
    )
    assert named(page, "berth", "storage_notes", "harbour_pilot") == {
        "berth": "12",
        "storage_notes": None,
        "harbour_pilot": None,
    }


def test_a_text_goes_on_in_the_lines_below_it():
    page = page_of(
        *((50, 100, 30, "Purpose:"), (300, 100, 30, "To compare the yield of late var-")),
        *((300, 134, 30, "ieties on chalk with those that were sown in"),),
        *((300, 168, 30, "April on clay."), (50, 230, 30, "Station:"), (300, 230, 30, "Quarry Field")),
        *((300, 264, 30, "Sealed copy"),),
    )
    assert named(page, "purpose", "station") == {
        "purpose": "To compare the yield of late varieties on chalk with those that were sown in April on clay.",
        "station": "Quarry Field",
    }


def test_a_label_of_some_words_is_cut_off_at_the_head_of_a_page():
    page = page_of((50, 20, 30, "Lent by museum Ostrava Glass"), (50, 90, 30, "Loan sheet"))
    assert named(page, "lent_by_museum") == {"lent_by_museum": "Ostrava Glass"}


def test_small_raised_figures_behind_a_price_are_its_cents():
    page = page_of(
        *((50, 100, 40, "Total"), (400, 100, 40, "$86"), (447, 98, 24, "75")),
        *((50, 200, 40, "Table"), (400, 200, 40, "14"), (500, 198, 24, "30")),
    )
    assert named(page, "table") == {"table": "14"}
    assert extract(page, {"total": NUMBER}).value == {"total": 86.75}


@pytest.mark.parametrize(
    ("price", "others", "read"),
    [
        ("$86", "", "$86.75"),
        ("Total €86", "", "Total €86.75"),
        ("86", "12.40", "86.75"),
        ("86", "", "86"),
        ("Report 2019", "12.40", "Report 2019"),
        ("2019", "12.40", "2019"),
        ("Table 14", "12.40", "Table 14"),
    ],
)
def test_raised_figures_are_cents_of_what_is_printed_as_a_price(price, others, read):
    end = 50 + 15 * len(price)
    page = page_of((50, 100, 40, price), (end + 2, 98, 24, "75"), (50, 200, 40, others))
    assert with_cents(page.lines)[0].text == read


def test_the_cents_of_many_prices_are_found_in_time_that_grows_as_the_page_does():
    rows = range(2000)
    page = page_of(*((50, 50 * n, 40, "$86") for n in rows), *((1000 + n, 50 * n, 40, f"{n % 90 + 10}") for n in rows))
    began = monotonic()
    assert len(with_cents(page.lines)) == 2 * len(rows)
    assert monotonic() - began < 2


def test_a_described_label_is_no_value_of_the_one_beside_it():
    page = page_of(
        *((50, 100, 24, "Nome do barco"), (600, 100, 24, "Mestre")),
        *((50, 132, 30, "Gaivota Azul"), (600, 132, 30, "Rui Sampaio")),
        *((50, 200, 24, "Porto de registo"), (600, 200, 24, "Arqueação")),
        *((50, 232, 30, "Olhão"), (600, 232, 30, "14 t")),
    )
    labels = {"vessel": "Nome do barco", "skipper": "Mestre", "home_port": "Porto de registo", "tonnage": "Arqueação"}
    asked = {name: {**TEXT, "description": label} for name, label in labels.items()}
    assert extract(page, asked).value == {
        "vessel": "Gaivota Azul",
        "skipper": "Rui Sampaio",
        "home_port": "Olhão",
        "tonnage": "14 t",
    }


def test_a_blot_above_a_date_is_no_label_of_it():
    page = page_of(
        *((50, 40, 30, "Corner Shop"), (50, 100, 30, "Milk 1.20"), (60, 172, 20, "~Il")),
        *((50, 194, 30, "21/04/2018 16:40"),),
    )
    blotted = replace(page, lines=tuple(replace(one, score=0.6) if one.text == "~Il" else one for one in page.lines))
    assert named(blotted, "date") == {"date": "21/04/2018"}


def test_a_pair_far_below_a_table_is_no_row():
    rows = [("Essieu", "Gauche", "Droite", "Écart"), ("Premier", "3,2", "3,4", "6")]
    rows += [("Second", "2,1", "2,0", "5"), ("Troisième", "2,4", "2,5", "4")]
    cells = [
        (left, 100 + 50 * n, 30, row[k]) for n, row in enumerate(rows) for k, left in enumerate((50, 500, 800, 1100))
    ]
    page = page_of(*cells, (50, 470, 30, "Défauts mineurs"), (500, 470, 30, "2"))
    row = {"type": "object", "properties": {"essieu": TEXT, "gauche": NUMBER, "droite": NUMBER}}
    found = extract(page, {"freins": {"type": "array", "items": row}}).value
    assert [one["essieu"] for one in found["freins"]] == ["Premier", "Second", "Troisième"]
