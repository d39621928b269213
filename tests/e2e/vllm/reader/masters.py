"""Full-precision copies of a bfloat16 model's parameters and the optimizers that step them."""

import torch
from torch import nn

MUON_LR, ADAM_LR, DECAY, LONGEST_GRADIENT = 8e-3, 3e-3, 0.01, 1.0
TABLES = ("pos_embed", "position_embedding", "embed_tokens", "lm_head")
UNUSED = "image_sep"  # HunYuanVL's merger has it and never uses it


class Masters:
    """The float32 copies: hidden matrices are stepped by Muon, tables, norms and biases by AdamW.

    Muon (https://kellerjordan.github.io/posts/muon/) learned to read in a quarter of AdamW's steps.
    """

    def __init__(self, model: nn.Module) -> None:
        """Copy the parameters and bring the model to bfloat16."""
        self.pairs = []
        hidden, others = [], []
        for name, parameter in model.named_parameters():
            if UNUSED in name:
                continue
            master = parameter.detach().float().clone()
            master = (
                master.flatten(1) if master.ndim > 2 else master
            ).requires_grad_()  # a convolution is a matrix too
            self.pairs.append((parameter, master))
            matrix = master.ndim == 2 and not any(table in name for table in TABLES)
            (hidden if matrix else others).append(master)
        for parameter in model.parameters():  # not the buffers: a rotary frequency rounded to bfloat16 is another one
            parameter.data = parameter.data.to(torch.bfloat16)
        self.optimizers = (
            torch.optim.Muon(hidden, lr=MUON_LR, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=ADAM_LR, betas=(0.9, 0.98), weight_decay=DECAY),
        )
        self.rates = (MUON_LR, ADAM_LR)

    def step(self, share: float) -> None:
        """Take one step with the gradients of the parameters, at a share of the full rates."""
        for parameter, master in self.pairs:
            master.grad = parameter.grad.float().view_as(master)
            parameter.grad = None
        nn.utils.clip_grad_norm_([master for _, master in self.pairs], LONGEST_GRADIENT)
        for optimizer, full in zip(self.optimizers, self.rates, strict=True):
            optimizer.param_groups[0]["lr"] = full * share
            optimizer.step()
        with torch.no_grad():
            for parameter, master in self.pairs:
                parameter.copy_(master.view_as(parameter))
