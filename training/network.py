"""The two towers: small residual networks into the 256-dimensional text space."""

import torch
from torch import Tensor, nn

DIMENSION = 256
PLACE = 0.5
"""What the name of the place counts beside the name of a thing."""
CELL = 16
"""Pixels of the squares in which the picture tower names what it sees."""


class Residual(nn.Module):
    """Two convolutions and a way around them (He et al., 2016)."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.around: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            pool = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
            self.around = nn.Sequential(pool, nn.Conv2d(before, after, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.around(x))


class Tower(nn.Module):
    """An image, or a spectrogram as an image of one channel, to a unit vector of shape (batch, 256).

    The first step folds squares of 2 pixels into channels: on a processor that is several times faster
    than convolutions at full size.
    """

    def __init__(self, channels: int, widths: tuple[int, ...], blocks: tuple[int, ...]) -> None:
        super().__init__()
        before = widths[0]
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * channels, before, 3, 2, 1, bias=False),
            nn.BatchNorm2d(before),
            nn.ReLU(),
        ]
        for stage, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            for k in range(count):
                layers.append(Residual(before, width, 2 if stage and k == 0 else 1))
                before = width
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(2 * before, DIMENSION)

    def forward(self, x: Tensor) -> Tensor:
        return self.embedded(self.body(x))

    def pooled(self, seen: Tensor) -> Tensor:
        """What is seen anywhere and on the whole: shape (batch, 2 × the last width)."""
        return torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3))], dim=1)

    def embedded(self, seen: Tensor) -> Tensor:
        """Unit vectors, from what `body` gives."""
        return unit(self.head(self.pooled(seen)))


class PictureTower(Tower):
    """Names the thing in every square of the picture, and the place, and adds the meanings of these names to what else
    it sees.

    Once trained, what it is unsure of counts for less (the square of the chance), and `training.balance` says how much
    the names count.

    A picture lies between the words for what it shows (Norouzi et al., 2014, "Zero-shot learning by convex
    combination of semantic embeddings"), so that words that were never trained find it, too.
    """

    meanings: Tensor
    grounds: Tensor

    def __init__(self, meanings: Tensor, grounds: Tensor) -> None:
        """`meanings`: the unit vector of each thing that can be named, (things, 256); `grounds`: of each place."""
        super().__init__(3, (48, 96, 208), (1, 2, 2))
        self.register_buffer("meanings", meanings)
        self.register_buffer("grounds", grounds)
        self.namer = nn.Conv2d(208, len(meanings) + 1, 1)
        self.placer = nn.Linear(2 * 208, len(grounds) + 1)
        self.weight = nn.Parameter(torch.tensor(1.0))

    def embedded(self, seen: Tensor) -> Tensor:
        """Unit vectors, from what `body` gives."""
        return self.told(seen, self.namer(seen))

    def told(self, seen: Tensor, named: Tensor) -> Tensor:
        """Unit vectors. `named`: (batch, things + 1, rows, columns), scores of each thing and of none by square."""
        rest, things = self.apart(seen, named)
        return unit(rest + self.weight * things)

    def apart(self, seen: Tensor, named: Tensor) -> tuple[Tensor, Tensor]:
        """What `told` adds up: all but the names, and the meanings of the names."""
        present = named.softmax(dim=1)[:, :-1].amax(dim=(2, 3))
        pooled = self.pooled(seen)
        place = self.placer(pooled).softmax(dim=1)[:, :-1]
        if not self.training:
            present, place = present * present, place * place
        return self.head(pooled), present @ self.meanings + PLACE * (place @ self.grounds)


def unit(found: Tensor) -> Tensor:
    """Rows at length 1."""
    return found / (found.square().sum(dim=1, keepdim=True) + 1e-12).sqrt()


def sound_tower() -> Tower:
    """0.3 million parameters; input (batch, 1, 64, frames), frames a multiple of 4."""
    return Tower(1, (24, 48, 96), (1, 1, 1))
