"""Which table answers which array of a schema: by its columns, and by its title where several have the same."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from rapidfuzz import fuzz

from server.fields.print.folding import compact
from server.fields.print.page_view import PageView
from server.fields.schema.shapes import Shape
from server.fields.schema.wrappers import CONFIDENCE_NAMES
from server.fields.tables.arithmetic.checking import checked_table
from server.fields.tables.matching import Match, match_table
from server.fields.tables.producer import find_tables
from server.fields.tables.table import Table, TableRow
from server.fields.tables.wanted import Wanted, row_shape, wanted_of
from server.fields.words.query import make_query, words_of
from server.fields.words.table_titles import ANY, kinds_of, kinds_within
from server.values.lines import Line

_DEEPEST = 6
_SUMS_ALONE = frozenset(("tax", "tax_rate", "tax_base", "discount", "deposit"))
_GOODS = frozenset(("quantity", "price"))


@dataclass(frozen=True, slots=True)
class Ask:
    """An array of a schema: what its rows want, the names that a title may give it, and the kinds of rows it names."""

    shape: Shape
    wanted: Mapping[str, Wanted]
    names: tuple[str, ...]
    concept: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The tables of one array, the rows of each that are its, and how they give what it wants."""

    wanted: Mapping[str, Wanted]
    parts: Sequence[tuple[Match, Sequence[TableRow]]] = field(default=())

    @property
    def rows(self) -> Iterator[tuple[Match, TableRow]]:
        """Every row, in reading order."""
        return ((match, row) for match, rows in self.parts for row in rows)


# How an array and a table go together: by name, how many columns, how surely, the place of the table from 0 downwards.
_Option = tuple[int, int, float, int, Ask, Match]


class Arrays:
    """The tables of a document, shared out among the arrays of a schema; looked for once, when first asked."""

    def __init__(self, view: PageView, root: Shape, own_labels: Sequence[str]) -> None:
        self.view = view
        self.root = root
        self.own = frozenset(own_labels)

    @cached_property
    def tables(self) -> list[Table]:
        """Every table of the document that has rows."""
        found = [table for table in find_tables(self.view, self.own) if table.rows]
        numbers = (
            [(cell.line, number.value()) for cell in self.view.cells for number in cell.numbers()] if found else []
        )
        return [self._checked(table, numbers) for table in found]

    def _checked(self, table: Table, numbers: Sequence[tuple[Line, Decimal | None]]) -> Table:
        own = {id(line) for row in table.rows for line in row.lines}
        outside = {value for line, value in numbers if value is not None and id(line) not in own}
        return checked_table(table, self.view.style, outside)

    def answer(self, shape: Shape) -> Answer:
        """The rows for the array `shape`; none where no table has its columns."""
        return self._answers.get(shape.steps) or Answer(wanted_of(row_shape(shape.items or shape)))

    @cached_property
    def alone(self) -> bool:
        """Whether the schema has one array of objects, so that tables with the same heads are all its."""
        return len(list(_asks_in(self.root, 0))) == 1

    def unmatched(self) -> int:
        """The rows of the longest table that answers no array; 0 without one."""
        sizes = [len(table.rows) for table in self.tables if id(table) not in self._used and _has_values(table)]
        return max(sizes, default=0)

    def refused(self, shape: Shape) -> int:
        """The rows of the longest table that may be that of `shape` and answers no array; 0 without one."""
        return max((len(table.rows) for table in self._alike[shape.steps] if id(table) not in self._used), default=0)

    def prints(self, shape: Shape) -> bool:
        """Whether some table has the columns of `shape`, whichever array it answers."""
        return bool(self._alike[shape.steps])

    @cached_property
    def _used(self) -> frozenset[int]:
        return frozenset(id(match.table) for answer in self._answers.values() for match, _ in answer.parts)

    @cached_property
    def _alike(self) -> Mapping[tuple[object, ...], Sequence[Table]]:
        """The tables that have the columns of an array, by its place in the schema."""
        found: dict[tuple[object, ...], list[Table]] = defaultdict(list)
        for *_, ask, match in self._options:
            found[ask.shape.steps].append(match.table)
        return found

    @cached_property
    def _options(self) -> list[_Option]:
        """Every table that has the columns of an array, the surest first."""
        firsts = Counter(compact(table.columns[0].head) for table in self.tables if table.columns)
        options = [
            (_is_named(ask, match.table, firsts), match.found, match.score, -number, ask, match)
            for ask in _asks_in(self.root, 0)
            for number, table in enumerate(self.tables)
            if _is_good(ask, match := match_table(table, ask.wanted, self.view.style))
        ]
        return sorted(options, key=lambda option: option[:4], reverse=True)

    @cached_property
    def _answers(self) -> dict[tuple[object, ...], Answer]:
        of_table: dict[int, list[_Option]] = defaultdict(list)
        for option in self._options:
            of_table[id(option[5].table)].append(option)
        settled = {id(one[4]) for one in self._options if one[0]}
        options = [
            option
            for option in self._options
            if not _is_of_another(option, of_table[id(option[5].table)], settled, alone=self.alone)
        ]
        taken: set[int] = set()
        made: dict[tuple[object, ...], Answer] = {}
        for named, _, _, _, ask, match in options:
            if ask.shape.steps in made or (id(match.table) in taken and named < 2):
                continue
            mine = [option for option in options if option[4] is ask and id(option[5].table) not in taken]
            parts = self._parts(ask, match, named, mine)
            taken |= {id(part.table) for part, _ in parts}
            made[ask.shape.steps] = Answer(ask.wanted, parts)
        return made

    def _parts(
        self, ask: Ask, best: Match, named: int, others: Sequence[_Option]
    ) -> list[tuple[Match, Sequence[TableRow]]]:
        """The best table, of it only the sections with the array's name if some have it, and others with its heads."""
        if named == _SECTION:
            return [(best, [row for row in best.table.rows if _names(ask, row.section)])]
        alike = [
            (-place, match)
            for named_too, _, _, place, _, match in others
            if match.table is best.table
            or (
                match.table.signature == best.table.signature
                and bool(named_too) == bool(named)
                and (self.alone or match.table.title == best.table.title)
            )
        ]
        return [(match, match.table.rows) for _, match in sorted(alike, key=lambda one: one[0])]


_SECTION = 2


def _is_of_another(option: _Option, options: Sequence[_Option], settled: Collection[int], *, alone: bool) -> bool:
    """Whether nothing says that a table is for an array, and something that it is for another, or could be.

    Its title names another array or kind of rows; or another array wants the same, and neither is called `items`.
    `options` are those of the same table, `settled` the arrays that have a table by name.
    """
    named, found, score, _, ask, match = option
    if named:
        return False
    title = kinds_of(match.table.title) - {ANY}
    if title and not title & ask.kinds and (ask.kinds - {ANY} if alone else ANY not in ask.kinds):
        return True
    rivals = [one for one in options if one[4] is not ask]
    if any(rival[0] for rival in rivals):
        return True
    equal = [rival for rival in rivals if rival[1:3] == (found, score) and id(rival[4]) not in settled]
    return bool(equal) and (ANY not in ask.kinds or any(ANY in rival[4].kinds for rival in equal))


def _asks_in(shape: Shape, depth: int) -> Iterator[Ask]:
    """The arrays of objects of a schema, none within the rows of another."""
    if depth > _DEEPEST or shape.recursive:
        return
    if "array" in shape.kinds and shape.items is not None:
        row = row_shape(shape.items)
        if "object" in row.kinds and not row.recursive:
            query = make_query(shape.name, shape.title, shape.description)
            sums = query.concept is not None and query.concept.kind == "amount"  # earnings, deductions
            names = tuple(name for name in (*query.own, *(query.synonyms if sums else ())) if len(name) > 1)
            kinds = kinds_of(words_of(shape.name)) | kinds_of(shape.title)
            yield Ask(shape, wanted_of(row), names, query.concept.key if query.concept else "", kinds)
            return
    for part in (*shape.properties.values(), *shape.alternatives):
        yield from _asks_in(part, depth + 1)


def _is_named(ask: Ask, table: Table, firsts: Mapping[str, int]) -> int:
    """Whether a table has the array's name for its title or the first of its heads (1), or some sections have (2).

    A first head that is that of several tables (`firsts` counts them) names none.
    """
    first = table.columns[0].head if table.columns else ""
    if _names(ask, table.title) or (firsts[compact(first)] == 1 and _names(ask, first)):
        return 1
    named = sum(_names(ask, row.section) for row in table.rows)
    return _SECTION if 0 < named < len(table.rows) else int(named > 0)


def _names(ask: Ask, text: str) -> bool:
    plain = compact(text)
    if plain and (ask.kinds - {ANY}) & kinds_within(text):
        return True
    return bool(plain) and any(
        plain == name or (len(name) > 4 and (name in plain or fuzz.ratio(plain, name) > 85)) for name in ask.names
    )


def _is_good(ask: Ask, match: Match) -> bool:
    """Whether a table has enough of what an array wants."""
    wanted = [path for path in ask.wanted if path.rpartition(".")[2] not in CONFIDENCE_NAMES]
    concepts = {key for column in match.table.columns for key in column.concepts}
    if ask.concept in _SUMS_ALONE and concepts & _GOODS:
        return False
    if not match.found or (match.found == 1 and len(wanted) > 2):
        return False
    return 2 * match.found >= len(wanted) or (match.found > 1 and 3 * match.found >= 2 * len(match.table.columns))


def _has_values(table: Table) -> bool:
    return any(column.kind != "text" for column in table.columns)
