"""Persons without a label: business cards, signatures, the place and the subject of letters; how to reach somebody."""

import pytest
from schemas import named

from server.fields.print.reach import is_plain_phone, printed_email, printed_phone, printed_website

CARDS = [
    (
        "Northwind Freight Ltd\nAlice B. Carter\nHead of Sales\nM +44 7700 900123\nalice.carter@northwind.example\n"
        "12 Dock Road, Hull HU1 2AB\nwww.northwind.example",
        ("Alice B. Carter", "Head of Sales", "Northwind Freight Ltd", "alice.carter@northwind.example"),
    ),
    (
        "Jürgen Weiß\nGeschäftsführer\nWeiß Anlagenbau GmbH\nIndustrieweg 4\n28195 Bremen\nTel. 0421 555 01 02\n"
        "j.weiss@weiss-anlagen.de",
        ("Jürgen Weiß", "Geschäftsführer", "Weiß Anlagenbau GmbH", "j.weiss@weiss-anlagen.de"),
    ),
    (
        "kestrel studio\nMarie Dubois\nDirectrice artistique\n06 12 34 56 78\nmarie@kestrelstudio.fr",
        ("Marie Dubois", "Directrice artistique", "kestrel studio", "marie@kestrelstudio.fr"),
    ),
    (
        "上海远航物流有限公司\n陈晓明\n销售总监\n手机：138 0013 8000\n邮箱：chen@yuanhang.cn",
        ("陈晓明", "销售总监", "上海远航物流有限公司", "chen@yuanhang.cn"),
    ),
    (
        "株式会社みなと\n営業部 部長\n田中 太郎\nTEL 03-1234-5678\ntanaka@minato.co.jp",
        ("田中 太郎", "営業部 部長", "株式会社みなと", "tanaka@minato.co.jp"),
    ),
]


@pytest.mark.parametrize(("sketch", "expected"), CARDS)
def test_a_business_card(printed_page, sketch, expected):
    name, title, company, email = expected
    assert named(printed_page(sketch), "name", "title", "company", "email") == {
        "name": name, "title": title, "company": company, "email": email
    }  # fmt: skip


@pytest.mark.parametrize(
    ("closing", "signer"),
    [
        ("Yours sincerely,", "Helen Marsh"),
        ("Mit freundlichen Grüßen", "Petra Kern"),
        ("Mit freundlichen Grüßen | \ni.A. ", "Petra Kern"),
        ("Cordialement,", "Luc Perrin"),
        ("Atentamente,", "Ana Ruiz Soler"),
        ("Cordiali saluti", "Paolo Ricci"),
        ("Met vriendelijke groet,", "Jan de Boer"),
        ("Z poważaniem", "Anna Nowak"),
        ("Hormat kami,", "Budi Santoso"),
        ("敬具", "鈴木 一郎"),
    ],
)
def test_who_signed_a_letter(printed_page, closing, signer):
    glue = "" if closing.endswith(" ") else "\n"
    page = printed_page(
        f"Acme Ltd\nDear Sir or Madam,\nWe thank you for your visit.\n{closing}{glue}{signer}\nDirector"
    )
    assert named(page, "signed_by") == {"signed_by": signer}


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Berlin, den 5. März 2024", "Berlin"),
        ("Paris, le 5 mars 2024", "Paris"),
        ("Warszawa, dnia 5 marca 2024", "Warszawa"),
        ("San Sebastián, 5 de marzo de 2024", "San Sebastián"),
        ("5 March 2024", None),
    ],
)
def test_the_place_of_a_letter(printed_page, line, place):
    assert named(printed_page(f"Acme Ltd\n{line}\nDear Ms Bell,"), "place") == {"place": place}


def test_the_subject_of_a_letter(printed_page):
    page = printed_page("Acme GmbH\n\n\nAngebot Nr. 12 vom 3. Mai\n\nSehr geehrte Frau Kern,\nvielen Dank.")
    assert named(page, "subject") == {"subject": "Angebot Nr. 12 vom 3. Mai"}


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("E-mail: info@ northwind.com", "info@northwind.com"),
        ("anna. meier@northwind.de", "anna.meier@northwind.de"),
        ("info @northwind . com", "info@northwind.com"),
        ("Write to anna@northwind.com. It is read daily", "anna@northwind.com"),
        ("a@b", None),
    ],
)
def test_a_mail_address_without_a_recognisers_blanks(text, email):
    assert printed_email(text) == email


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("www. northwind.com", "www.northwind.com"),
        ("http:// www.northwind.com/eu", "http://www.northwind.com/eu"),
        ("northwind.co.uk", "northwind.co.uk"),
        ("info@northwind.com", None),
        ("12.50", None),
        ("Rossi S.r.l.", None),
    ],
)
def test_a_web_site(text, site):
    assert printed_website(text) == site


@pytest.mark.parametrize("text", ["12.50 24.99", "1.445.170", "05/03/2024", "1,234.56", "19.00%"])
def test_sums_and_dates_are_no_telephone(text):
    assert printed_phone(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("+49 421 555-0", True),
        ("(021) 579-5756", True),
        ("020 7946 0018", True),
        ("2024-3429", False),
        ("0004573", False),
    ],
)
def test_a_telephone_without_a_label_is_told_by_its_form(text, plain):
    assert printed_phone(text) == text
    assert is_plain_phone(text) is plain


def test_the_number_of_another_label_is_no_telephone(printed_page):
    page = printed_page("Acme Ltd\nOrder number | @400 0004 573 201\nDate | @400 05/03/2024")
    assert named(page, "phone") == {"phone": None}
