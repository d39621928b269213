"""Numbers that carry check digits, made so that the digits hold: IBANs, tax numbers of a country, MRZ, GTIN.

Sources: ISO 13616 and the national account formats of the IBAN registry; the VAT number formats of the EU's VIES page;
GB 32100-2015 (China), the corporate number of Japan's tax agency, CNPJ (Receita Federal), GSTIN (India), NPWP
(Indonesia), UID (Switzerland); ICAO Doc 9303 for the MRZ.
"""

import random
import string

ALNUM = string.digits + string.ascii_uppercase
CIN_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(rng: random.Random, count: int) -> str:
    """So many digits, the first no zero."""
    return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=count - 1))


def weighted(text: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits times their weights."""
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False))


def luhn(text: str) -> str:
    """The Luhn check digit that follows `text`."""
    doubled = (int(c) * (2 if n % 2 == 0 else 1) for n, c in enumerate(reversed(text)))
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def gtin(rng: random.Random) -> str:
    """A GTIN-13."""
    body = "4" + digits(rng, 11)
    return body + str(-weighted(body, (1, 3) * 6) % 10)


def iban_of(country: str, account: str) -> str:
    """The IBAN of an account, in groups of four."""
    number = "".join(str(ALNUM.index(c)) for c in account + country) + "00"
    whole = f"{country}{98 - int(number) % 97:02}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _french(rng: random.Random) -> str:
    bank, branch, account = digits(rng, 5), digits(rng, 5), digits(rng, 11)
    return f"{bank}{branch}{account}{97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97:02}"


def _spanish(rng: random.Random) -> str:
    weights, bank, account = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6), digits(rng, 8), digits(rng, 10)
    checks = (11 - weighted(part, weights) % 11 for part in ("00" + bank, account))
    return bank + "".join({10: "1", 11: "0"}.get(check, str(check)) for check in checks) + account


def _italian(rng: random.Random) -> str:
    body = digits(rng, 5) + digits(rng, 5) + "0000" + digits(rng, 8)
    total = sum(CIN_ODD[int(c)] if n % 2 == 0 else int(c) for n, c in enumerate(body))
    return string.ascii_uppercase[total % 26] + body


def _dutch(rng: random.Random) -> str:
    while True:
        account = "0" + digits(rng, 9)
        if weighted(account, tuple(range(10, 0, -1))) % 11 == 0:
            return rng.choice(("RABO", "INGB", "TRIO", "ASNB")) + account


def _polish(rng: random.Random) -> str:
    bank = digits(rng, 7)
    return bank + str(-weighted(bank, (3, 9, 7, 1, 3, 9, 7)) % 10) + digits(rng, 16)


def _portuguese(rng: random.Random) -> str:
    body = "00" + digits(rng, 17)
    return f"{body}{98 - int(body + '00') % 97:02}"


ACCOUNTS = {
    "DE": lambda rng: digits(rng, 18), "CH": lambda rng: digits(rng, 17),
    "GB": lambda rng: rng.choice(("BARC", "LOYD", "MIDL")) + digits(rng, 14),
    "FR": _french, "ES": _spanish, "IT": _italian, "NL": _dutch, "PL": _polish, "PT": _portuguese,
}  # fmt: skip


def iban(rng: random.Random, country: str) -> str | None:
    """An IBAN of the country, or None where it has no IBANs."""
    return iban_of(country, ACCOUNTS[country](rng)) if country in ACCOUNTS else None


def _eleven(rng: random.Random, weights: tuple[int, ...]) -> str:
    """Digits whose weighted sum modulo 11 is the check digit."""
    while True:
        body = digits(rng, len(weights))
        if (check := weighted(body, weights) % 11) < 10:
            return body + str(check)


def _eleven_less(rng: random.Random, weights: tuple[int, ...]) -> str:
    """Digits whose check digit is 11 less the weighted sum modulo 11, 10 and 11 as 0."""
    body = digits(rng, len(weights))
    check = 11 - weighted(body, weights) % 11
    return body + str(0 if check > 9 else check)


def _german_vat(rng: random.Random) -> str:
    body, product = digits(rng, 8), 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return f"DE{body}{(11 - product) % 10}"


def _french_vat(rng: random.Random) -> str:
    body = digits(rng, 8)
    siren = body + luhn(body)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _spanish_cif(rng: random.Random) -> str:
    body = digits(rng, 7)
    return f"B{body}{luhn(body)}"


def _british_vat(rng: random.Random) -> str:
    body = digits(rng, 7)
    check = 97 - weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 97
    whole = f"{body}{check:02}"
    return f"GB {whole[:3]} {whole[3:7]} {whole[7:]}"


def _chinese_credit_code(rng: random.Random) -> str:
    body = "91" + rng.choice(("110108", "310115", "330106", "440305", "320505")) + "".join(rng.choices(USCC, k=9))
    total = sum(USCC.index(c) * 3**n % 31 for n, c in enumerate(body))
    return body + USCC[-total % 31]


def _japanese_number(rng: random.Random) -> str:
    body = digits(rng, 12)
    return f"T{9 - weighted(body[::-1], (1, 2) * 6) % 9}{body}"


def _brazilian_cnpj(rng: random.Random) -> str:
    body = digits(rng, 8) + "0001"
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        rest = weighted(body, weights) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}"


def _indian_gstin(rng: random.Random) -> str:
    letters = "".join(rng.choices(string.ascii_uppercase, k=3)) + "C" + rng.choice(string.ascii_uppercase)
    body = rng.choice(("27", "29", "33", "07")) + letters + digits(rng, 4) + rng.choice(string.ascii_uppercase) + "1Z"
    products = (ALNUM.index(c) * (1 + n % 2) for n, c in enumerate(body))
    return body + ALNUM[-sum(p // 36 + p % 36 for p in products) % 36]


def _indonesian_npwp(rng: random.Random) -> str:
    body = "0" + digits(rng, 7)
    return f"{body[:2]}.{body[2:5]}.{body[5:]}.{luhn(body)}-{digits(rng, 3)}.000"


def _swiss_uid(rng: random.Random) -> str:
    while True:
        body = digits(rng, 8)
        if (check := 11 - weighted(body, (5, 4, 3, 2, 7, 6, 5, 4)) % 11) != 10:
            return f"CHE-{body[:3]}.{body[3:6]}.{body[6:]}{check % 11} MWST"


def _mexican_rfc(rng: random.Random) -> str:
    letters = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
    body = "".join(rng.choices(string.ascii_uppercase, k=3))
    body += f"{rng.randint(10, 23)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}" + "".join(rng.choices(ALNUM, k=2))
    total = sum(letters.index(c) * (13 - n) for n, c in enumerate(" " + body))
    return body + "0123456789A"[-total % 11]


def _polish_nip(rng: random.Random) -> str:
    whole = _eleven(rng, (6, 5, 7, 2, 3, 4, 5, 6, 7))
    return f"{whole[:3]}-{whole[3:6]}-{whole[6:8]}-{whole[8:]}"


def _italian_vat(rng: random.Random) -> str:
    body = "0" + digits(rng, 9)
    return f"IT{body}{luhn(body)}"


TAX_NUMBERS = {
    "DE": _german_vat, "FR": _french_vat, "ES": _spanish_cif, "IT": _italian_vat, "GB": _british_vat,
    "CN": _chinese_credit_code, "JP": _japanese_number, "BR": _brazilian_cnpj, "IN": _indian_gstin,
    "ID": _indonesian_npwp, "CH": _swiss_uid, "PL": _polish_nip, "MX": _mexican_rfc,
    "NL": lambda rng: f"NL{_eleven(rng, tuple(range(9, 1, -1)))}B01",
    "PT": lambda rng: _eleven_less(rng, tuple(range(9, 1, -1))),
    "US": lambda rng: f"{rng.randint(20, 88)}-{digits(rng, 7)}",
    "MY": lambda rng: f"W10-{rng.randint(1800, 2400)}-{digits(rng, 8)}",
}  # fmt: skip


def tax_number(rng: random.Random, country: str) -> str:
    """The number by which a firm of the country pays its sales tax, as printed."""
    return TAX_NUMBERS[country](rng)


def mrz_check(text: str) -> str:
    """The check digit of a field of the machine-readable zone."""
    return str(sum(int(c, 36) * (7, 3, 1)[n % 3] if c != "<" else 0 for n, c in enumerate(text)) % 10)
