"""The blocks that pages are made of: pairs, parties, sums. Each takes where it begins and returns where it ends."""

from kinds_dev.draft import Draft

Pairs = list[tuple[str, str]]
Place = tuple[float, float, float]  # left, baseline, width
COLON = {"zh": "：", "zh-Hant": "：", "ja": "："}


def colon(draft: Draft) -> str:
    """Return the colon of the page's language."""
    return COLON.get(draft.language, " :" if draft.language == "fr" else ":")


def leading(draft: Draft) -> float:
    """Return the distance of two lines."""
    return draft.size * 1.55


def lines(draft: Draft, x: float, y: float, texts: tuple[str, ...]) -> float:
    """Print `texts` beneath each other."""
    for text in texts:
        draft.sheet.print(x, y, text)
        y += leading(draft)
    return y


def pairs(draft: Draft, place: Place, facts: Pairs, style: str) -> float:
    """Print labels with their values: "run", "gap", "edge" (value at the right edge), "above" or "boxes"."""
    if style in {"above", "boxes"}:
        return _grid(draft, place, facts, boxed=style == "boxes")
    x, y, width = place
    mark = "" if style != "run" and draft.chance(0.4) else colon(draft)
    wide = max(draft.sheet.wide(label + mark) for label, _ in facts)
    for label, value in facts:
        if style == "run":
            draft.sheet.print(x, y, f"{label}{mark}{'' if mark == '：' else ' '}{value}")
        else:
            draft.sheet.print(x, y, label + mark)
            right = style == "edge"
            draft.sheet.print(x + width if right else x + wide + draft.size, y, value, at="rs" if right else "ls")
        y += leading(draft)
    return y


def two_columns(draft: Draft, y: float, facts: Pairs, style: str) -> float:
    """Print pairs side by side over the whole page."""
    half, middle = (len(facts) + 1) // 2, (draft.right - draft.left) / 2
    ends = [pairs(draft, (draft.left, y, middle - 40), facts[:half], style)]
    if facts[half:]:
        ends.append(pairs(draft, (draft.left + middle, y, middle - 40), facts[half:], style))
    return max(ends)


def _grid(draft: Draft, place: Place, facts: Pairs, *, boxed: bool) -> float:
    x, y, width = place
    widest = max(max(draft.sheet.wide(label, 0.85), draft.sheet.wide(value)) for label, value in facts)
    across = max(1, min(4, len(facts), int(width // (widest + 30))))
    step, height = width / across, leading(draft) * (2.4 if boxed else 2.5)
    y -= draft.size
    for number, (label, value) in enumerate(facts):
        left, top = x + step * (number % across), y + height * (number // across)
        if boxed:
            draft.sheet.frame(left, top, left + step, top + height)
        draft.sheet.print(left + 12, top + draft.size * 1.2, label, scale=0.85)
        draft.sheet.print(left + 12, top + draft.size * 2.8, value)
    return y + height * -(-len(facts) // across) + leading(draft)


def party(draft: Draft, x: float, y: float, label: str | None, texts: tuple[str, ...]) -> float:
    """Print a name and an address, under a label or none."""
    if label:
        draft.sheet.print(x, y, label + (colon(draft) if draft.chance(0.5) else ""), bold=draft.chance(0.6))
        y += leading(draft)
    return lines(draft, x, y, texts)


def sums(draft: Draft, y: float, rows: Pairs, *, right: float, bold_last: bool = True) -> float:
    """Print sums at the right edge, the label before each."""
    ending = colon(draft) if draft.chance(0.4) else ""
    near = max(draft.sheet.wide(value, bold=True) for _, value in rows) + 60
    wide = max(draft.sheet.wide(label + ending, bold=True) for label, _ in rows)
    style = draft.rng.choice(("left", "right", "far"))
    x = {"left": right - near - wide, "right": right - near, "far": min(right - near - wide, draft.left + 500)}[style]
    for number, (label, value) in enumerate(rows):
        last = number == len(rows) - 1 and bold_last
        if last and draft.chance(0.5):
            draft.sheet.rule(
                x - 10 if style != "right" else x - wide, y - draft.size * 1.15, right, y - draft.size * 1.15
            )
        draft.sheet.print(x, y, label + ending, at="rs" if style == "right" else "ls", bold=last)
        draft.sheet.print(right, y, value, at="rs", bold=last)
        y += leading(draft) * 1.1
    return y


def fact_block(draft: Draft, y: float, facts: Pairs) -> float:
    """Print pairs in one of all the ways, over the whole width."""
    style = draft.rng.choice(("above", "boxes", "gap", "run", "halves", "halves"))
    if style == "halves":
        return two_columns(draft, y, facts, draft.rng.choice(("run", "gap"))) + leading(draft)
    return pairs(draft, (draft.left, y, draft.right - draft.left), facts, style) + leading(draft)
