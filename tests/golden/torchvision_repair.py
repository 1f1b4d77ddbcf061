"""A torchvision that was built for another torch can be imported all the same."""

import importlib


def torchvision_repaired() -> None:
    """Declare the operators that it misses: only its transforms are needed here."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return
    except RuntimeError:
        torch = importlib.import_module("torch")
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        globals()["_kept"] = library
