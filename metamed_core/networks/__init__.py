"""The shared networks as pure functions of (weights, cells); weights are values, passed in and handed back."""

from __future__ import annotations

from metamed_core.networks import perceptron_gradients
from metamed_core.networks.backbones import Backbone, ColumnEncoder, Perceptron, Weights, backbone_of
from metamed_core.networks.canonical import class_ranks, column_ranks, patient_order
from metamed_core.networks.cell_transformer import CellTransformer, Memory, joined

__all__ = [
    "Backbone",
    "CellTransformer",
    "ColumnEncoder",
    "Memory",
    "Perceptron",
    "Weights",
    "backbone_of",
    "class_ranks",
    "column_ranks",
    "joined",
    "patient_order",
    "perceptron_gradients",
]
