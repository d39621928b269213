"""The two machine-readable lines of a passport (ICAO Doc 9303, part 4)."""

from datetime import date

WEIGHTS, LENGTH = (7, 3, 1), 44


def check_digit(text: str) -> str:
    """Return the check digit of `text`: digits as they are, A is 10, the filler is 0."""
    values = (0 if mark == "<" else int(mark, 36) for mark in text)
    return str(sum(value * WEIGHTS[at % 3] for at, value in enumerate(values)) % 10)


def passport_lines(  # noqa: PLR0913 - what such a page says
    country: str, names: tuple[str, str], number: str, *, birth: date, sex: str, expires: date
) -> tuple[str, str]:
    """Return both lines."""
    last, first = (name.replace(" ", "<") for name in names)
    upper = f"P<{country:<3}{last}<<{first}".replace(" ", "<").ljust(LENGTH, "<")
    fields = [number.ljust(9, "<"), f"{birth:%y%m%d}", f"{expires:%y%m%d}"]
    document, born, until = (field + check_digit(field) for field in fields)
    personal = "<" * 14 + "0"
    lower = f"{document}{country:<3}{born}{sex}{until}{personal}".replace(" ", "<")
    return upper, lower + check_digit(document + born + until + personal)
