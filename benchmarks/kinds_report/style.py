"""The looks of a document: typefaces, colours, and the families of tables, pairs and headings it is set with."""

import random
from dataclasses import dataclass

LATIN = ("Liberation Sans", "Liberation Serif", "DejaVu Sans", "DejaVu Serif", "Noto Sans", "Noto Serif",
         "Liberation Sans Narrow", "Noto Sans Display")  # fmt: skip
FAR = {"zh": ("Noto Sans CJK SC", "Noto Serif CJK SC"), "ja": ("Noto Sans CJK JP", "Noto Serif CJK JP")}
ACCENTS = ("#1f3a5f", "#7a1f2b", "#22543d", "#333", "#000", "#5b3a8c", "#8a4b08", "#0b6e7f")
TABLES = ("ruled", "lines", "zebra", "bare", "inked", "boxed")
PAIRS = ("table", "inline", "stacked", "boxes", "spread")
TOTALS = ("floating", "ruled", "wide")
HEADS = ("left", "right", "centre", "band")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Style:
    """One choice of each family."""

    font: str
    size: float
    accent: str
    table_form: str
    pair_form: str
    total_form: str
    head_form: str
    colon: str

    @property
    def css(self) -> str:
        """The choices as CSS."""
        return f'font-family:"{self.font}";font-size:{self.size}pt;--accent:{self.accent}'

    def pairs(self, pairs: list[Pair], form: str | None = None) -> str:
        """Labels with values (both HTML already)."""
        form = form or self.pair_form
        colon = "" if form in ("stacked", "boxes") else self.colon
        cells = "".join(f"<div><dt>{label}{colon}</dt><dd>{value}</dd></div>" for label, value in pairs)
        return f'<dl class="pairs {form}">{cells}</dl>'

    def table(self, heads: list[str], rows: list[list[str]], aligns: str, form: str | None = None) -> str:
        """A table; `aligns` has l, r, c or w (the wide left one) for each column."""
        head = "".join(f'<th class="{a}">{text}</th>' for text, a in zip(heads, aligns, strict=True))
        body = "".join(
            "<tr>" + "".join(f'<td class="{a}">{cell}</td>' for cell, a in zip(row, aligns, strict=True)) + "</tr>"
            for row in rows
        )
        return (
            f'<table class="rows {form or self.table_form}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        )

    def totals(self, pairs: list[Pair]) -> str:
        """The sums beneath a table; the last one is the sum in bold."""
        rows = "".join(f"<tr><td>{label}{self.colon}</td><td class=r>{value}</td></tr>" for label, value in pairs)
        return f'<table class="totals {self.total_form}">{rows}</table>'

    def head(self, name: str, lines: list[str], initials: str = "") -> str:
        """A letterhead."""
        logo = f"<div class=logo>{initials}</div>" if initials else ""
        small = "<br>".join(lines)
        block = f"<div><div class=firm>{name}</div><div class=small>{small}</div></div>"
        return f'<header class="head {self.head_form}">{logo}{block}</header>'


def drawn_style(rng: random.Random, language: str) -> Style:
    """A style by chance, its typeface one that has the language's letters."""
    font = rng.choice(FAR.get(language, LATIN))
    wide = language in FAR and rng.random() < 0.6
    size = rng.choice((9.5, 10, 10.5, 11)) + (1.5 if "Narrow" in font else 0)
    return Style(
        font=font, size=size, accent=rng.choice(ACCENTS),
        table_form=rng.choice(TABLES), pair_form=rng.choice(PAIRS), total_form=rng.choice(TOTALS),
        head_form=rng.choice(HEADS), colon="：" if wide else rng.choice((":", "")),
    )  # fmt: skip
