"""The blocks of a transformer as functions of named weights: attention and feed-forward, each after a normalization."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

from metamed_core.networks.backbones import Weights


def attend(
    weights: Weights,
    name: str,
    heads: int,
    x: Tensor,
    n_labeled: int | None = None,
    store: list[tuple[Tensor, Tensor]] | None = None,
    memory: Iterator[tuple[Tensor, Tensor]] | None = None,
) -> Tensor:
    """Multi-head attention along the last but one dimension of x `(..., n, width)`: to its first entries (None: all), or to `memory`."""
    normal, inward = normalized(x) * weights[f"{name}.gain"], weights[f"{name}.hidden_in"]
    if memory is None:
        query, key, value = (_split(part, heads) for part in linear(normal, inward).chunk(3, -1))
        key, value = key[..., :n_labeled, :], value[..., :n_labeled, :]
        if store is not None:
            store.append((key, value))
    else:
        query, (key, value) = _split(linear(normal, inward[: x.shape[-1]]), heads), next(memory)
    if x.is_cuda:
        seen = scaled_dot_product_attention(query.flatten(0, -4), key.flatten(0, -4), value.flatten(0, -4)).view_as(query)
    else:
        # Written out: for such small sets it is faster than the fused kernels on a processor.
        seen = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).softmax(-1) @ value
    return linear(seen.transpose(-2, -3).flatten(-2), weights[f"{name}.hidden_out"])


def _split(x: Tensor, heads: int) -> Tensor:
    """`(..., n, width)` -> `(..., heads, n, width / heads)`."""
    split: Tensor = x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads)
    return split.transpose(-2, -3)


def feed_forward(weights: Weights, name: str, x: Tensor) -> Tensor:
    """Two layers with GELU between them, for each vector of x `(..., width)`."""
    normal = normalized(x) * weights[f"{name}.gain"]
    return linear(
        gelu(linear(normal, weights[f"{name}.hidden_up"], weights[f"{name}.bias"]), approximate="tanh"), weights[f"{name}.hidden_down"]
    )


def normalized(x: Tensor) -> Tensor:
    """Mean 0 and variance 1 over the last dimension."""
    return layer_norm(x, x.shape[-1:])
