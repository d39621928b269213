"""What the arrays of an answer leave out, in sentences for the caller."""

from server.fields.places import Place
from server.fields.tables.arrays import Arrays


class ArrayNotes:
    """The sentences so far, and how many numbers of the array at hand arithmetic refuted."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.texts: list[str] = []
        self.refuted = 0

    def left_out(self, place: Place, rows: int, why: str) -> None:
        """Rows that are printed and not in the answer."""
        self._add(rows, "row", f"`{place.path}`", why)

    def unclear(self, place: Place) -> None:
        """Boxes that are about the array at `place` and not clearly ticked or empty."""
        self.texts.append(
            f"the boxes of `{place.path}` do not show clearly what is ticked, so nothing is taken of them"
        )

    def astray(self, place: Place, lines: int) -> None:
        """Lines of the table of the array at `place` that are in none of its rows."""
        self._add(lines, "line", f"the table of `{place.path}`", "outside of every row")

    def refutations(self, place: Place) -> None:
        """The numbers that were left out of the array at `place`."""
        self._add(self.refuted, "number", f"`{place.path}`", "sums contradict them")
        self.refuted = 0

    def _add(self, count: int, one: str, whose: str, why: str) -> None:
        what, were = (one, "was") if count == 1 else (f"{one}s", "were")
        if count > 0:
            self.texts.append(f"{count} {what} of {whose} {were} left out: {why}")

    def unmatched(self, place: Place, refused: int = 0) -> None:
        """A table that nothing answers, where the array at `place` is empty; `refused` are the rows of one like it."""
        count = refused or self.arrays.unmatched()
        if count:
            rows = "1 row" if count == 1 else f"{count} rows"
            why = "it is not sure to be that of" if refused else "its columns do not match the properties of"
            self.texts.append(f"a table with {rows} was found, but {why} `{place.path}`")
