"""The benchmarks' measure, by hand-made cases."""

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "measure.py"


@pytest.fixture
def measure(monkeypatch):
    spec = importlib.util.spec_from_file_location("benchmark_measure", FILE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_words_are_a_multiset_in_upper_case(measure):
    score = measure.compare_words("total 19.90 total\nx", ["TOTAL", "19.90", "PAID"])
    assert (score.right, score.read, score.there) == (3, 5, 4)
    assert (score.precision, score.recall) == (0.6, 0.75)
    assert score.f1 == pytest.approx(2 * 0.6 * 0.75 / 1.35)


def test_scores_add_up_over_pages(measure):
    score = measure.compare_words("A", ["A B"]) + measure.compare_words("C D", ["C"])
    assert (score.right, score.read, score.there) == (2, 3, 3)


def test_nothing_read_is_nothing_right(measure):
    assert measure.compare_words("", ["A"]).f1 == 0
    assert measure.compare_words("", []).f1 == 0


def test_characters_fold_width_and_white_space(measure):
    score = measure.compare_characters("姓名：张 三８", ["姓名:张三8"])
    assert score.f1 == 1


@pytest.mark.parametrize(
    ("name", "read", "printed", "same"),
    [
        ("date", "2026-01-02", "2026.01.02", True),
        ("company", "Acme, Inc.", "ACME INC", True),
        ("company", None, "ACME", False),
        ("company", "", "ACME", False),
        ("total", "$1,019.90", "1019.9", True),
        ("total", 19.9, "19.90", True),
        ("total", "19.90", "19.00", False),
        ("total", None, "19.00", False),
        ("住址", "虚构路１２３号", "虚构路123号", True),
    ],
)
def test_values(measure, name, read, printed, same):
    assert measure.same_value(name, read, printed) is same


def test_fields_are_counted_by_name(measure):
    document = measure.Document(picture=Path("a.png"), lines=(), fields={"total": "1.00", "date": "x"})
    score = measure.FieldScore()
    score.add(document, {"total": "1", "date": None})
    assert (dict(score.right), dict(score.asked)) == ({"total": 1}, {"total": 1, "date": 1})
    assert len(score.wrong) == 1
    assert "a.png date" in score.wrong[0]


def test_a_folder_without_truth_is_named(measure, tmp_path):
    with pytest.raises(SystemExit, match=r"truth\.jsonl is missing"):
        measure.load_documents(tmp_path)
    (tmp_path / "truth.jsonl").write_text("\n")
    with pytest.raises(SystemExit, match="no pictures"):
        measure.load_documents(tmp_path)


def test_truth_is_read_in_order_and_up_to_a_limit(measure, tmp_path):
    (tmp_path / "truth.jsonl").write_text(
        '{"image": "a.png", "lines": ["A"]}\n{"image": "b.png", "fields": {"x": "1"}}\n'
    )
    first, second = measure.load_documents(tmp_path)
    assert (first.picture, first.lines, first.fields) == (tmp_path / "a.png", ("A",), {})
    assert second.fields == {"x": "1"}
    assert len(measure.load_documents(tmp_path, limit=1)) == 1
