"""Forms of a machine readable zone: where each field stands. Data of ICAO Doc 9303 (8th edition), parts 4 to 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

Span = tuple[int, int, int]
"""A field: the line, where it begins and where it ends, from 0; the end is excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of the zone. The check digit of a field in `checked` stands directly behind it.

    `composite` are the spans that the last check digit covers, `composite_at` where that digit stands.
    """

    name: str
    first: str
    lines: int
    width: int
    names: Span
    spans: Mapping[str, Span]
    composite: tuple[Span, ...] = ()
    composite_at: Span | None = None
    checked: tuple[str, ...] = field(default=("number", "birth", "expiry"))


def _spans(**spans: Span) -> Mapping[str, Span]:
    return MappingProxyType(spans)


_KIND, _STATE = (0, 0, 2), (0, 2, 5)
_SECOND: Final = {
    "kind": _KIND, "state": _STATE, "number": (1, 0, 9), "nationality": (1, 10, 13), "birth": (1, 13, 19),
    "sex": (1, 20, 21), "expiry": (1, 21, 27),
}  # fmt: skip

TD1: Final = Form(
    name="TD1",
    first="ACI",
    lines=3,
    width=30,
    names=(2, 0, 30),
    spans=_spans(
        kind=_KIND, state=_STATE, number=(0, 5, 14), optional=(0, 15, 30), birth=(1, 0, 6), sex=(1, 7, 8),
        expiry=(1, 8, 14), nationality=(1, 15, 18), optional2=(1, 18, 29),
    ),
    composite=((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    composite_at=(1, 29, 30),
)  # fmt: skip
TD2: Final = Form(
    name="TD2",
    first="ACIP",
    lines=2,
    width=36,
    names=(0, 5, 36),
    spans=_spans(**_SECOND, optional=(1, 28, 35)),
    composite=((1, 0, 10), (1, 13, 20), (1, 21, 35)),
    composite_at=(1, 35, 36),
)
TD3: Final = Form(
    name="TD3",
    first="P",
    lines=2,
    width=44,
    names=(0, 5, 44),
    spans=_spans(**_SECOND, optional=(1, 28, 42)),
    composite=((1, 0, 10), (1, 13, 20), (1, 21, 43)),
    composite_at=(1, 43, 44),
    checked=("number", "birth", "expiry", "optional"),
)
MRVA: Final = Form(
    name="MRV-A", first="V", lines=2, width=44, names=(0, 5, 44), spans=_spans(**_SECOND, optional=(1, 28, 44))
)
MRVB: Final = Form(
    name="MRV-B", first="V", lines=2, width=36, names=(0, 5, 36), spans=_spans(**_SECOND, optional=(1, 28, 36))
)
FORMS: Final = (TD3, TD1, TD2, MRVA, MRVB)
