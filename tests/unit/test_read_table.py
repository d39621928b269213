"""Tables of answers: their cells, and when they can be told."""

import pytest

from server.cli.read.table import Table, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "-"]
)
def test_what_a_spreadsheet_would_run_gets_a_quote(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "19.90", "-5", "+3.5%", "-1,234.50", "TOTAL = 5", "2026-11-02", "a@b.example"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert safe_cell(text) == text


def test_rows_of_known_columns_are_told_at_once_and_headed_once():
    table = Table(["total", "=x"])
    assert table.add("a.png", {"total": -5, "more": 1}) == "file,total,'=x\na.png,-5,\n"
    assert table.add("b.png", {"total": [1, "二"], "=x": None}) == 'b.png,"[1, ""二""]",\n'
    assert table.rest() == ""


def test_rows_of_unknown_columns_wait_until_all_are_known():
    table = Table(None)
    assert table.add("a.png", {"total": "1"}) == ""
    assert table.add("b.png", {"date": "2", "total": "3"}) == ""
    assert table.rest() == "file,total,date\na.png,1,\nb.png,3,2\n"
    assert table.rest() == ""
