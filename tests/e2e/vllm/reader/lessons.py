"""What is taught when: the batches of a training run by its step, easy pictures first."""

import random
from dataclasses import dataclass

from architectures import Architecture
from samples import Sample, Size, sample, several

LARGE = ((576, 448), (512, 512), (448, 576), (320, 256), (384, 384), (512, 256), (640, 384), (448, 320))
MIDDLE = ((192, 128), (256, 128), (320, 128), (192, 160), (256, 192), (320, 192), (192, 256), (256, 256), (320, 256))
SYSTEM = "You are a helpful assistant."
TOKENS = 3000  # of a batch: picture tokens and about 50 to 100 of text in each row


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Steps with optimizers of their own; the learning rate goes straight from one share of the full one to another.

    `large` is the share of batches of `canvases`, once they have begun; `empty` that of empty system messages.
    """

    steps: int
    first: float
    last: float
    large: float = 0.15
    canvases: tuple[Size, ...] = LARGE
    empty: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The steps from which on more is asked for."""

    lowest: int  # picture height in pixels the architecture takes
    first: int  # picture height of the first lesson
    wider: int  # after this: up to 192 px wide, one or two lines
    widest: int  # up to 320 px wide, up to three lines
    fields: int  # JSON and tool calls
    several: int
    large: int


PACES: dict[Architecture, Pace] = {
    "qwen3_vl": Pace(lowest=32, first=32, wider=180, widest=300, fields=420, several=1000, large=1000),
    "hunyuan_vl": Pace(lowest=64, first=32, wider=240, widest=480, fields=600, several=700, large=760),
}


def small(pace: Pace, step: int, rng: random.Random) -> tuple[Size, int]:
    """Return a canvas of the stage and the most lines it may hold."""
    if step < pace.wider:
        return (32 * rng.randint(3, 4), pace.first), 1
    lines = rng.choice((1, 1, 2) if step < pace.widest else (1, 1, 2, 3))
    low = step < pace.fields and rng.random() < 0.5
    height = max(32 * lines, pace.first if low else pace.lowest)
    return (32 * rng.randint(3, 6 if step < pace.widest else 10), height), lines


def lesson(
    architecture: Architecture, step: int, stage: Stage, rng: random.Random
) -> tuple[str, str | None, list[Sample]]:
    """Return the kind of the next batch, its system text (`None`: no such message) and its samples, of one canvas size.

    Args:
        architecture: which reader is taught (HunYuanVL is not taught to think).
        step: steps already done.
        stage: what the stage asks for.
        rng: the only source of chance.
    """
    pace = PACES[architecture]
    system = SYSTEM if step > pace.fields and rng.random() < 0.05 else None
    if stage.empty and system is None and rng.random() < stage.empty:
        system = ""
    chance = rng.random()
    if step > pace.large and chance < stage.large:
        size = rng.choice(stage.canvases)
        rows = TOKENS // (size[0] * size[1] // 1024 + 80)
        tasks = rng.choices(("read", "json"), (8, 2), k=rows)
        made = [sample(task, size, rng, lines=4 if task == "read" else 3, loose=True) for task in tasks]
        return "large", system, made
    if step > pace.several and chance > 0.92:
        count, size = rng.choice((2, 2, 3)), (32 * rng.randint(3, 8), pace.lowest)
        rows = TOKENS // (size[0] * size[1] // 1024 * count + 60)
        return "several", system, [several(count, size, rng) for _ in range(rows)]
    size, lines = small(pace, step, rng)
    if step > pace.fields and rng.random() < 0.4:
        size = (max(size[0], 160), size[1])
        rows = TOKENS // (size[0] * size[1] // 1024 + 100)
        tasks = rng.choices(("json", "tool"), (9, 1), k=rows)
        return "fields", system, [sample(task, size, rng, lines=lines) for task in tasks]
    rows = min(48, TOKENS // (size[0] * size[1] // 1024 + 45))
    think = 7 if architecture == "qwen3_vl" and step > pace.several else 0
    tasks = rng.choices(("read", "think"), (100 - think, think), k=rows)
    longest = 6 if step < pace.wider else 99
    return f"lines {lines}", system, [sample(task, size, rng, lines=lines, longest=longest) for task in tasks]
