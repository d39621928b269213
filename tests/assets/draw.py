"""Draw the documents of this folder and write what they say to truth.jsonl: `python tests/assets/draw.py`.

Every person, company, number and address is made up. The fonts are named in README.md; tests never draw these.
"""

import json
from collections.abc import Callable

from chinese import card_zh, form_zh, invoice_zh
from english import article_columns, invoice_en, label_transparent
from receipts import receipt_en, receipt_photo, receipt_upside_down
from sheet import HERE, Document

DOCUMENTS: tuple[Callable[[], Document], ...] = (
    receipt_en,
    receipt_photo,
    receipt_upside_down,
    invoice_en,
    invoice_zh,
    card_zh,
    form_zh,
    article_columns,
    label_transparent,
)


def main() -> None:
    """Write every picture and the truth."""
    with (HERE / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for draw in DOCUMENTS:
            document = draw()
            options = {"optimize": True, **document.options}
            document.image.save(HERE / document.name, **options)
            row = {"image": document.name, "lines": document.lines, "fields": document.fields}
            if document.items:
                row["items"] = document.items
            truth.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
