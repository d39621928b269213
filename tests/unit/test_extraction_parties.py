"""Seller, buyer and receiver of goods: by heading, by letterhead, by a letter's window; addresses of many countries."""

import pytest
from schemas import named

from server.fields.addresses.postal import is_town_line
from server.fields.addresses.spans import address_span
from server.fields.print.reach import printed_email, printed_phone, printed_website
from server.fields.words.headings import is_title

SENDER = "Kestrel Tools\n4 Canal Walk\nHull HU1 2AB\nTel 01482 555 012"


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("Bill to:", ("Orbit Ltd", "12 Dock Road", "Leeds LS1 4AB")),
        ("Rechnungsempfänger", ("Huber & Co. KG", "Lindenallee 7", "80331 München", "Deutschland")),
        ("Facturé à :", ("Mercier SARL", "12, rue des Lilas", "69003 Lyon")),
        ("Cliente", ("Talleres Vega S.L.", "Calle Real, 5", "28013 Madrid")),
        ("Spett.le", ("Bianchi S.r.l.", "Via Dante 4", "20121 Milano (MI)")),
        ("Faturar a", ("Moura Lda.", "Rua do Ouro, 8", "1100-060 Lisboa")),
        ("Factuur aan:", ("Visser B.V.", "Kerkstraat 3", "1017 GA Amsterdam")),
        ("Nabywca", ("Lis Sp. z o.o.", "ul. Leśna 2", "00-238 Warszawa")),
        ("請求先", ("株式会社あおば", "〒530-0001", "大阪府大阪市北区梅田1-1-3")),
        ("购买方", ("杭州云海科技有限公司", "浙江省杭州市西湖区文三路100号")),
        ("Tagihan kepada:", ("PT Samudra", "Jl. Melati No. 5", "Bandung 40131")),
        ("Bil kepada:", ("Rimba Sdn Bhd", "No. 8, Jalan Damai", "50450 Kuala Lumpur")),
    ],
)
def test_the_buyer_under_its_heading(printed_page, heading, lines):
    rows = "\n".join(f"@60 {line}" for line in lines)
    page = printed_page(f"{SENDER}\n\nINVOICE 77\n\n@60 {heading} | @900 Date: 05/03/2024\n{rows}")
    found = named(page, "buyer_name", "buyer_address", "seller_name")
    assert found["buyer_name"] == lines[0]
    assert "".join(found["buyer_address"].split()) == "".join("".join(lines[1:]).split())
    assert found["seller_name"] == "Kestrel Tools"


def test_two_parties_side_by_side(printed_page):
    page = printed_page(
        f"{SENDER}\n\nINVOICE\n\n@60 Bill To | @800 Ship To\n@60 Orbit Ltd | @800 Orbit Depot\n"
        "@60 12 Dock Road | @800 9 Mill Lane\n@60 Leeds LS1 4AB | @800 York YO1 7HH"
    )
    assert named(page, "buyer_name", "buyer_address", "ship_to", "ship_to_address") == {
        "buyer_name": "Orbit Ltd", "buyer_address": "12 Dock Road Leeds LS1 4AB",
        "ship_to": "Orbit Depot", "ship_to_address": "9 Mill Lane York YO1 7HH",
    }  # fmt: skip


def test_a_buyer_in_a_letters_window_below_the_senders_line(printed_page):
    page = printed_page(
        "Falke Werkzeuge GmbH · Hafenweg 1 · 20457 Hamburg\n\n\nHuber KG\nLindenallee 7\n80331 München\n\n\nRechnung 12"
    )
    assert named(page, "seller_name", "seller_address", "buyer_name", "buyer_address") == {
        "seller_name": "Falke Werkzeuge GmbH", "seller_address": "Hafenweg 1, 20457 Hamburg",
        "buyer_name": "Huber KG", "buyer_address": "Lindenallee 7 80331 München",
    }  # fmt: skip


def test_who_sends_an_order_is_the_buyer(printed_page):
    page = printed_page(
        f"{SENDER}\n\nPURCHASE ORDER\n\n@60 Supplier | @900 Order No: PO-77\n@60 Nordwind ApS Ltd\n@60 9 Quay Street\n"
        "@60 Bristol BS1 4AB"
    )
    assert named(page, "buyer_name", "supplier_name") == {
        "buyer_name": "Kestrel Tools", "supplier_name": "Nordwind ApS Ltd"
    }  # fmt: skip


def test_no_buyer_where_none_is_printed(printed_page):
    page = printed_page(f"{SENDER}\n\nRECEIPT\nTotal | @600 12.50")
    assert named(page, "buyer_name", "buyer_address") == {"buyer_name": None, "buyer_address": None}


@pytest.mark.parametrize(
    "block",
    [
        "12, rue de la Paix|75002 PARIS CEDEX 02|France",
        "C/ Mayor, 5, 2º B|28001 Madrid|España",
        "Rua das Flores, 10|1200-195 Lisboa",
        "Keizersgracht 12|1015 CJ Amsterdam|Nederland",
        "Unit 4, Mill Park|Headingley|Leeds|LS6 3AA|United Kingdom",
        "Rosewood House|Naas|Co. Kildare|W91 X2Y3|Ireland",
        "123 Main Street|Suite 400|Springfield, IL 62704|USA",
        "100 Queen Street West|Toronto ON M5H 2N2|Canada",
        "1 George St|Sydney NSW 2000|Australia",
        "〒530-0001|大阪府大阪市北区梅田1-1-3|大阪駅前第3ビル 5F",
        "北京市朝阳区建国路88号|SOHO现代城A座1201室",
        "臺北市信義區信義路五段7號",
        "No. 12, Jalan Ampang|Taman Maju|50450 Kuala Lumpur|Malaysia",
        "10 Anson Road #12-03|International Plaza|Singapore 079903",
        "Jl. Sudirman No. 5|Kel. Karet, Kec. Setiabudi|Jakarta Selatan 12920|Indonesia",
        "Plot 12, MIDC|Andheri East|Mumbai - 400 093|Maharashtra, India",
    ],
)
def test_a_whole_address_down_to_the_state(block):
    lines = ["Acme Ltd", *block.split("|"), "Tel. 030 1234567"]
    assert address_span(lines) == (1, len(lines) - 1)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        *(
            (text, True)
            for text in ("REFUND", "MERCHANT COPY", "RECHNUNG Nr. 4711", "FACTURE N° 12", "Auftragsbestätigung")
        ),
        *(
            (text, True)
            for text in ("SEBUT HARGA", "Surat Jalan", "Faktura VAT nr FV/12/2024", "請求書", "報價單", "Gift Receipt")
        ),
        *(
            (text, False)
            for text in ("Green Garage", "Rechnungsservice Meyer", "Bon Appetit", "Cash & Carry", "ACME LTD")
        ),
    ],
)
def test_titles_of_documents_are_no_companies(text, title):
    assert is_title(text) is title


def test_the_largest_print_of_a_letterhead_against_a_title_and_a_logo(printed_page):
    page = printed_page("REFUND\nCORNER SHOP\n12 High Street, York YO1 7HH\nTOTAL | @700 -8.50")
    assert named(page, "merchant") == {"merchant": "CORNER SHOP"}


@pytest.mark.parametrize("read", [printed_phone, printed_email, printed_website, is_town_line, is_title])
@pytest.mark.parametrize("unit", ["a. ", "1 ", "a@", "www . ", "( +1", "1-", "號 ", "A B, ", "x." * 3 + " @"])
@pytest.mark.timeout(60)  # quadratic time would take many minutes
def test_hostile_print_is_read_in_linear_time(read, unit):
    read(unit * 100_000)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Pan Macmillan", "Pan Macmillan"),
        ("Madame Tussauds", "Madame Tussauds"),
        ("Frau Holle GmbH", "Frau Holle GmbH"),
        ("Herr & Frau Moden KG", "Herr & Frau Moden KG"),
        ("Ibu Kota Tbk", "Ibu Kota Tbk"),
        ("Firma Rose GmbH", "Rose GmbH"),
        ("Spett.le Rose S.r.l.", "Rose S.r.l."),
        ("Pan Marek Wilk", "Marek Wilk"),
        ("Frau Anna Holle", "Anna Holle"),
        ("Sig.ra Rossi", "Rossi"),
        ("Mr John Oak", "Mr John Oak"),
    ],
)
def test_a_form_of_address_is_left_out_before_a_person_and_kept_in_a_companys_name(printed_page, printed, name):
    page = printed_page(f"Oak Ltd\nINVOICE 12\nBill to:\n{printed}\n3 Mill Lane\nYork YO1 7HH\nTotal | @800 4.00")
    assert named(page, "buyer_name") == {"buyer_name": name}
