"""Scenes → vectors by which scenes alone are compared: InternVL3.5, InternVideo2, VideoPrism, or any ImageEncoder."""

import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from scenedex.embeddings.images import Tensor, pixels_of, preprocess
from scenedex.embeddings.protocols import Embedding, ImageEncoder
from scenedex.embeddings.towers import as_vector, described
from scenedex.errors import EncoderError
from scenedex.inference.registry import ImageInput, Interpolation, ModelCard
from scenedex.inference.torch_video import VideoNetwork
from scenedex.inference.video_models import LocalVideoModel, VideoOptions, find_video_model
from scenedex.types import Pixels, Space

LARGEST_SIDE = 2048


class SceneEncoder(Protocol):
    """Parts of scenes → vectors of one space. Safe to share between threads."""

    @property
    def space(self) -> Space:
        """The space that its vectors lie in; its modality is `scene`."""

    @property
    def frames(self) -> int:
        """Pictures that it sees together; 1: each picture has a vector of its own."""

    @property
    def stride(self) -> int:
        """Pictures of the video from one that it sees to the next, at least."""

    def embed_scenes(self, scenes: Sequence[Sequence[Pixels | bytes]]) -> list[Embedding]:
        """One embedding for each list of `frames` pictures. What fails is a value; never raises."""


class PictureScenes:
    """A SceneEncoder made of an encoder of pictures."""

    frames = stride = 1

    def __init__(self, encoder: ImageEncoder) -> None:
        seen = encoder.space
        self.space = Space(
            name=f"{seen.name}+scenes",
            model=seen.model,
            revision=seen.revision,
            modality="scene",
            dim=seen.dim,
        )
        self._encoder = encoder

    def embed_scenes(self, scenes: Sequence[Sequence[Pixels | bytes]]) -> list[Embedding]:
        """One embedding for the first picture of each list."""
        return self._encoder.embed_pictures([pictures[0] for pictures in scenes])


class VideoScenes:
    """A SceneEncoder that runs on torch."""

    def __init__(self, backend: str, options: VideoOptions) -> None:
        """Raises UsageError, WeightsMissingError and ProviderError where it cannot work here, with what to do."""
        found = find_video_model(backend, options)
        self._network = VideoNetwork(found, options)
        self._card = _card(found)
        self.frames = found.frames
        self.stride = 1 if found.frames == 1 else options.stride
        self.space = self._card.space(variant=_variant(found, self.stride))
        self._input = ImageInput(
            size=found.size,
            resize="squash",
            interpolation=_INTERPOLATION[found.model.backend],
            mean=found.model.mean,
            std=found.model.std,
        )

    def embed_scenes(self, scenes: Sequence[Sequence[Pixels | bytes]]) -> list[Embedding]:
        """One embedding for each list of `frames` pictures. What fails is a value; never raises."""
        return [self._embedded(pictures) for pictures in scenes]

    def _embedded(self, pictures: Sequence[Pixels | bytes]) -> Embedding:
        started = time.perf_counter()
        try:
            row = self._network.rows(self._tensor(pictures)[None])[0]
            vector = as_vector(row, self._card)
        except EncoderError as exc:
            vector = exc
        took_ms = (time.perf_counter() - started) * 1000
        return described(self._card, vector, device=self._network.device, took_ms=took_ms)

    def _tensor(self, pictures: Sequence[Pixels | bytes]) -> Tensor:
        """Shape (frames, 3, size, size), normalised."""
        if len(pictures) != self.frames:
            raise EncoderError(
                f"{self._card.key} sees {self.frames} pictures at once, {len(pictures)} are given."
            )
        return np.stack(
            [preprocess(pixels_of(each, max_side=LARGEST_SIDE), self._input) for each in pictures]
        )


_INTERPOLATION: dict[str, Interpolation] = {
    "internvl35": "bicubic",
    "internvideo2": "bilinear",
    "videoprism": "bicubic",
}


def _card(found: LocalVideoModel) -> ModelCard:
    return ModelCard(
        key=found.model.backend,
        family="video",
        modality="scene",
        model_name=found.name,
        pretrained=found.revision,
        repository=found.model.repository,
        revision=found.revision,
        dim=found.dim,
        licence="see its repository",
        languages=(),
        files=(),
    )


def _variant(found: LocalVideoModel, stride: int) -> str:
    if found.frames == 1:
        return f"res{found.size}"
    return f"{found.frames}frames" + (f"+stride{stride}" if stride > 1 else "")
