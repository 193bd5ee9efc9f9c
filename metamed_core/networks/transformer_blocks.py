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
    *,
    along: int = -2,
    n_asking: int | None = None,
) -> Tensor:
    """Multi-head attention along one dimension of x `(..., width)`: to its first `n_labeled` entries (None: all), or to `memory`.

    Only the first `n_asking` entries ask (None: all); the result is as long as these.
    """
    normal, inward, width = normalized(x, weights[f"{name}.gain"]), weights[f"{name}.hidden_in"], x.shape[-1]
    if memory is not None:
        query, (key, value) = _split(linear(normal, inward[:width]), heads, along), next(memory)
    else:
        if n_asking is None:
            parts = linear(normal, inward).chunk(3, -1)
        else:
            asking = linear(normal.narrow(along, 0, n_asking), inward[:width])
            parts = (asking, *linear(normal, inward[width:]).chunk(2, -1))
        query, key, value = (_split(part, heads, along) for part in parts)
        # In one piece, once: each product would copy them anew, and what is stored would keep the whole table.
        key, value = key[..., :n_labeled, :].contiguous(), value[..., :n_labeled, :].contiguous()
        if store is not None:
            store.append((key, value))
    if x.is_cuda:
        seen = scaled_dot_product_attention(query.flatten(0, -4), key.flatten(0, -4), value.flatten(0, -4)).view_as(query)
    else:
        # Written out: for such small sets it is faster than the fused kernels on a processor.
        seen = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).softmax(-1) @ value
    return linear(seen.movedim(-2, along - 1).flatten(-2), weights[f"{name}.hidden_out"])


def _split(x: Tensor, heads: int, along: int) -> Tensor:
    """Each vector in `heads` parts, and the dimension of length n that is attended along last but one: `(..., heads, n, width / heads)`."""
    split: Tensor = x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads)
    return split.movedim(along - 1, -2)


def feed_forward(weights: Weights, name: str, x: Tensor) -> Tensor:
    """Two layers with GELU between them, for each vector of x `(..., width)`."""
    normal = normalized(x, weights[f"{name}.gain"])
    return linear(
        gelu(linear(normal, weights[f"{name}.hidden_up"], weights[f"{name}.bias"]), approximate="tanh"), weights[f"{name}.hidden_down"]
    )


def normalized(x: Tensor, gain: Tensor | None = None) -> Tensor:
    """Mean 0 and variance 1 over the last dimension, times a gain."""
    return layer_norm(x, x.shape[-1:], gain)
