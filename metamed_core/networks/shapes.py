"""How large a network is, found out without taking more memory than it may."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_MAKERS = (torch.randn, torch.rand, torch.zeros, torch.ones, torch.full, torch.empty)


class _AtMost(TorchFunctionMode):
    """Lets no more than so many numbers be made: it stops before the memory for more is taken."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        if func in _MAKERS:
            size = args[0] if args and isinstance(args[0], tuple | list) else (kwargs or {}).get("size", args)
            self.left -= math.prod(each for each in size if isinstance(each, int))
            if self.left < 0:
                raise ValueError("the network has more weights than there are")
            if func in (torch.randn, torch.rand):  # only the shape counts, and drawing takes longer than all the rest
                return torch.empty(tuple(size))
        return func(*args, **(kwargs or {}))


def shapes_of(init: Callable[[torch.Generator], Mapping[str, Tensor]], most: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the weights that `init` makes, by name in their order. Raises ValueError as soon as they are more than `most` numbers."""
    with _AtMost(most):
        return {name: tuple(weight.shape) for name, weight in init(torch.Generator()).items()}
