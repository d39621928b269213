"""Train one of the two readers from nothing: `python train.py qwen3_vl OUT_DIR` or `... hunyuan_vl OUT_DIR`.

Seeds and the number of steps are fixed, so the same machine and versions give the same model. The folder is a whole
loadable model from the first save on. Ends with the shares of fresh questions answered exactly.
"""

# ruff: noqa: T201 - a command that tells how far it is

import argparse
import random
import time
from pathlib import Path

import torch
from architectures import Architecture, Reader, saved, untrained
from batched import answer_loss, compiled
from batches import batch_of
from evaluate import evaluate
from lessons import MIDDLE, Stage, lesson
from masters import Masters

WARM = 20  # steps of rise at the start of a stage
SAVE_EVERY, TELL_EVERY, SMOOTH = 50, 50, 0.97


STAGES: dict[Architecture, tuple[Stage, ...]] = {
    "qwen3_vl": (
        Stage(steps=1000, first=1, last=1),
        Stage(steps=600, first=1, last=0.02),
        Stage(steps=50, first=0.3, last=0.26375),
        Stage(steps=150, first=0.26375, last=0.01),
        Stage(steps=1000, first=0.6, last=0.01, large=0),
        Stage(steps=3000, first=0.8, last=0.005, canvases=MIDDLE),
    ),
    "hunyuan_vl": (
        Stage(steps=500, first=1, last=1),
        Stage(steps=600, first=1, last=1),
        Stage(steps=550, first=1, last=0.1017, large=0),
        Stage(steps=450, first=0.5, last=0.01, large=0),
        Stage(steps=1000, first=0.6, last=0.01, large=0),
        Stage(steps=3000, first=0.8, last=0.005, canvases=MIDDLE, empty=0.3),
    ),
}


def save(reader: Reader, out: Path) -> None:
    """Write a whole loadable model folder."""
    reader.model.save_pretrained(out)
    reader.processor.save_pretrained(out)
    reader.tokenizer.save_pretrained(out)


def train(reader: Reader, architecture: Architecture, number: int, out: Path) -> None:
    """Go through one stage (counted from 1), telling the loss by kind of lesson; saves now and then and at the end."""
    stage, before = STAGES[architecture][number - 1], sum(stage.steps for stage in STAGES[architecture][: number - 1])
    rng, losses = random.Random(number), {}  # noqa: S311 - the same at every run
    reader.model.float().train()
    masters, started, seen = Masters(reader.model), time.monotonic(), 0
    for step in range(stage.steps):
        kind, system, samples = lesson(architecture, before + step, stage, rng)
        loss = answer_loss(reader.model, batch_of(reader, samples, system))
        loss.backward()
        level = stage.first + (stage.last - stage.first) * step / stage.steps
        masters.step(min((step + 1) / WARM, level))
        seen += len(samples)
        losses[kind] = SMOOTH * losses.get(kind, loss.item()) + (1 - SMOOTH) * loss.item()
        if (step + 1) % TELL_EVERY == 0:
            told = "  ".join(f"{name} {value:.3f}" for name, value in sorted(losses.items()))
            spent = (time.monotonic() - started) / 60
            print(f"stage {number}  {spent:.1f} min  step {step + 1}  {seen} samples  {told}", flush=True)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == stage.steps:
            save(reader, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("architecture", choices=tuple(STAGES))
    parser.add_argument("out", type=Path, help="the folder the model is written to")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--stage", type=int, default=1, help="go on with this stage from the model in the folder")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    taught = untrained(chosen.architecture) if chosen.stage == 1 else saved(chosen.out)
    print(
        f"{chosen.architecture}: {sum(p.numel() for p in taught.model.parameters()) / 1e6:.2f} M parameters", flush=True
    )
    taught.model.set_attn_implementation("batched")
    with compiled(taught.model):
        for number in range(chosen.stage, len(STAGES[chosen.architecture]) + 1):
            train(taught, chosen.architecture, number, chosen.out)
    evaluate(saved(chosen.out))
