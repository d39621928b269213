"""The two readers: their configurations and processors, too small for anything but reading."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:  # a wheel built for another torch: it imports once the schemas of these two operators exist
    LIBRARY = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        LIBRARY.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from tokens import hunyuan_tokenizer, qwen_tokenizer
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    HunYuanVLConfig,
    HunYuanVLForConditionalGeneration,
    HunYuanVLImageProcessor,
    HunYuanVLProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    ProcessorMixin,
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
)
from transformers.models.qwen3_vl.video_processing_qwen3_vl import Qwen3VLVideoProcessor

Architecture = Literal["qwen3_vl", "hunyuan_vl"]
LONGEST = 512 * 512  # pixels of the largest picture a processor lets through
MEAN_STD = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
WIDTH = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A model with what it needs to be asked."""

    model: PreTrainedModel
    processor: ProcessorMixin
    tokenizer: PreTrainedTokenizerFast


def qwen3_vl() -> Reader:
    """Return an untrained reader of the Qwen3-VL architecture."""
    tokenizer = qwen_tokenizer()
    number = tokenizer.convert_tokens_to_ids
    images = Qwen2VLImageProcessor(
        patch_size=16,
        temporal_patch_size=2,
        merge_size=2,
        size={"shortest_edge": 32 * 32, "longest_edge": LONGEST},
        **MEAN_STD,
    )
    videos = Qwen3VLVideoProcessor(patch_size=16, temporal_patch_size=2, merge_size=2)
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "intermediate_size": 416,
        "num_hidden_layers": 4,
        "num_attention_heads": 5,
        "num_key_value_heads": 5,
        "head_dim": 32,
        "max_position_embeddings": 2048,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 100.0,
            "mrope_section": [6, 5, 5],
            "mrope_interleaved": True,
        },
        "tie_word_embeddings": True,
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
    }
    vision = {
        "depth": 2,
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_heads": 4,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": WIDTH,
        "num_position_embeddings": 1024,
        "deepstack_visual_indexes": [0],
    }
    config = Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    processor = Qwen3VLProcessor(
        image_processor=images, tokenizer=tokenizer, video_processor=videos, chat_template=tokenizer.chat_template
    )
    return Reader(model=Qwen3VLForConditionalGeneration(config), processor=processor, tokenizer=tokenizer)


def hunyuan_vl() -> Reader:
    """Return an untrained reader of the HunYuanVL architecture.

    A rotary angle of this architecture is a pair of dimensions half a head apart, and each axis owns one run of
    dimensions: with three axes and these sections width and height both get the high frequencies.
    """
    tokenizer = hunyuan_tokenizer()
    number = tokenizer.convert_tokens_to_ids
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "intermediate_size": 416,
        "num_hidden_layers": 4,
        "num_attention_heads": 5,
        "num_key_value_heads": 5,
        "head_dim": 32,
        "max_position_embeddings": 2048,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [7, 5, 4]},
        "tie_word_embeddings": True,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "out_hidden_size": WIDTH,
        "text_hidden_size": WIDTH,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 1,
        "max_image_size": 512,
        "min_image_size": 64,
        "img_max_token_num": 1024,
        "max_vit_seq_len": 1024,
    }
    config = HunYuanVLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=tokenizer.image_token_id,
        im_start_id=tokenizer.image_start_token_id,
        im_end_id=tokenizer.image_end_token_id,
        im_newline_id=number("<｜hy_place▁holder▁no▁103｜>"),
        tie_word_embeddings=True,
    )
    images = HunYuanVLImageProcessor(
        patch_size=16,
        temporal_patch_size=1,
        merge_size=2,
        size={"shortest_edge": 64 * 64, "longest_edge": LONGEST},
        **MEAN_STD,
    )
    processor = HunYuanVLProcessor(
        image_processor=images, tokenizer=tokenizer, chat_template=tokenizer.chat_template, cat_extra_token=True
    )
    return Reader(model=HunYuanVLForConditionalGeneration(config), processor=processor, tokenizer=tokenizer)


def untrained(architecture: Architecture) -> Reader:
    """Return the untrained reader of an architecture."""
    return qwen3_vl() if architecture == "qwen3_vl" else hunyuan_vl()


def saved(folder: Path) -> Reader:
    """Return the reader saved in a folder, its weights in bfloat16 as they are there."""
    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.bfloat16).eval()
    return Reader(model=model, processor=processor, tokenizer=processor.tokenizer)
