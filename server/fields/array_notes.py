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
        if rows > 0:
            self.texts.append(f"{rows} rows of `{place.path}` were left out: {why}")

    def refutations(self, place: Place) -> None:
        """The numbers that were left out of the array at `place`."""
        if self.refuted:
            self.texts.append(f"{self.refuted} numbers of `{place.path}` were left out: sums contradict them")
            self.refuted = 0

    def unmatched(self, place: Place) -> None:
        """A table that nothing answers, where the array at `place` is empty."""
        count = self.arrays.unmatched()
        if count:
            rows = "1 row" if count == 1 else f"{count} rows"
            self.texts.append(
                f"a table with {rows} was found, but its columns do not match the properties of `{place.path}`"
            )
