"""How `benchmarks/order.py` tells from the text alone which lines come in order."""

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = ("order", "order_pages", "page_wear", "measure", "endpoint", "sheet", "drawn_pages")


@pytest.fixture
def order(monkeypatch):
    """Import from benchmarks/, and forget it after the test."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    yield importlib.import_module("order")
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("first line\nsecond\nthird line", 2),
        ("first 1ine  second\n\nthird line", 2),
        ("second\nfirst line\nthird line", 0),
        ("first line\nthird line\nsecond", 0),
        ("first line\nthird line", 0),
        ("third line\nfirst line\nsecond", 1),
        ("f", 0),
        ("", 0),
    ],
)
def test_a_pair_is_in_order_where_nothing_else_of_the_page_stands_between(order, text, right):
    pairs = order.pairs_in_order(["first line", "second", "third line"], text)
    assert (pairs.right, pairs.there) == (right, 2)


def test_the_same_words_twice_have_two_places(order):
    assert order.places_of(["a total", "total", "total"], "total\na total\ntotal") == [5, 0, 11]
