"""The two models' own forward pass for a batch of equal pictures: one attention call instead of one per picture.

Same weights, same sums; only the loop over pictures, the doubled frame of Qwen's patches, the padding mask and the
logits of the prompt are left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from batches import PATCH, Batch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.models.qwen3_vl.modeling_qwen3_vl import apply_rotary_pos_emb_vision
from transformers.vision_utils import get_vision_interpolation_indices_and_weights, get_vision_position_ids

SHORT = 256  # tokens up to which plain products beat the CPU's fused attention, whose backward is slow in bfloat16


def attention(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """Return the attention of (rows, heads, length, size) tensors as (rows, length, heads, size)."""
    length = query.shape[2]
    if length > SHORT:
        return scaled_dot_product_attention(query, key, value, is_causal=causal).transpose(1, 2)
    scores = (query @ key.transpose(2, 3)) * query.shape[3] ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
    return (scores.softmax(3) @ value).transpose(1, 2)


def causal(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, *_: object, **__: object
) -> tuple[Tensor, None]:
    """Return the text attention of rows filled up at the end only, which need no mask but the causal one."""
    return attention(query, key, value, True).contiguous(), None


@contextmanager
def compiled(model: PreTrainedModel) -> Iterator[None]:
    """Let torch.compile, which needs a C++ compiler, fuse this class's text layers meanwhile: nearly twice as fast."""
    layer = type(model.model.language_model.layers[0])
    plain = layer.forward
    layer.forward = torch.compile(plain, dynamic=True)
    try:
        yield
    finally:
        layer.forward = plain


AttentionInterface.register("batched", causal)
AttentionMaskInterface.register("batched", lambda *_, **__: None)


def attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return the attention of (pictures, patches, heads, size) tensors, heads joined."""
    return attention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), False).flatten(2)


def qwen_features(tower: nn.Module, batch: Batch) -> tuple[Tensor, list[Tensor]]:
    """Return (picture tokens of all pictures, width) and the same for each deepstack level."""
    rows, columns = batch.grid
    kernel = tower.patch_embed.proj.weight.sum(2).flatten(1)  # both frames of a still picture are the same
    blocks = batch.pixels.unflatten(3, (columns // 2, 2, PATCH)).unflatten(2, (rows // 2, 2, PATCH))
    patches = blocks.permute(0, 2, 5, 3, 6, 1, 4, 7).flatten(5).flatten(1, 4)
    hidden = linear(patches.to(kernel.dtype), kernel, tower.patch_embed.proj.bias)
    thw = torch.tensor([[1, rows, columns]])
    indices, weights = get_vision_interpolation_indices_and_weights(
        thw, num_grid_per_side=tower.num_grid_per_side, mode="bilinear", align_corners=True, spatial_merge_size=2
    )
    hidden = hidden + (tower.pos_embed(indices) * weights[:, :, None]).sum(1).to(hidden.dtype)
    cos, sin = tower.rotary_pos_emb(hidden, get_vision_position_ids(thw, 2))
    levels = []
    for number, block in enumerate(tower.blocks):
        joined = block.attn.qkv(block.norm1(hidden)).unflatten(2, (3, block.attn.num_heads, -1))
        query, key = apply_rotary_pos_emb_vision(joined[:, :, 0], joined[:, :, 1], cos, sin)
        hidden = hidden + block.attn.proj(attended(query, key, joined[:, :, 2]))
        hidden = hidden + block.mlp(block.norm2(hidden))
        if number in tower.deepstack_visual_indexes:
            levels.append(tower.deepstack_merger_list[len(levels)](hidden))
    return tower.merger(hidden), levels


def hunyuan_features(tower: nn.Module, batch: Batch) -> Tensor:
    """Return (picture tokens of all pictures, width)."""
    rows, columns = batch.grid
    embed = tower.embeddings
    blocks = batch.pixels.unflatten(3, (columns, PATCH)).unflatten(2, (rows, PATCH))
    patches = blocks.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)
    kernel = embed.patch_embedding.weight.flatten(1)
    hidden = linear(patches.to(kernel.dtype), kernel, embed.patch_embedding.bias)
    hidden = hidden + embed.interpolate_pos_encoding(hidden, rows, columns)
    for layer in tower.layers:
        heads = (layer.self_attn.num_heads, layer.self_attn.head_dim)
        normed = layer.layer_norm1(hidden)
        parts = [getattr(layer.self_attn, name)(normed).unflatten(2, heads) for name in ("q_proj", "k_proj", "v_proj")]
        hidden = hidden + layer.self_attn.o_proj(attended(*parts))
        hidden = hidden + layer.mlp(layer.layer_norm2(hidden))
    return tower.patch_merger(hidden, size=(rows, columns)).flatten(0, 1)


def answer_loss(model: PreTrainedModel, batch: Batch) -> Tensor:
    """Return the mean cross entropy of the answers' tokens."""
    inner, seen = model.model, batch.ids == model.config.image_token_id
    first = batch.ids[:1]
    thw = torch.tensor([[1, *batch.grid]] * (len(batch.pixels) // len(batch.ids)))
    places, _ = inner.get_rope_index(
        first, mm_token_type_ids=(first == model.config.image_token_id).int(), image_grid_thw=thw
    )
    more = {}
    if hasattr(inner, "visual"):
        features, more["deepstack_visual_embeds"] = qwen_features(inner.visual, batch)
        more["visual_pos_masks"] = seen
    else:
        features = hunyuan_features(inner.vision_tower, batch)
    embeds = inner.get_input_embeddings()(batch.ids)
    embeds = embeds.masked_scatter(seen[..., None], features.to(embeds.dtype))
    places = places.expand(-1, len(batch.ids), -1)
    states = inner.language_model(inputs_embeds=embeds, position_ids=places, use_cache=False, **more).last_hidden_state
    due = batch.labels != -100
    before = torch.cat([due[:, 1:], torch.zeros_like(due[:, :1])], dim=1)
    return nn.functional.cross_entropy(model.lm_head(states[before]).float(), batch.labels[due])
