"""Documents in English: an invoice, an article in two columns and a label on nothing. All of it is made up."""

from sheet import Document, Sheet

INVOICE_ITEMS = [
    ("Desk lamp, brass", "4", "38.50", "154.00"),
    ("Office chair, grey", "2", "129.00", "258.00"),
    ("Cable tray 120 cm", "6", "14.75", "88.50"),
    ("Delivery and set-up", "1", "45.00", "45.00"),
]


def invoice_en() -> Document:
    """An invoice with line items in a ruled table."""
    sheet = Sheet(1000, 1180, mode="L", paper=255, ink=10)
    sheet.print(60, 90, "Harbour Office Supply Inc.", size=34, face="bold")
    sheet.print(60, 130, "400 Specimen Avenue, Floor 3")
    sheet.print(60, 162, "Testport, TP 99999")
    sheet.print(940, 90, "INVOICE", size=40, face="bold", at="rs")
    sheet.row(230, (60, "ls", "Invoice Number:"), (270, "ls", "HOS-10482"))
    sheet.row(266, (60, "ls", "Invoice Date:"), (270, "ls", "March 3, 2026"))
    sheet.row(302, (60, "ls", "Due Date:"), (270, "ls", "April 2, 2026"))
    sheet.row(338, (60, "ls", "Bill To:"), (270, "ls", "Fictional Studio LLC"))
    columns = ((72, "ls"), (600, "rs"), (770, "rs"), (928, "rs"))
    sheet.frame(60, 390, 940, 390 + 52 * 5)
    head = ("Description", "Quantity", "Unit Price", "Amount")
    for number, cells in enumerate((head, *INVOICE_ITEMS)):
        y = 390 + 52 * number
        sheet.rule(60, y, 940, y)
        sheet.row(
            y + 35,
            *((x, at, text) for (x, at), text in zip(columns, cells, strict=True)),
            face="sans" if number else "bold",
        )
    for number, (label, amount) in enumerate((("Subtotal", "545.50"), ("Sales Tax", "43.64"), ("Total", "$589.14"))):
        sheet.row(710 + 40 * number, (770, "rs", label), (928, "rs", amount), size=24 if number < 2 else 28)
    sheet.print(60, 900, "Payment within 30 days to account 00-0000-000000.", size=20)
    sheet.print(60, 932, "Questions: billing@harbour-office.example", size=20)
    fields = {
        "invoice_number": "HOS-10482",
        "invoice_date": "March 3, 2026",
        "due_date": "April 2, 2026",
        "bill_to": "Fictional Studio LLC",
        "total": "589.14",
    }
    names = ("description", "quantity", "unit_price", "amount")
    items = [dict(zip(names, row, strict=True)) for row in INVOICE_ITEMS]
    return Document(name="invoice_en.png", image=sheet.image, lines=sheet.lines, fields=fields, items=items)


LEFT = """The kettle had been on the stove
since before dawn when the first
boats came round the point. Nobody
in the harbour looked up. They had
counted every mast the evening
before, and none was missing.
By noon the wind had turned and
the smell of tar hung over the quay."""
RIGHT = """In the long room above the store
three clerks copied figures from a
ledger bound in green cloth. The
oldest of them wrote without once
lifting his head. Rope, forty coils.
Lamp oil, nine casks. He blotted the
page, turned it, and began again
with the price of salt."""


def article_columns() -> Document:
    """A page of two columns under one headline; read across, it makes no sense."""
    sheet = Sheet(1100, 520, mode="L", paper=255, ink=10)
    sheet.print(60, 90, "A Morning at the Harbour", size=44, face="serif")
    for x, column in ((60, LEFT), (600, RIGHT)):
        for number, text in enumerate(column.splitlines()):
            sheet.print(x, 160 + 40 * number, text, size=26, face="serif")
    return Document(name="article_columns.png", image=sheet.image, lines=sheet.lines)


def label_transparent() -> Document:
    """A shipping label in black on nothing; unless it is laid on white, it reads as black on black."""
    sheet = Sheet(640, 360, mode="RGBA", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255))
    sheet.frame(10, 10, 630, 350, width=4)
    sheet.print(40, 80, "SHIP TO", size=26, face="bold")
    sheet.print(40, 130, "Example Receiving Dock", size=30)
    sheet.print(40, 175, "77 Nowhere Street", size=30)
    sheet.row(250, (40, "ls", "Weight:"), (220, "ls", "12.4 kg"), size=30)
    sheet.row(310, (40, "ls", "Parcel ID:"), (220, "ls", "PX-5520-0091"), size=30)
    fields = {"weight": "12.4 kg", "parcel_id": "PX-5520-0091"}
    return Document(name="label_transparent.png", image=sheet.image, lines=sheet.lines, fields=fields)
