"""Tables with empty cells: no cell goes to a row that it is not printed in, and what is in no row is said in a note."""

from schemas import NUMBER, TEXT, object_of

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema

PLANTS = {"plant": TEXT, "place": TEXT, "flower": TEXT}
HEAD = "Plant | @400 Place | @700 Flower\n"


def answered(page, **columns):
    schema = {"type": "object", "properties": {"plants": {"type": "array", "items": object_of(**(columns or PLANTS))}}}
    found = answer_fields([page], compile_schema(schema, path="s"))
    return [tuple(row.values()) for row in found.value["plants"]], found.about.notes


def test_a_row_with_its_name_alone_is_not_joined_to_the_row_above(printed_page):
    page = printed_page(
        f"{HEAD}Fern | @700 none\n@400 shade | @700 white\nMoss\nIvy | @400 wall | @700 green\n"
        "Rose | @400 sun | @700 red"
    )
    assert answered(page)[0] == [
        ("Fern", None, "none"),
        (None, "shade", "white"),
        ("Moss", None, None),
        ("Ivy", "wall", "green"),
        ("Rose", "sun", "red"),
    ]


def test_words_go_on_no_cell_that_is_empty(printed_page):
    page = printed_page(
        "Plant | @400 Place | @700 Flower | @1000 Price\nFern | @400 shade | @1000 4.00\n"
        "Ivy | @700 green | @1000 2.50\nRose | @400 sun | @700 red\nMoss | @1000 1.20"
    )
    rows, notes = answered(page, **PLANTS, price=NUMBER)
    assert rows == [
        ("Fern", "shade", None, 4),
        ("Ivy", None, "green", 2.5),
        ("Rose", "sun", "red", None),
        ("Moss", None, None, 1.2),
    ]
    assert notes == ()


def test_a_cell_alone_beside_no_row_is_left_out_and_said(printed_page):
    page = printed_page(f"{HEAD}Fern | @400 shade\n@700 white\nIvy | @400 wall | @700 green\nRose | @400 sun")
    rows, notes = answered(page)
    assert rows == [("Fern", "shade", None), ("Ivy", "wall", "green"), ("Rose", "sun", None)]
    assert notes == ("1 line of the table of `plants` was left out: outside of every row",)


def test_a_text_that_fills_its_column_goes_on_below(printed_page):
    page = printed_page(
        f"{HEAD}Common garden fern | @400 shade | @700 none\nof the north\nIvy | @400 wall | @700 green\n"
        "Rose | @400 sun | @700 red"
    )
    assert answered(page)[0] == [
        ("Common garden fern of the north", "shade", "none"),
        ("Ivy", "wall", "green"),
        ("Rose", "sun", "red"),
    ]


def test_rows_without_a_value_of_the_type_that_is_asked_for_are_counted(printed_page):
    page = printed_page(
        "Plant | @400 Price\nIvy | @400 3.50\nFern | @400 unknown\nRose | @400 1.20\nOak | @400 9.00\n"
        "Moss | @400 not measured"
    )
    rows, notes = answered(page, price=NUMBER)
    assert rows == [(3.5,), (1.2,), (9,)]
    assert notes == (
        "2 rows of `plants` were left out: nothing that is printed there is of the type that is asked for",
    )
