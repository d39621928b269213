from itertools import pairwise
from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.reading_order import arrange, page_slope, reading_order
from server.values.lines import Line


def quad(left, top, width, height=20.0, angle=0.0):
    """A box whose top left is (left, top), the whole page turned by `angle` degrees about the origin."""
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    c, s = cos(radians(angle)), sin(radians(angle))
    return tuple((x * c - y * s, x * s + y * c) for x, y in corners)


def line(text, *args, **kwargs):
    return Line(text=text, score=1.0, box=quad(*args, **kwargs))


def rows(lines):
    got = {}
    for item in arrange(lines):
        got.setdefault(item.row, []).append(item.text)
    return [got[row] for row in sorted(got)]


RECEIPT = [
    ("TOTAL", 20, 200, 80),
    ("19.90", 400, 202, 60),
    ("MILK", 20, 100, 60),
    ("1.90", 410, 98, 50),
    ("A SHOP", 150, 20, 120),
    ("BREAD", 20, 130, 70),
    ("18.00", 400, 133, 60),
]


@pytest.mark.parametrize("angle", [-4, 0, 3])
def test_prices_stay_in_the_row_of_their_item_on_a_skewed_page(angle):
    got = rows([line(text, *place, angle=angle) for text, *place in RECEIPT])
    assert got == [["A SHOP"], ["MILK", "1.90"], ["BREAD", "18.00"], ["TOTAL", "19.90"]]


def test_columns_of_running_text_are_read_one_after_the_other():
    lines = [line("TITLE", 100, 0, 800)]
    for number in range(6):
        lines.append(line(f"left {number}", 20, 50 + 30 * number, 430))
        lines.append(line(f"right {number}", 500, 58 + 30 * number, 430))
    lines.append(line("FOOT", 100, 300, 800))
    order = [item.text for item in arrange(lines)]
    assert order == ["TITLE", *(f"left {n}" for n in range(6)), *(f"right {n}" for n in range(6)), "FOOT"]
    assert len({item.block for item in arrange(lines)}) == 4


@pytest.mark.parametrize("columns", [3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("angle", [0, 1])
def test_each_of_many_columns_is_read_to_its_end(columns, angle):
    lines = [line("TITLE", 20, 0, 300 * columns - 40, angle=angle)]
    for column in range(columns):
        begin = 60 + 7 * (column * 5 % columns)  # no two columns on one base line
        for number in range(14):
            width = 200 if number % 7 == 6 else 260
            lines.append(line(f"{column}.{number}", 20 + 300 * column, begin + 30 * number, width, angle=angle))
    order = [item.text for item in arrange(lines)]
    assert order == ["TITLE", *(f"{column}.{number}" for column in range(columns) for number in range(14))]


def test_a_form_of_labels_and_values_is_no_columns():
    lines = [line(f"label {n}", 20, 40 * n, 90) for n in range(8)]
    lines += [line(f"value {n}", 300, 40 * n + 3, 350) for n in range(8)]
    assert rows(lines) == [[f"label {n}", f"value {n}"] for n in range(8)]


def test_a_large_logo_beside_two_rows_joins_neither_in_the_wrong_order():
    lines = [line("LOGO", 0, 0, 100, 60), line("name", 150, 0, 80), line("street", 150, 40, 80)]
    order = [item.text for item in arrange(lines)]
    assert order.index("name") < order.index("street")


def test_a_creased_row_that_drifts_from_cell_to_cell_is_one_row():
    lines = [line(str(n), 100 * n, 100 + 6 * n, 60) for n in range(6)]
    lines += [line(f"next {n}", 100 * n, 140 + 6 * n, 60) for n in range(6)]
    assert rows(lines) == [[str(n) for n in range(6)], [f"next {n}" for n in range(6)]]


def test_the_slope_is_taken_from_long_boxes_only():
    assert page_slope([quad(0, 0, 30, angle=40)]) == 0
    assert page_slope([quad(0, 0, 300, angle=2)] * 3) == pytest.approx(radians(2))


def test_no_boxes_no_order():
    assert reading_order([]) == ()


boxes = st.tuples(
    st.floats(0, 4000), st.floats(0, 4000), st.floats(0, 3000), st.floats(0, 300), st.floats(-90, 90)
).map(lambda b: quad(*b[:4], angle=b[4]))


@given(st.lists(boxes, max_size=40))
def test_every_box_has_exactly_one_place_and_rows_count_up(quads):
    places = reading_order(quads)
    assert sorted(place.index for place in places) == list(range(len(quads)))
    assert all(0 <= after.row - before.row <= 1 for before, after in pairwise(places))
    assert all(0 <= after.block - before.block <= 1 for before, after in pairwise(places))


def test_three_columns_of_a_newspaper_are_read_one_after_the_other():
    def box(left, top, width):
        return ((left, top), (left + width, top), (left + width, top + 20), (left, top + 20))

    head = box(50, 20, 1150)
    columns = [
        [box(50 + 400 * c, 80 + 28 * r, 120 if r % 6 == 5 else 340 - 7 * (r % 4)) for r in range(14)] for c in range(3)
    ]
    quads = [head, *(columns[c][r] for r in range(14) for c in range(3))]
    order = [quads[place.index] for place in reading_order(quads)]
    assert order == [head, *(quad for column in columns for quad in column)]


def test_a_table_between_columns_stays_whole_with_its_caption():
    lines = [
        line(f"{name} {n}", left, 20 + 30 * n, 330) for left, name in ((0, "left"), (400, "right")) for n in range(5)
    ]
    lines.append(line("Table 2", 0, 230, 90))
    for n, row in enumerate((("Town", "mm"), ("Ely", "61"), ("Rye", "54"))):
        lines += [line(row[0], 0, 262 + 30 * n, 60), line(row[1], 430, 262 + 30 * n, 40)]
    lines += [
        line(f"{name} {n}", left, 250 + 30 * n, 330)
        for left, name in ((0, "lower left"), (400, "lower right"))
        for n in range(5, 10)
    ]
    order = [item.text for item in arrange(lines)]
    assert order == [
        *(f"left {n}" for n in range(5)),
        *(f"right {n}" for n in range(5)),
        *("Table 2", "Town", "mm", "Ely", "61", "Rye", "54"),
        *(f"lower left {n}" for n in range(5, 10)),
        *(f"lower right {n}" for n in range(5, 10)),
    ]


@pytest.mark.parametrize("columns", [2, 4])
@pytest.mark.parametrize("rows", [2, 7])
@pytest.mark.parametrize("above", [12, 20])
def test_a_table_as_wide_as_both_columns_stays_whole_though_its_cells_cross_the_gutter(columns, rows, above):
    lines = [
        line(f"{part} {name} {n}", left, top + 26 * n, 330 - 9 * n)
        for part, top in (("upper", 0), ("lower", 170 + above + 40 * rows))
        for left, name in ((0, "left"), (400, "right"))
        for n in range(5)
    ]
    lines.append(line("Table 2 of towns", 0, 124 + above, 190))
    cells = [[f"cell {row} {column}" for column in range(columns)] for row in range(rows)]
    for number, row in enumerate(cells):
        lines += [line(text, 10 + 660 // columns * n, 152 + above + 40 * number, 80) for n, text in enumerate(row)]
    order = [item.text for item in arrange(lines)]
    upper, lower = (
        [f"{part} {name} {n}" for name in ("left", "right") for n in range(5)] for part in ("upper", "lower")
    )
    assert order == [*upper, "Table 2 of towns", *(text for row in cells for text in row), *lower]


@pytest.mark.parametrize("left", [600, -220])
def test_a_box_beside_running_text_is_read_on_its_own(left):
    text = [line(f"text {n}", 0, 36 * n, 480) for n in range(14)]
    box = [line(f"fact {n}", left, 18 + 52 * n, 90 + 11 * n) for n in range(6)]
    order = [item.text.split()[0] for item in arrange([*text, *box])]
    assert order == (["text"] * 14 + ["fact"] * 6 if left > 0 else ["fact"] * 6 + ["text"] * 14)


def test_prices_beside_long_descriptions_stay_in_their_rows():
    lines = [line(f"a long description of the item {n}", 0, 36 * n, 480) for n in range(8)]
    lines += [line(f"{n}.00", 600, 36 * n + 3, 60) for n in range(8)]
    assert rows(lines) == [[f"a long description of the item {n}", f"{n}.00"] for n in range(8)]


@pytest.mark.parametrize("drift", [3, 8, 11])
def test_prices_of_a_creased_receipt_stay_with_their_descriptions(drift):
    lines = [line(f"a long description of the item {n}", 0, 44 * n, 480, 24) for n in range(8)]
    lines += [line(f"{n}.00", 600, 44 * n + drift + n % 3, 60, 24) for n in range(8)]
    order = [item.text for item in arrange(lines)]
    assert order == [text for n in range(8) for text in (f"a long description of the item {n}", f"{n}.00")]
