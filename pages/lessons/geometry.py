"""Shapes for the figures of lessons: lines of one level on a grid, and which part of a plane lies nearest to which point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metamed_core.drawing import Point

Array = npt.NDArray[np.float64]
Piece = tuple[Point, Point]


def plane(low: float, high: float, n: int = 41) -> tuple[Array, Array]:
    """A square grid: its axis `(n,)` and its points `(n * n, 2)`, x running fastest."""
    axis = np.linspace(low, high, n)
    x, y = np.meshgrid(axis, axis)
    return axis, np.stack([x.ravel(), y.ravel()], 1)


def level_lines(axis: Array, values: Array, level: float) -> tuple[Piece, ...]:
    """Pieces of the line on which `values` `(n, n)` (row: y, column: x) equal `level`: marching triangles, linear within each.

    Two triangles a cell, so that no cell is ambiguous.
    """
    x, y = np.meshgrid(axis, axis)
    corners = np.stack([x, y, values - level], -1)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
    pieces: list[Piece] = []
    for triangle in (np.stack([a, b, c], 2), np.stack([a, c, d], 2)):
        flat = triangle.reshape(-1, 3, 3)
        above = flat[..., 2] > 0
        for corner in flat[above.any(1) & ~above.all(1)]:
            ends = [_crossing(corner[i], corner[j]) for i, j in ((0, 1), (1, 2), (2, 0)) if (corner[i, 2] > 0) != (corner[j, 2] > 0)]
            pieces.append((ends[0], ends[1]))
    return tuple(pieces)


def _crossing(one: Array, other: Array) -> Point:
    share = one[2] / (one[2] - other[2])
    x, y = one[:2] + share * (other[:2] - one[:2])
    return round(float(x), 4), round(float(y), 4)


def nearest_regions(centers: Array, wide: float, tall: float) -> list[tuple[Point, ...]]:
    """Voronoi's regions within a rectangle about 0: for each center `(n, 2)` the polygon of points to which no other is nearer.

    A half-plane |p - c_i|^2 <= |p - c_j|^2 is linear in p, so each region is the rectangle cut by n - 1 straight lines.
    wide, tall: half its width and height.
    """
    whole = [(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)]
    regions = []
    for i, own in enumerate(centers):
        corners: list[Point] = whole
        for j, other in enumerate(centers):
            if i != j:
                # other . p - own . p <= (|other|^2 - |own|^2) / 2
                corners = _cut(corners, other - own, float(other @ other - own @ own) / 2)
        regions.append(tuple(corners))
    return regions


def _cut(corners: list[Point], normal: Array, limit: float) -> list[Point]:
    """The part of a convex polygon where normal . p <= limit (Sutherland and Hodgman 1974)."""
    kept: list[Point] = []
    for here, after in zip(corners, corners[1:] + corners[:1], strict=True):
        inside, next_inside = (float(normal @ np.array(p)) - limit for p in (here, after))
        if inside <= 0:
            kept.append(here)
        if (inside <= 0) != (next_inside <= 0):
            share = inside / (inside - next_inside)
            kept.append((here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1])))
    return kept
