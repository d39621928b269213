"""Samples as batches of token ids and pixels: all pictures of a batch have one size, all rows one picture layout."""

from dataclasses import dataclass

import numpy as np
import torch
from architectures import Reader
from PIL import Image
from samples import Sample
from torch import Tensor

PATCH, MERGED = 16, 32  # pixels on a side: of a patch, of the 2 x 2 patches that make one picture token


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Token ids `(rows, length)`, picture places the same in each row; labels alike, -100 where no answer is."""

    ids: Tensor
    labels: Tensor
    pixels: Tensor  # (pictures, 3, height, width), -1..1
    grid: tuple[int, int]  # patch rows and columns of every picture


def pixels_of(pictures: list[Image.Image]) -> Tensor:
    """Return equal RGB pictures as (pictures, 3, height, width), scaled to -1..1 as the processors do."""
    stacked = torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures]))
    return stacked.permute(0, 3, 1, 2).float() / 127.5 - 1


def token_rows(reader: Reader, samples: list[Sample], system: str | None) -> list[tuple[list[int], list[int]]]:
    """Return each sample's prompt and answer as token ids, pictures spelled out as the processors do it."""
    tokenizer, mark = reader.tokenizer, reader.processor.image_token
    width, height = samples[0].pictures[0].size
    columns, rows = width // MERGED, height // MERGED
    tokens = rows * columns if hasattr(reader.model.model, "visual") else rows * (columns + 1) + 2
    made = []
    for sample in samples:
        parts = [{"type": "image"}] * len(sample.pictures) + [{"type": "text", "text": sample.prompt}]
        messages = [{"role": "system", "content": system}] if system is not None else []
        messages.append({"role": "user", "content": parts})
        asked = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        prompt = tokenizer(asked.replace(mark, mark * tokens), add_special_tokens=False)["input_ids"]
        answer = tokenizer(sample.answer + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
        made.append((prompt, answer))
    return made


def batch_of(reader: Reader, samples: list[Sample], system: str | None) -> Batch:
    """Return samples of equal canvases as one batch, short rows filled up at the end; `system`, if any, goes before."""
    made = token_rows(reader, samples, system)
    length = max(len(prompt) + len(answer) for prompt, answer in made)
    ids = torch.full((len(made), length), reader.tokenizer.pad_token_id)
    labels = torch.full((len(made), length), -100)
    for row, (prompt, answer) in enumerate(made):
        ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
    pictures = [picture for sample in samples for picture in sample.pictures]
    width, height = pictures[0].size
    return Batch(ids=ids, labels=labels, pixels=pixels_of(pictures), grid=(height // PATCH, width // PATCH))
