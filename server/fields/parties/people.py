"""Persons without a label: whose card a page is and what they do, who signed a letter, where and about what it is."""

import re
from collections.abc import Iterator, Sequence

from server.fields.addresses.postal import is_contact_line, is_street_line, is_town_line
from server.fields.parties.header import has_legal_form, has_trade
from server.fields.parties.persons import is_job, is_person
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, unaccented
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.print.reach import printed_email, printed_phone, printed_website
from server.fields.words.headings import is_title
from server.fields.words.people import plain_words, words_for

_PLACE = re.compile(r"^(?P<place>[^\W\d_][^\d,;:]{1,40}?),?\s+(?:den|le|el|il|dnia|dn\.|de|a|,)?\s*$", re.IGNORECASE)
_MOST_ROWS = 16
_SIGNED_WITHIN = 6  # rows below a closing
_SCORE = 0.5


class People:
    """Finds persons in one view; made once per view."""

    def __init__(self, view: PageView) -> None:
        cells = list(view.cells)
        self.cells = [cell for cell in cells if cell.page == cells[0].page] if cells else []
        self.last_page = [cell for cell in cells if cell.page == cells[-1].page] if cells else []
        self.is_card = bool(cells) and self._is_card(view)

    def _is_card(self, view: PageView) -> bool:
        """Whether the page is a business card: few lines, a way to reach somebody, no sums, no dates."""
        if sum(1 for row in view.rows if row) > _MOST_ROWS or len(self.cells) > _MOST_ROWS + 6:
            return False
        texts = [cell.text for cell in self.cells]
        reach = any(printed_email(text) or printed_website(text) for text in texts)
        phone = any(printed_phone(text) for text in texts)
        sums = any(number.has_currency or number.has_cents for cell in self.cells for number in cell.numbers())
        return (reach or phone) and not any(find_dates(text) for text in texts) and not (sums and not reach)

    def values(self, key: str) -> Iterator[Candidate]:
        """Yield values of `key`: a card's name, occupation or company; a letter's signature, place or subject."""
        if self.is_card and key in ("name", "occupation", "company"):
            finder = {"name": self._holder, "occupation": self._job, "company": self._employer}[key]
            cell = finder()
            yield from [Candidate(cell.text.strip(" ,"), (cell.line,), _SCORE)] if cell is not None else []
        elif key in ("signature", "signature_job", "occupation"):
            signed, job = self._signed()
            found = signed if key == "signature" else job
            yield from [found] if found is not None else []
        elif key == "place":
            yield from self._place()
        elif key == "subject":
            yield from self._subject()

    def _holder(self) -> Cell | None:
        """Whose card it is: who has the mail address, who stands above a job, or whose name is largest."""
        names = [cell for cell in self.cells if is_person(cell.text)]
        address = next((mail for cell in self.cells if (mail := printed_email(cell.text))), "")
        parts = [part for part in re.split(r"[._\-\d]+", address.partition("@")[0].lower()) if len(part) > 2]
        own = [cell for cell in names if any(part in _letters(cell.text) for part in parts)]
        if own:
            return own[0]
        jobs = [cell for cell in self.cells if is_job(cell.text)]
        above = [name for name in names for job in jobs if _stands_above(name, job)]
        return next(iter(above or sorted(names, key=lambda cell: -cell.line.height)), None)

    def _job(self) -> Cell | None:
        holder = self._holder()
        jobs = [
            cell for cell in self.cells if cell is not holder and is_job(cell.text) and not has_legal_form(cell.text)
        ]
        near = [cell for cell in jobs if holder is not None and _stands_above(holder, cell)]
        return next(iter(near or jobs), None)

    def _employer(self) -> Cell | None:
        """The company of a card: a line with a legal form, or that the mail address or the web site is named after."""
        holder, job = self._holder(), self._job()
        lines = [cell for cell in self.cells if cell not in (holder, job) and _may_be_employer(cell.text)]
        formed = [cell for cell in lines if has_legal_form(cell.text)]
        if formed:
            return formed[0]
        named = [cell for cell in lines if any(name in _letters(cell.text) for name in self._domains())]
        traded = [cell for cell in lines if has_trade(cell.text)]
        return next(iter(named or traded or lines), None)

    def _domains(self) -> list[str]:
        """The names of the domains on the page: acme of info@acme.com and www.acme.co.uk."""
        mails = [mail.partition("@")[2] for cell in self.cells if (mail := printed_email(cell.text))]
        sites = [site for cell in self.cells if (site := printed_website(cell.text))]
        hosts = [re.sub(r"^(?:https?://)?(?:www\.)?", "", host.lower()) for host in (*mails, *sites)]
        return [name for host in hosts if len(name := host.partition(".")[0].replace("-", "")) > 2]

    def _signed(self) -> tuple[Candidate | None, Candidate | None]:
        """The first name below a letter's closing, and the job below that name."""
        for place, cell in enumerate(self.last_page):
            if not self._closes(cell):
                continue
            below = self.last_page[place + 1 : place + 1 + 2 * _SIGNED_WITHIN]
            near = [other for other in below if 0 < other.row - cell.row <= _SIGNED_WITHIN]
            names = [other for other in near if is_person(_signer(other.text)) or _is_short_name(other.text)]
            if not names:
                return None, None
            name = names[0]
            jobs = [other for other in near if other.line.top > name.line.top and is_job(other.text)]
            jobs = [other for other in jobs if _stands_above(name, other)]
            job = Candidate(jobs[0].text.strip(), (jobs[0].line,), _SCORE) if jobs else None
            return Candidate(_signer(name.text), (name.line,), _SCORE), job
        return None, None

    def _closes(self, cell: Cell) -> bool:
        plain = plain_words(cell.text)
        return len(plain) < 90 and any(
            plain == words or (plain.startswith(words) and len(plain) - len(words) < 30) or plain.endswith(f" {words}")
            for words in words_for("closing")
        )

    def _place(self) -> Iterator[Candidate]:
        """The place before a letter's date: `Berlin, den 5. März 2024`."""
        for cell in self.cells:
            dates = find_dates(cell.text)
            match = _PLACE.match(cell.text[: dates[0].start]) if dates and dates[0].start else None
            if match is not None and len(cell.text) - dates[0].end <= 2 and match["place"][0].isupper():
                yield Candidate(match["place"].strip(), (cell.line,), _SCORE)

    def _subject(self) -> Iterator[Candidate]:
        """The line that stands alone directly above a letter's opening, or directly below it."""
        for place, cell in enumerate(self.cells):
            if not _opens(cell.text):
                continue
            around = [*reversed(self.cells[max(0, place - 1) : place]), *self.cells[place + 1 : place + 2]]
            for other in around:
                if _is_subject(other, self.cells):
                    yield Candidate(other.text.strip(), (other.line,), _SCORE)
                    return
            return


def _is_short_name(text: str) -> bool:
    """Whether a line below a closing is a Chinese or Japanese name, of whatever surname, with its blank lost or not."""
    return bool(re.fullmatch(r"[\u3005\u4e00-\u9fff]{2,5}", text.strip())) and not is_job(text)


def _signer(text: str) -> str:
    """A name without a word that says in whose name it is signed: `i.A. Petra Kern`."""
    words = text.strip().split()
    for size in (2, 1):
        signed_for = " ".join(words[:size])
        spellings = (plain_words(signed_for), plain_words(signed_for.replace(". ", ".")))
        if len(words) > size and not words_for("for").isdisjoint(spellings):
            return " ".join(words[size:])
    return text.strip()


def _opens(text: str) -> bool:
    plain = plain_words(text)
    return len(plain) < 70 and any(plain == word or plain.startswith(f"{word} ") for word in words_for("opening"))


def _is_subject(cell: Cell, cells: Sequence[Cell]) -> bool:
    """Whether a line stands alone and is no date, address, name or way to reach somebody."""
    text = cell.text
    alone = not any(
        other is not cell and abs(other.line.top - cell.line.top) > 1 and _gap(other, cell) < 0.6 * cell.line.height
        for other in cells
    )
    words = len(text.split())
    plain = not find_dates(text) or words > 3
    return alone and plain and 2 <= words <= 14 and not (is_contact_line(text) or is_town_line(text) or is_person(text))


def _gap(one: Cell, other: Cell) -> float:
    """The blank between two lines, one above the other; far where they do not overlap in width."""
    if min(one.line.right, other.line.right) < max(one.line.left, other.line.left):
        return float("inf")
    return max(one.line.top, other.line.top) - min(one.line.bottom, other.line.bottom)


def _stands_above(upper: Cell, lower: Cell) -> bool:
    gap = lower.line.top - upper.line.bottom
    return -0.3 * upper.line.height < gap < 1.6 * max(upper.line.height, lower.line.height)


def _may_be_employer(text: str) -> bool:
    reach = printed_email(text) or printed_phone(text) or is_contact_line(text) or printed_website(text)
    return (
        not (reach or is_title(text) or is_street_line(text) or is_town_line(text))
        and sum(c.isalpha() for c in text) > 2
    )


def _letters(text: str) -> str:
    return compact(unaccented(text))
