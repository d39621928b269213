"""Equations between printed numbers: whether they hold, and which of them one misread digit would explain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

Key = tuple[int, int]  # row and column of a number

_HUNDRED: Final = Decimal(100)
_MOST_DECIMALS: Final = 4
_HIGHEST: Final = Decimal("1e12")
_HALF_CENT: Final = Decimal("0.005")
_CENTS: Final = Decimal("0.01")
_EXACT: Final = Decimal("0.001")
_ROUNDED: Final = Decimal("0.011")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its value, its digits without separators, and how many of them are decimals."""

    value: Decimal
    digits: str
    decimals: int


Numbers = Mapping[Key, Printed]


class Equation(Protocol):
    """One equation. `name` says it in words, `members` are its numbers."""

    @property
    def name(self) -> str:
        """The equation in words."""
        ...

    @property
    def members(self) -> Sequence[Key]:
        """The numbers that it is about."""
        ...

    def holds(self, numbers: Numbers) -> bool:
        """Whether it holds, but for rounding."""
        ...

    def solved(self, member: Key, numbers: Numbers) -> Decimal | None:
        """The value of one number that would make it hold; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """Numbers, each times 1 or -1, that make `constant` together."""

    name: str
    signs: Mapping[Key, int]
    constant: Decimal = Decimal(0)

    @property
    def members(self) -> Sequence[Key]:
        """The numbers that it is about."""
        return tuple(self.signs)

    def holds(self, numbers: Numbers) -> bool:
        """Whether it holds."""
        return abs(sum((sign * numbers[key].value for key, sign in self.signs.items()), -self.constant)) <= _EXACT

    def solved(self, member: Key, numbers: Numbers) -> Decimal | None:
        """The value of one number that would make it hold."""
        rest = sum((s * numbers[key].value for key, s in self.signs.items() if key != member), -self.constant)
        return -rest * self.signs[member]


@dataclass(frozen=True, slots=True)
class Product:
    """`factors` times each other make `whole`; a number of `percents` takes off (-1) or adds (1) its share."""

    name: str
    factors: Sequence[Key]
    whole: Key
    percents: Mapping[Key, int]
    scale: Decimal = Decimal(1)

    @property
    def members(self) -> Sequence[Key]:
        """The numbers that it is about."""
        return (*self.factors, *self.percents, self.whole)

    def holds(self, numbers: Numbers) -> bool:
        """Whether it holds: to the cent, and a cent off where a product of more decimals was rounded.

        Papers that take something back print its sign at any of the numbers.
        """
        made = abs(self._product(numbers))
        gap = abs(made - abs(numbers[self.whole].value))
        return gap <= _EXACT or (gap <= _ROUNDED and made != made.quantize(_CENTS))

    def solved(self, member: Key, numbers: Numbers) -> Decimal | None:
        """The value of one number that would make it hold."""
        whole = numbers[self.whole].value
        if member == self.whole:
            return self._product(numbers)
        rest = self._product(numbers, without=member)
        if rest == 0:
            return None
        share = whole / rest
        return share if member in self.factors else (share - 1) * _HUNDRED * self.percents[member]

    def _product(self, numbers: Numbers, without: Key | None = None) -> Decimal:
        made = self.scale
        for key in self.factors:
            made *= numbers[key].value if key != without else 1
        for key, sign in self.percents.items():
            made *= 1 + sign * numbers[key].value / _HUNDRED if key != without else 1
        return made


def slips(printed: Printed, meant: Decimal) -> Iterator[Decimal]:
    """What `printed` is if about `meant` was printed and one digit, its sign or its point was lost or misread."""
    if abs(meant) >= _HIGHEST:
        return
    for decimals in dict.fromkeys((printed.decimals, 2, 0)):
        value = meant.quantize(Decimal(1).scaleb(-decimals)) if decimals <= _MOST_DECIMALS else None
        if value is None or value == printed.value or abs(value - meant) > _HALF_CENT:
            continue
        digits = str(abs(value)).replace(".", "")
        lost_point = digits == printed.digits and decimals > printed.decimals
        if value == -printed.value or lost_point or _one_slip(printed.digits, digits):
            yield value


def _one_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
