"""The shared networks, as pure functions of their weights.

Weights are values: they are passed in and handed back, never held. `episode`-shaped tensors go in, embeddings or memories come out.

- `COLUMN_SCALE`: name of the weight that scales the columns of one task.
- `Backbone`: a network from the numbers of a patient to an embedding.
- `CellTransformer`: the prior-fitted network: attends over the cells of labeled and query patients.
- `ColumnEncoder`: one network for the columns of any table; the default.
- `Memory`: what the `CellTransformer` has read of labeled patients.
- `Perceptron`: a small network for the columns of one panel.
- `Weights`: parameters by name.
- `backbone_of`: the network that a card describes.
- `class_marks`: random marks of diagnoses, by which they are told apart.
- `class_ranks`: an order of the diagnoses that does not depend on their names.
- `column_ranks`: an order of the columns that does not depend on their names.
- `joined`: several memories as one.
- `patient_order`: an order of the patients that does not depend on the rows.
- `perceptron_gradients`: the file of hand-written gradients of `Perceptron`, for speed.
- `shapes_of`: the shapes of a network's weights, if they are not more than a file holds.
"""

from __future__ import annotations

from metamed_core.networks import perceptron_gradients
from metamed_core.networks.backbones import COLUMN_SCALE, Backbone, ColumnEncoder, Perceptron, Weights, backbone_of
from metamed_core.networks.canonical_order import class_ranks, column_ranks, patient_order
from metamed_core.networks.cell_transformer import CellTransformer, Memory, joined
from metamed_core.networks.class_marks import class_marks
from metamed_core.networks.shapes import shapes_of

__all__ = [
    "COLUMN_SCALE",
    "Backbone",
    "CellTransformer",
    "ColumnEncoder",
    "Memory",
    "Perceptron",
    "Weights",
    "backbone_of",
    "class_marks",
    "class_ranks",
    "column_ranks",
    "joined",
    "patient_order",
    "perceptron_gradients",
    "shapes_of",
]
