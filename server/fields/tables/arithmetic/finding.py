"""The equations that a table's rows follow: products, taxes and running balances, found by what most rows hold."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Final, Literal

from server.fields.tables.arithmetic.equations import Equation, Key, Linear, Numbers, Product, slips
from server.fields.tables.columns.natures import holds_percents
from server.fields.tables.table import Relation, Table

_SAMPLE: Final = 40  # rows that show which equations hold
_MOST_COLUMNS: Final = 9  # of numbers
_SCALES: Final = (Decimal(1), Decimal("0.01"), Decimal("0.001"))  # prices in pence, for 100 and for 1000 pieces
_PRODUCT: Final = "quantity x price = amount"
_DISCOUNTED: Final = "quantity x price - discount = amount"
_TAXED: Final = "quantity x price + tax = amount"
_SHARE: Final = "rate x base = tax"
_SUM: Final = "net + tax = gross"
_BALANCE: Final = "running balance"
_AMOUNTS: Final = frozenset(("amount", "total", "subtotal"))
_PRICES: Final = frozenset(("price", "hourly_rate"))
_COUNTS: Final = frozenset(("quantity", "hours"))
_TELLING: Final = 4  # digits that a product does not have by chance


def equations_of(
    table: Table, numbers: Numbers, printed: Collection[Decimal]
) -> tuple[list[Equation], tuple[Relation, ...]]:
    """The equations of every row, and the relations they are of; `printed` are the numbers beside the table."""
    columns = sorted({column for _, column in numbers})[:_MOST_COLUMNS]
    followed: dict[tuple[str, Sequence[int], int], tuple[list[Equation], _Form]] = {}
    for form in _row_forms(table, columns):
        equations = [form.at(row, numbers) for row in range(len(table.rows))]
        whole = [one for one in equations if all(member in numbers for member in one.members)]
        named = form.name == _PRODUCT and _is_named(table, form)
        proved = form.name == _PRODUCT and form.scale == 1 and _proves_price(table, form, whole, numbers)
        if whole and (proved or _is_followed(whole, numbers, named=named)):
            key = (form.kind, form.factors, form.whole)
            known = followed.get(key)
            if known is None or _fit(whole, numbers) > _fit(known[0], numbers):
                followed[key] = (whole, form)
    chains = _balances(table, columns, numbers, printed)
    best = max(chains, key=lambda group: _holding(group, numbers), default=[])
    equations = [*(one for group, _ in followed.values() for one in group), *best]
    return equations, tuple(form.relation for _, form in followed.values())


def _fit(equations: Sequence[Equation], numbers: Numbers) -> tuple[int, int]:
    """How well rows follow equations; of those that hold as often the ones that leave nothing out."""
    return _holding(equations, numbers), sum(len(one.members) for one in equations)


def _holding(equations: Sequence[Equation], numbers: Numbers) -> int:
    return sum(one.holds(numbers) for one in equations)


@dataclass(frozen=True, slots=True)
class _Form:
    """A product or a sum between columns, for any row; a share that a row does not print is none."""

    name: str
    factors: tuple[int, ...]
    whole: int
    percents: Mapping[int, int] = field(default_factory=dict)
    scale: Decimal = Decimal(1)

    @property
    def kind(self) -> Literal["product", "sum", "share"]:
        """What is the same in forms of which a table can follow one alone."""
        return "sum" if self.name == _SUM else "share" if self.name == _SHARE else "product"

    @property
    def relation(self) -> Relation:
        """What it says of the columns."""
        return Relation(self.kind, self.factors, self.whole, self.percents)

    def at(self, row: int, numbers: Numbers) -> Equation:
        """The equation of one row."""
        if self.name == _SUM:
            return Linear(_SUM, {(row, self.factors[0]): 1, (row, self.factors[1]): 1, (row, self.whole): -1})
        percents = {(row, column): sign for column, sign in self.percents.items() if (row, column) in numbers}
        return Product(self.name, [(row, column) for column in self.factors], (row, self.whole), percents, self.scale)


def _row_forms(table: Table, columns: Sequence[int]) -> Iterator[_Form]:
    """Every equation that the columns could follow, row by row."""
    rates = [column for column in columns if _may_be_rate(table, column)]
    sums = [column for column in columns if column not in rates]
    for one, other in combinations(sums, 2):
        for whole in sums:
            if whole <= one or whole == other:
                continue
            yield from (_Form(_PRODUCT, (one, other), whole, scale=scale) for scale in _SCALES)
            if whole > other:
                yield _Form(_SUM, (one, other), whole)
                yield from (_Form(_DISCOUNTED, (one, other), whole, {rate: -1}) for rate in rates)
                yield from (_Form(_TAXED, (one, other), whole, {rate: 1}) for rate in rates)
    for base, tax in combinations(sums, 2):
        yield from (_Form(_SHARE, (base, rate), tax, scale=Decimal("0.01")) for rate in rates)


def _may_be_rate(table: Table, column: int) -> bool:
    head = table.columns[column]
    return holds_percents(table, column) or bool({"discount", "tax_rate"} & set(head.concepts))


def _is_named(table: Table, form: _Form) -> bool:
    """Whether the heads themselves say that a row follows the equation: of a count, a price, and an amount behind."""
    if form.scale != 1 or form.whole < max(form.factors):
        return False
    one, other, whole = (set(table.columns[column].concepts) for column in (*form.factors, form.whole))
    counted = bool(one & _COUNTS and other & _PRICES) or bool(one & _PRICES and other & _COUNTS)
    return counted and bool(whole & (_AMOUNTS | _PRICES))


def _proves_price(table: Table, form: _Form, rows: Sequence[Equation], numbers: Numbers) -> bool:
    """Whether every row has an amount that is its count times one column, to the cent, of four digits or more."""
    one, other, whole = (set(table.columns[column].concepts) for column in (*form.factors, form.whole))
    if not (one & _COUNTS and whole & _AMOUNTS) or other & (_COUNTS | _AMOUNTS) or form.whole < max(form.factors):
        return False
    exact = any(len(numbers[row.members[-1]].digits) >= _TELLING and _tells(row, numbers) for row in rows)
    return exact and all(row.holds(numbers) for row in rows)


def _is_followed(equations: Sequence[Equation], numbers: Numbers, *, named: bool) -> bool:
    """Whether so many rows hold an equation that it is none by chance."""
    sample = equations[:_SAMPLE]
    hold = [one for one in sample if one.holds(numbers)]
    if named:
        return 2 * len(hold) >= len(sample) - 1
    telling = {tuple(numbers[member].value for member in one.members) for one in hold if _tells(one, numbers)}
    return len(telling) > 1 and 10 * len(hold) >= 6 * len(sample)


def _tells(equation: Equation, numbers: Numbers) -> bool:
    """Whether an equation says something: no number times 1, and nothing of nothing."""
    values = [numbers[member].value for member in equation.members]
    return 0 not in values[:2] and values[-1] != 0 and (isinstance(equation, Linear) or 1 not in values[:2])


def _balances(
    table: Table, columns: Sequence[int], numbers: Numbers, printed: Collection[Decimal]
) -> Iterator[list[Equation]]:
    """The running balances that rows follow: by one signed column or two, downwards or upwards."""
    by_concept = {key: i for i in reversed(columns) for key in table.columns[i].concepts}
    balance = by_concept.get("balance")
    if balance is None and len(columns) > 1 and not any(set(table.columns[columns[-1]].concepts)):
        balance = columns[-1]
    if balance is None or len(table.rows) < 3:
        return
    for moves in _moves(table, [column for column in columns if column != balance], numbers):
        for step in (1, -1):
            equations = list(_chain(range(len(table.rows))[::step], balance, moves, numbers, printed))
            hold = _holding(equations, numbers)
            if hold > 1 and 10 * hold >= 6 * len(equations):
                yield equations


def _moves(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Mapping[int, int]]:
    """What may move a balance: a signed column, or two columns of which a row fills one."""
    for column in columns:
        yield {column: 1}
        yield {column: -1}
    for one, other in combinations(columns, 2):
        if all((row, one) not in numbers or (row, other) not in numbers for row in range(len(table.rows))):
            yield {one: -1, other: 1}
            yield {one: 1, other: -1}


def _chain(
    rows: Iterable[int], balance: int, moves: Mapping[int, int], numbers: Numbers, printed: Collection[Decimal]
) -> Iterator[Equation]:
    """An equation from each printed balance to the next one, with what moved between them."""
    signs: dict[Key, int] = {}
    before: Key | None = None
    for row in rows:
        signs |= {(row, column): sign for column, sign in moves.items() if (row, column) in numbers}
        if (row, balance) not in numbers:
            continue
        here = (row, balance)
        if before is not None and signs:
            yield Linear(_BALANCE, {before: 1, **signs, here: -1})
        elif len(signs) == 1:
            yield from _opening(here, signs, numbers, printed)
        before, signs = here, {}


def _opening(
    first: Key, signs: Mapping[Key, int], numbers: Numbers, printed: Collection[Decimal]
) -> Iterator[Equation]:
    """The first balance by the one that the account opened with, if that stands beside the table."""
    ((move, sign),) = signs.items()
    balance = numbers[first].value
    near = [one for one in printed if any(slips(numbers[move], (balance - one) * sign))]
    opened = balance - sign * numbers[move].value
    for one in [opened] if opened in printed else near[:1]:
        yield Linear(_BALANCE, {move: sign, first: -1}, -one)
