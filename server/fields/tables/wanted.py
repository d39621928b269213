"""What a schema wants of the rows of an array: its properties, flat, each with its meaning and type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from server.fields.schema.shapes import Shape
from server.fields.schema.wrappers import held_member
from server.fields.words.query import Query, make_query
from server.fields.words.roles import make_query_within

_NUMERIC = frozenset(("number", "integer"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One property of a row. `path` is its name, with dots where it stands in objects within the row."""

    path: str
    shape: Shape
    query: Query

    @property
    def key(self) -> str:
        """The key of its concept, or empty."""
        return self.query.concept.key if self.query.concept else ""

    @property
    def is_number(self) -> bool:
        """Whether only a number may come of it."""
        return bool(self.shape.kinds) and set(self.shape.kinds) <= _NUMERIC

    @property
    def is_date(self) -> bool:
        """Whether only a date may come of it."""
        return self.shape.format == "date" and "string" in self.shape.kinds


def row_shape(inner: Shape) -> Shape:
    """The object that the items of an array are."""
    return next((option for option in inner.alternatives or (inner,) if "object" in option.kinds), inner)


def wanted_of(row: Shape) -> Mapping[str, Wanted]:
    """The properties that a row may fill, by their path."""
    return {wanted.path: wanted for wanted in _flat(row, "", 0)}


def _flat(shape: Shape, within: str, depth: int) -> Iterator[Wanted]:
    for name, part in shape.properties.items():
        path = f"{within}.{name}" if within else name
        option = row_shape(part)
        if "object" not in option.kinds:
            if "array" not in option.kinds:
                yield Wanted(path, part, _query(part, within))
        elif (held := held_member(option)) is not None:
            inner = option.properties[held]
            named = replace(inner, name=name, title=part.title, description=part.description)
            yield Wanted(f"{path}.{held}", named, _query(named, within))
        elif depth < 2 and not option.recursive:
            yield from _flat(option, path, depth + 1)


def _query(shape: Shape, within: str) -> Query:
    parent = within.rpartition(".")[2]
    return make_query_within(parent, make_query(shape.name, shape.title, shape.description, None), shape.name)
