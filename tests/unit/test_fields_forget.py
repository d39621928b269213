"""What callers send is forgotten with the answer: no cache of the process keeps a text of a document."""

import gc
from functools import _lru_cache_wrapper

from server.fields.extraction import answer_named
from server.fields.pairs import extract_pairs
from server.values.lines import Line, Lines

TABLES = {  # of letters, concepts and languages, which are no texts of callers
    *("_fold_char", "compact_char", "_bare_letter", "_words_of", "known_labels", "meanings_first", "labels_of"),
    *("wider_labels", "part_of", "language_words", "concept_labels", "state_names", "party_words", "_table"),
}


def page(*rows):
    box = ((0.0, 0.0), (300.0, 0.0), (300.0, 20.0), (0.0, 20.0))
    lines = [
        Line(text=text, score=0.99, row=row, box=tuple((x + 320 * at, y + 40 * row) for x, y in box))
        for row, cells in enumerate(rows)
        for at, text in enumerate(cells)
    ]
    return Lines(page=0, width=1000, height=1000, lines=tuple(lines))


def kept():
    caches = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
    named = [one for one in caches if one.__module__.startswith(("server.fields", "server.evidence"))]
    return {one.__qualname__: one.cache_info().currsize for one in named if one.__qualname__ not in TABLES}


def test_no_text_of_a_document_outlives_its_answer():
    names = ["company", "address", "invoice_number", "date", "total", "items", "buyer"]
    known = page(["ACME LTD"], ["1 High Street, York YO1 7HH"], ["Item", "Qty", "Amount"], ["Tea", "2", "4.00"])
    secret = page(
        ["Zyqqil Vorth GmbH"], ["Kletterweg 77, 10999 Berlin"], ["Rechnungsnumer", "QX-88123"], ["Qzv", "3", "9.75"]
    )
    answer_named([known], names)
    extract_pairs([known])
    before = kept()
    answer_named([secret], names)
    extract_pairs([secret])
    assert kept() == before
