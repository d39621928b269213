"""Draw the documents of this folder and write what they say to truth.jsonl: `python tests/assets/draw.py`.

Every person, company, number and address is made up. The fonts are named in README.md; tests never draw these.
"""

import json
from collections.abc import Callable

from chinese import card_zh, form_zh, invoice_zh, poem_zh
from english import article_columns, invoice_en, label_transparent
from PIL import Image
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
    poem_zh,
    article_columns,
    label_transparent,
)


SCANNED = ("receipt_en.png", "invoice_en.png", "receipt_en.png")


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
    scan()


def scan() -> None:
    """Write scan.pdf as a scanner would: the receipt, the invoice and the receipt again, a picture a page."""
    first, *rest = (Image.open(HERE / name).convert("RGB") for name in SCANNED)
    first.save(HERE / "scan.pdf", save_all=True, append_images=rest, resolution=110, quality=80)


if __name__ == "__main__":
    main()
