"""Patch for HunyuanOCR in vLLM 0.32: without it, pages that are encoded together end up in each other's answers.

vLLM runs this model by its Transformers backend, which cuts the features of several pictures apart by their numbers of
patches. This model makes another number of tokens of a picture (a token for every 2 x 2 patches, one for the end of
every row, one each for begin and end), so the cuts fall in the wrong places. Given one tensor a picture, vLLM has
nothing to cut. Threat: text of one caller's page in another's answer.

vLLM calls this in each of its processes, as a plug-in named in pyproject.toml; elsewhere it is not called.
"""

from typing import Any

_MARK = "_one_tensor_a_picture"


def mend_hunyuan_features() -> None:
    """Make `HunYuanVLModel.get_image_features` give its features as a list, one tensor of (tokens, width) a picture."""
    try:
        from transformers.models.hunyuan_vl import modeling_hunyuan_vl  # noqa: PLC0415 - heavy, and an extra
    except ImportError:  # a release of transformers that does not know the model, or names it otherwise
        return
    model = modeling_hunyuan_vl.HunYuanVLModel
    whole = model.get_image_features
    if getattr(whole, _MARK, False):
        return

    def one_tensor_a_picture(self: Any, pixel_values: Any, image_grid_thw: Any = None, **options: Any) -> Any:
        features = whole(self, pixel_values, image_grid_thw, **options)
        pooled = features.pooler_output
        if not isinstance(pooled, list):
            merged = self.config.vision_config.spatial_merge_size
            sizes = [_tokens(rows // merged, columns // merged) for _, rows, columns in image_grid_thw.tolist()]
            features.pooler_output = list(pooled.reshape(-1, pooled.shape[-1]).split(sizes))
        return features

    setattr(one_tensor_a_picture, _MARK, True)
    model.get_image_features = one_tensor_a_picture


def _tokens(rows: int, columns: int) -> int:
    """How many tokens a picture of so many rows and columns of merged patches becomes."""
    return rows * (columns + 1) + 2
