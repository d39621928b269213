"""Places of an answer, and what was filled in there."""

from dataclasses import dataclass

from server.fields.words.label_table import Party
from server.values.chat import JSON
from server.values.paths import member_path


@dataclass(frozen=True, slots=True)
class Filled:
    """A value for one place, or `there=False` with the paths that are missing."""

    value: JSON = None
    there: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the answer a value goes, in whose part of the page it is looked for, and what object is around it."""

    path: str
    party: Party | None = None
    name: str = ""
    within: str = ""

    def child(self, name: str) -> "Place":
        """The place of a member."""
        return Place(member_path(self.path, name), self.party, name, self.name)


def is_bare(value: JSON) -> bool:
    """Whether an object says nothing: every member null or empty, however deep."""
    if isinstance(value, dict):
        return all(is_bare(member) for member in value.values())
    return value is None or value == []
