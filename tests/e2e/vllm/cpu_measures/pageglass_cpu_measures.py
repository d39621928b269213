"""Two mends for vLLM on a CPU, for tests only: a machine with matching wheels needs neither.

The wheel of torchvision that pip finds beside PyTorch's CPU wheel is built for CUDA; it imports once the schemas of two
of its operators exist, in every process. And vLLM's kernel for linear layers on CPU wants its input contiguous, which
the patch merger of HunYuanVL does not give it.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept: list[object] = []  # a torch Library takes its definitions back when it is collected


class _BeforeTorchvision(importlib.abc.MetaPathFinder):
    """Defines the schemas just before torchvision is imported, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == "torchvision" and not _kept:
            import torch

            library = torch.library.Library("torchvision", "DEF")
            for schema in _SCHEMAS:
                library.define(schema)
            _kept.append(library)
        return None


def hook_torchvision() -> None:
    """Watch for torchvision; called at every start of Python, by the .pth file beside this module."""
    sys.meta_path.insert(0, _BeforeTorchvision())


def mend_hunyuan_merger() -> None:
    """Make the input of the merger's last linear layer contiguous; vLLM calls this in each of its processes."""
    from transformers.models.hunyuan_vl import modeling_hunyuan_vl

    merger = modeling_hunyuan_vl.HunYuanVLVisionPatchMerger
    merge = merger.forward

    def merge_contiguous(self, *arguments: object, **named: object) -> object:
        if not getattr(self, "_contiguous", False):  # not before: vLLM puts a linear layer of its own in this place
            self.mlp.register_forward_pre_hook(lambda _, given: (given[0].contiguous(), *given[1:]))
            self._contiguous = True
        return merge(self, *arguments, **named)

    if merge.__name__ != merge_contiguous.__name__:
        merger.forward = merge_contiguous
