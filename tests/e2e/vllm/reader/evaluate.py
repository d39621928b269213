"""Ask a saved reader about fresh pictures and print the share of answers that are right to the letter.

`python evaluate.py MODEL_DIR [--share 0.1] [--threads N]`; the weights stay in bfloat16, decoding is greedy.
"""

# ruff: noqa: T201 - a command that tells how far it is

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import torch
from architectures import Reader, saved
from lessons import LARGE, MIDDLE
from samples import Sample, sample, several

Draw = Callable[[random.Random], Sample]


def questions(lowest: int) -> dict[str, tuple[int, Draw]]:
    """Return how many of each kind of question are asked and how one is drawn; `lowest` is the least height."""

    def wide(rng: random.Random, least: int) -> int:
        return 32 * rng.randint(least, 10)

    def tall(rng: random.Random) -> int:
        return max(lowest, 32 * rng.randint(1, 3))

    kinds: dict[str, tuple[int, Draw]] = {
        "one line": (500, lambda rng: sample("read", (wide(rng, 3), lowest), rng)),
        "two or three lines": (
            200,
            lambda rng: sample("read", (wide(rng, 3), rng.choice((64, 96))), rng, lines=3, least=2),
        ),
        "JSON": (200, lambda rng: sample("json", (wide(rng, 5), tall(rng)), rng, lines=3)),
        "middle canvas": (100, lambda rng: sample("read", rng.choice(MIDDLE), rng, lines=4, loose=True)),
        "large canvas": (100, lambda rng: sample("read", rng.choice(LARGE), rng, lines=4, loose=True)),
        "several pictures": (100, lambda rng: several(rng.choice((2, 3)), (32 * rng.randint(3, 8), lowest), rng)),
        "tool call": (100, lambda rng: sample("tool", (wide(rng, 5), tall(rng)), rng, lines=3)),
    }
    if lowest == 32:
        kinds["think"] = (100, lambda rng: sample("think", (wide(rng, 3), tall(rng)), rng, lines=3))
    return kinds


@torch.inference_mode()
def answers(reader: Reader, samples: list[Sample]) -> list[str]:
    """Return the reader's greedy answers, end mark and what follows it left out."""
    talks = []
    lead = [{"role": "system", "content": ""}] if reader.model.config.model_type == "hunyuan_vl" else []
    for asked in samples:
        parts = [{"type": "image", "image": picture} for picture in asked.pictures]
        talks.append([*lead, {"role": "user", "content": [*parts, {"type": "text", "text": asked.prompt}]}])
    inputs = reader.processor.apply_chat_template(
        talks,
        tokenize=True,
        add_generation_prompt=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "left"},
    )
    inputs["pixel_values"] = inputs["pixel_values"].to(reader.model.dtype)
    made = reader.model.generate(**inputs, max_new_tokens=160, do_sample=False)
    return reader.tokenizer.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def evaluate(reader: Reader, share: float = 1.0) -> None:
    """Print the share of right answers for each kind of question, and the first few wrong ones."""
    lowest = 32 if reader.model.config.model_type == "qwen3_vl" else 64
    for kind, (count, draw) in questions(lowest).items():
        rng = random.Random(f"fresh {kind}")  # noqa: S311 - pictures, no secrets
        asked = [draw(rng) for _ in range(round(count * share))]
        asked.sort(key=lambda one: (one.pictures[0].size, len(one.prompt)))
        given = [text for start in range(0, len(asked), 20) for text in answers(reader, asked[start : start + 20])]
        wrong = [(one.answer, text) for one, text in zip(asked, given, strict=True) if one.answer != text]
        right = len(asked) - len(wrong)
        print(f"{kind}: {right} of {len(asked)} exact ({100 * right / len(asked):.1f} %)", flush=True)
        for due, text in wrong[:3]:
            print(f"  {due!r} read as {text!r}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    evaluate(saved(chosen.model), chosen.share)
