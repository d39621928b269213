"""The development generator of `benchmarks/kinds.py`, and how answers are judged."""

import importlib
import re
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FONTS = ("fonts-liberation", "fonts-noto-cjk", "fonts-dejavu-core")
NAMES = ("kinds_document", "kinds_judge", "page_wear", "kinds_dev")
SAMPLE = (
    "invoice en de zh", "delivery_note fr", "quotation es", "purchase_order ja", "credit_note nl", "receipt pl id",
    "bank_statement it zh-Hant", "payslip pt ja", "utility_bill de ms", "timesheet fr", "expense_report zh",
    "business_card en ja", "application_form pl", "letter es zh-Hant", "lab_report nl", "hotel_folio id", "ticket pt",
    "passport zh", "insurance_policy fr",
)  # fmt: skip


@pytest.fixture
def load(monkeypatch):
    """Import from benchmarks/, and forget it after the test."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module
    for name in [name for name in sys.modules if name.partition(".")[0] in NAMES]:
        del sys.modules[name]


@pytest.fixture
def kinds_dev(load):
    files = [file for face in _faces(load) for file in face]
    if not all(map(Path.exists, map(Path, files))):
        pytest.skip(f"wants {', '.join(FONTS)}")
    return load("kinds_dev")


def _faces(load):
    sheet = load("kinds_dev.sheet")
    return (*sheet.LATIN_FACES.values(), *sheet.CJK_FACES.values())


def _packed(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _digits(number):
    return re.sub(r"\D", "", f"{abs(number):.4f}").strip("0")


@pytest.mark.parametrize(
    ("kind", "language"), [(kind, language) for kind, *languages in map(str.split, SAMPLE) for language in languages]
)
def test_what_is_expected_is_printed(kinds_dev, kind, language):
    draft = kinds_dev.drafted(kind, language, f"{kind}-{language}-test")
    page = _packed(" ".join(text for sheet in draft.sheets for text in sheet.texts))
    digits = re.sub(r"[.,'’]", "", page)
    question = draft.question
    assert question.expected
    for path, value in question.expected.items():
        if path.endswith((".currency", "#")) or value is None or path in question.also:
            continue
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value)
            assert any(_packed(draft.region.day(day, pattern)) in page for pattern in draft.region.days), path
        elif isinstance(value, str):
            assert _packed(value).replace(",", "") in page.replace(",", ""), path
        else:
            assert _digits(value) in digits, path


def test_a_document_is_the_same_each_time(kinds_dev):
    first, second = (kinds_dev.document("ticket", "fr", "ticket-fr-test") for _ in range(2))
    assert first.case() == second.case()
    assert [page.tobytes() for page in first.pages] == [page.tobytes() for page in second.pages]


def test_a_passport_has_right_check_digits(load):
    machine_readable = load("kinds_dev.machine_readable")
    upper, lower = machine_readable.passport_lines(
        "UTO", ("ERIKSSON", "ANNA MARIA"), "L898902C3", birth=date(1974, 8, 12), sex="F", expires=date(2012, 4, 15)
    )  # ICAO Doc 9303, part 4, appendix B, without its personal number
    assert upper == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert lower.startswith("L898902C36UTO7408122F1204159")
    assert len(lower) == 44


@pytest.fixture
def judged(load):
    document_module, judge_module = load("kinds_document"), load("kinds_judge")

    def run(expected, answer, **more):
        document = document_module.Document(
            name="x", kind="invoice", language="en", pages=[], schema={}, expected=expected, **more
        )
        return {one.path: str(one.verdict) for one in judge_module.judge(document, answer)}

    return run


@pytest.mark.parametrize(
    ("expected", "got", "verdict"),
    [
        (12.5, 12.5, "right"),
        (12.5, "12.50", "right"),
        (12.5, 12.6, "wrong"),
        (12.5, None, "null"),
        (None, 12.5, "invented"),
        (None, None, "right"),
        ("Acme  Ltd", "ACME LTD", "right"),
        ("Acme", "", "null"),
        (True, 1, "wrong"),
        ("a", {"a": 1}, "wrong"),
    ],
)
def test_a_value_is_judged(judged, expected, got, verdict):
    assert judged({"v": expected}, {"v": got}) == {"v": verdict}


def test_what_is_as_good_is_right(judged):
    assert judged({"v": 1, "w": "x"}, {"v": 2}, also={"v": [2]}, either_null=["w"]) == {"v": "right", "w": "right"}


def test_a_lost_row_is_null_and_its_followers_are_right(judged):
    expected = {"rows#": 3, **{f"rows[{at}].n": name for at, name in enumerate("abc")}, "rows[0].m": None}
    assert judged(expected, {"rows": [{"n": "b"}, {"n": "c"}]}) == {
        "rows#": "wrong", "rows[0].n": "null", "rows[1].n": "right", "rows[2].n": "right",
    }  # fmt: skip


def test_an_answer_of_another_shape_is_null(judged):
    assert judged({"a.b": 1, "rows#": 1, "rows[0].n": "x"}, {"a": 3, "rows": None}) == dict.fromkeys(
        ("a.b", "rows#", "rows[0].n"), "null"
    )
