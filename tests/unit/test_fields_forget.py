"""What callers send is forgotten with the answer: no cache of the process keeps a text of a document."""

import gc
from functools import _lru_cache_wrapper

from server.fields.extraction import answer_fields, answer_named
from server.fields.pairs import extract_pairs
from server.fields.schema.shapes import compile_schema
from server.values.lines import Line, Lines

TABLES = {  # of letters, concepts and languages, which are no texts of callers
    *("print.folding._fold_char", "print.folding.compact_char", "print.folding._bare_letter"),
    *("labels.index._words_of", "words.label_table.meanings_first", "words.label_table.language_words"),
    *("words.all_languages.labels_of", "words.all_languages.wider_labels", "words.all_languages.party_words"),
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
    sizes = {
        f"{one.__module__}.{one.__qualname__}".removeprefix("server.fields."): one.cache_info().currsize
        for one in named
    }
    return {name: size for name, size in sizes.items() if name not in TABLES}


def answered(document):
    answer_named([document], ["company", "address", "invoice_number", "date", "total", "items", "buyer"])
    row = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("item", "ordered", "delivered", "open")},
    }
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": row}}}
    answer_fields([document], compile_schema(schema, path="s"))
    extract_pairs([document])


def test_no_text_of_a_document_outlives_its_answer():
    known = page(["ACME LTD"], ["1 High Street, York YO1 7HH"], ["Item", "Qty", "Amount"], ["Tea", "2", "4.00"])
    secret = page(
        *(["Zyqqil Vorth GmbH"], ["Kletterweg 77, 10999 Berlin"], ["Rechnungsnumer", "QX-88123"]),
        *(["Posten", "Menge", "Zorbelwert", "Betrag"], ["Qzv", "3", "4711", "9.75"], ["Pfx", "2", "4712", "8.50"]),
    )
    answered(known)
    before = kept()
    answered(secret)
    assert kept() == before
