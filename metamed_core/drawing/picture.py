"""Former names of the chart model, until the lessons use the new ones."""

from metamed_core.drawing.chart import GREY, TEAL, Area, Axis, Dots, Figure, Label, Line, Mark, Point, Strokes, Table, points
from metamed_core.drawing.chart import Chart as Picture
from metamed_core.drawing.chart import verbatim as same

__all__ = [
    "GREY",
    "TEAL",
    "Area",
    "Axis",
    "Dots",
    "Figure",
    "Label",
    "Line",
    "Mark",
    "Picture",
    "Point",
    "Strokes",
    "Table",
    "points",
    "same",
]
