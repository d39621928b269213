"""One of the goods of a slip or an invoice, as it is put together from rows of print."""

from dataclasses import dataclass, field

from server.values.lines import Line


@dataclass(slots=True)
class Item:
    """One item: printed values by what they mean (`description`, `quantity`, …) and by the label of their column."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
