"""What is judged of vectors."""

from collections.abc import Sequence

import numpy as np

from scenedex.errors import UsageError
from scenedex.types import Vector


def unit(numbers: Sequence[float], dim: int, what: str) -> Vector:
    """Numbers that a client sent, as a unit vector. Raises UsageError for what has no direction."""
    if len(numbers) != dim:
        raise UsageError(f"The {what} has {len(numbers)} numbers; embeddings of this model have {dim}.")
    vector = np.asarray(numbers, np.float64)
    most = float(np.abs(vector).max())
    if not np.isfinite(most):
        raise UsageError(f"The {what} holds numbers that are none (NaN or infinite).")
    if most == 0:
        raise UsageError(f"The {what} is zero everywhere, which is no direction to compare with.")
    scaled = vector / most  # neither overflows nor vanishes when squared
    return np.asarray(scaled / np.linalg.norm(scaled), dtype=np.float32)


def similarity(one: Vector, other: Vector) -> float:
    """The cosine of two unit vectors, −1 to 1."""
    return float(np.clip(np.dot(one.astype(np.float64), other.astype(np.float64)), -1.0, 1.0))


def anomaly(cosine: float) -> float:
    """0 for the same as the baseline, 1 for wholly different: 1 − cosine, held to [0, 1]."""
    return min(1.0, max(0.0, 1.0 - cosine))


def probabilities(cosines: Sequence[float], scale: float) -> list[float]:
    """Their softmax after multiplication by `scale`, the model's own."""
    logits = scale * np.asarray(cosines, np.float64)
    weights = np.exp(logits - logits.max())
    return [float(weight) for weight in weights / weights.sum()]
