"""Muon for convolutions: momentum whose matrix is made orthogonal (Jordan et al., 2024).

The step is scaled as in Liu et al. (2025, "Muon is scalable for LLM training"), so that AdamW's rates fit.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """For weights with two axes or more; all but the first are taken as one."""

    def __init__(self, weights: Iterable[nn.Parameter], rate: float, decay: float) -> None:
        super().__init__(weights, {"lr": rate, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                momentum = state.setdefault("momentum", torch.zeros_like(weight))
                momentum.lerp_(weight.grad, 1 - MOMENTUM)
                wanted = weight.grad.lerp(momentum, MOMENTUM).flatten(1)
                move = orthogonal(wanted).view_as(weight) * (0.2 * max(wanted.shape) ** 0.5)
                weight.mul_(1 - group["lr"] * group["decay"]).sub_(move, alpha=group["lr"])


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the closest matrix with singular values of 1, by a Newton-Schulz iteration."""
    a, b, c = COEFFICIENTS
    found = (matrix / (matrix.norm() + 1e-7)).bfloat16()
    tall = found.shape[0] > found.shape[1]
    found = found.T if tall else found
    for _ in range(ROUNDS):
        square = found @ found.T
        found = a * found + (b * square + c * square @ square) @ found
    return (found.T if tall else found).float()
