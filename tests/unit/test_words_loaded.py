"""The words of all languages are loaded when a server starts: the first document opens no file."""

import subprocess
import sys

PROGRAM = """
import sys
from server.fields.extraction import answer_fields, load_words
from server.fields.schema.shapes import compile_schema
from server.values.lines import Line, Lines

def page(*rows):
    corner = lambda x, y: ((x, y), (x + 200, y), (x + 200, y + 20), (x, y + 20))
    lines = [
        Line(text=text, score=0.99, row=row, box=corner(320 * at, 40 * row))
        for row, cells in enumerate(rows)
        for at, text in enumerate(cells)
    ]
    return Lines(page=0, width=1000, height=1000, lines=tuple(lines))

load_words()
opened = []
sys.addaudithook(lambda event, about: event == "open" and opened.append(str(about[0])))
item = {"type": "object", "properties": {"description": {"type": "string"}, "amount": {"type": "number"}}}
items = {"type": "array", "items": item}
date = {"type": "string", "format": "date"}
names = {"seller": {"type": "string"}, "invoice_date": date, "total": {"type": "number"}, "items": items}
found = answer_fields(
    [page(["Muster GmbH"], ["Datum", "3. Mai 2024"], ["Bezeichnung", "Betrag"], ["Tee", "4,00"], ["Summe", "4,00"])],
    compile_schema({"type": "object", "properties": names}, path="schema"),
)
print(found.value["total"], found.value["invoice_date"], opened)
"""


def test_the_first_document_opens_no_file():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "4.0 2024-05-03 []\n"
