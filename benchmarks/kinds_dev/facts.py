"""Labelled facts of a document: what is printed is asked for most of the time, what is not printed now and then."""

from dataclasses import dataclass, field
from datetime import date

from kinds_dev.draft import Draft

ASKED, ASKED_IN_VAIN = 0.85, 0.3  # shares of facts


@dataclass(kw_only=True)
class Facts:
    """Pairs to print, each asked for or not."""

    draft: Draft
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def text(self, concept: str, value: str, *, share: float = 1.0) -> None:
        """Add a text that a `share` of documents prints."""
        if self._printed(concept, "text", share):
            self.pairs.append((self.draft.label(concept), value))
            if self.draft.chance(ASKED):
                self.draft.question.ask(concept, "text", value)

    def day(self, concept: str, day: date, *, share: float = 1.0) -> None:
        """Add a day."""
        if self._printed(concept, "date", share):
            self.pairs.append((self.draft.label(concept), self.draft.day(day)))
            if self.draft.chance(ASKED):
                self.draft.ask_day(concept, day)

    def money(self, concept: str, value: float, *, share: float = 1.0, signed: bool | None = None) -> bool:
        """Add an amount; tell whether it is printed."""
        if not self._printed(concept, "money", share):
            return False
        self.pairs.append((self.draft.label(concept), self.draft.money(value, signed=signed)))
        if self.draft.chance(ASKED):
            self.draft.question.ask(concept, "money", value)
        return True

    def number(self, concept: str, value: float, printed: str, *, share: float = 1.0) -> None:
        """Add a number that is no money, as `printed`."""
        if self._printed(concept, "number", share):
            self.pairs.append((self.draft.label(concept), printed))
            if self.draft.chance(ASKED):
                self.draft.question.ask(concept, "number", value)

    def _printed(self, concept: str, kind: str, share: float) -> bool:
        printed = self.draft.chance(share)
        if not printed and self.draft.chance(ASKED_IN_VAIN):
            self.draft.question.ask(concept, kind, None)
        return printed
