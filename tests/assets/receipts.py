"""Till receipts: clean, photographed and turned by EXIF, and upside down. Shops and goods are made up."""

from PIL import Image
from sheet import Document, Sheet, photograph

ORIENTATION = 0x0112


def receipt(heading: list[str], body: list[tuple[str, str]], foot: list[str]) -> Sheet:
    """Print a till receipt: centred heading, label and amount on each row ("-" is a rule), centred foot."""
    sheet = Sheet(620, 130 + 38 * (len(heading) + len(body) + len(foot)), mode="L", paper=255, ink=20)
    y = 70.0
    for number, text in enumerate(heading):
        sheet.print(310, y, text, size=30 if number == 0 else 22, face="mono", at="ms")
        y += 38
    for label, amount in body:
        if label == "-":
            sheet.rule(40, y - 8, 580, y - 8)
        elif amount:
            sheet.row(y, (40, "ls", label), (580, "rs", amount), size=24, face="mono")
        else:
            sheet.print(40, y, label, size=24, face="mono")
        y += 38
    for text in foot:
        sheet.print(310, y + 14, text, size=22, face="mono", at="ms")
        y += 38
    return sheet


def receipt_en() -> Document:
    """A clean receipt, the one the examples read."""
    sheet = receipt(
        ["MAPLE LANE BAKERY", "12 Example Road", "Sampletown ST4 7AB", "Tel: 01632 960 112"],
        [
            ("Date: 14/03/2026", "09:41"),
            ("Receipt No: 004217", ""),
            ("-", ""),
            ("Sourdough loaf", "6.50"),
            ("Butter croissant x2", "5.80"),
            ("Flat white", "3.40"),
            ("Orange juice", "4.20"),
            ("-", ""),
            ("Subtotal", "18.09"),
            ("Tax 10%", "1.81"),
            ("TOTAL", "19.90"),
            ("Cash", "20.00"),
            ("Change", "0.10"),
        ],
        ["Thank you, come again"],
    )
    fields = {
        "company": "MAPLE LANE BAKERY",
        "date": "14/03/2026",
        "address": "12 Example Road Sampletown ST4 7AB",
        "total": "19.90",
    }
    return Document(name="receipt_en.png", image=sheet.image, lines=sheet.lines, fields=fields)


def _hardware_receipt() -> tuple[Sheet, dict[str, str]]:
    sheet = receipt(
        ["NORTHGATE HARDWARE LTD", "Unit 5, Placeholder Park", "Mocksville MK1 2ZZ", "VAT Reg: GB 000 0000 00"],
        [
            ("Invoice: NH-20881", ""),
            ("Date: 2026-02-27", "16:05"),
            ("-", ""),
            ("Wood screws 4x40", "7.25"),
            ("Masking tape", "3.10"),
            ("Paint brush 50mm", "8.95"),
            ("-", ""),
            ("Total due", "19.30"),
            ("Card", "19.30"),
        ],
        ["Goods may be returned", "within 28 days"],
    )
    fields = {
        "company": "NORTHGATE HARDWARE LTD",
        "date": "2026-02-27",
        "address": "Unit 5, Placeholder Park Mocksville MK1 2ZZ",
        "total": "19.30",
    }
    return sheet, fields


def receipt_photo() -> Document:
    """A photograph of a receipt, stored sideways with the EXIF orientation that turns it upright."""
    sheet, fields = _hardware_receipt()
    photo = photograph(sheet.image, seed=7, degrees=2.5)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stored = photo.transpose(Image.Transpose.ROTATE_90)
    return Document(
        name="receipt_photo.jpg",
        image=stored,
        lines=sheet.lines,
        fields=fields,
        options={"exif": exif, "quality": 75},
    )


def receipt_upside_down() -> Document:
    """The same shop's receipt lying upside down, with nothing that says so."""
    sheet, fields = _hardware_receipt()
    photo = photograph(sheet.image, seed=11, degrees=-1.5).transpose(Image.Transpose.ROTATE_180)
    return Document(
        name="receipt_upside_down.jpg", image=photo, lines=sheet.lines, fields=fields, options={"quality": 75}
    )
