"""What may be a company's name at the top of a page."""

from server.fields.addresses.postal import is_contact_line, is_country, is_street_line, is_town_line
from server.fields.parties.header import BRACKETED, REGISTRATION
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.words.headings import is_title


def may_be_company(text: str) -> bool:
    """Whether a line at the top of a page may be a company: no title, date, street, town, number, label."""
    letters = sum(char.isalpha() for char in REGISTRATION.sub("", text))
    if letters < 2 or (letters < 3 and not is_cjk(text)) or is_title(text) or find_dates(text) or is_country(text):
        return False
    if BRACKETED.match(text):
        return False
    if is_contact_line(text) or is_town_line(text) or is_street_line(text) or text.rstrip().endswith((":", "：")):
        return False
    return sum(char.isdigit() for char in text) <= letters / 2 and len(text.split()) <= 9
