"""Figures as HTML that needs nothing else: charts as SVG, tables as tables, a legend; for the page and for exported files."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from metamed_core.drawing.chart import Chart, Figure, Table
from metamed_core.drawing.html import render
from metamed_core.drawing.svg import Pen, chart_svg, legend_key, style_key
from metamed_core.words import Language

NARROWEST = 0.66  # of its usual width; a part that would be narrower goes under the one before
SHORT_TITLE = 5  # letters of the title of a column that is not broken
LONGEST_NAME = 12  # letters of a cell that is a name and not a sentence


def figure_html(
    figure: Figure, language: Language, *, size: float = 1.0, draggable: bool = False, with_how: bool = True, heading: str = "h4"
) -> Markup:
    """All parts of a figure beside one another; a page of one's own needs `FIGURE_STYLE`.

    Parameters
    ----------
    figure
        Charts and tables.
    language
        The language of its texts.
    size
        Of text and marks against the usual.
    draggable
        Whether markers with handles can be dragged, which needs the script of the page.
    with_how
        Whether each part says how to read it.
    heading
        The element of the titles of the parts.
    """
    pen = Pen(language, size, draggable)
    parts = [_table(part, language) if isinstance(part, Table) else _chart(part, pen) for part in figure]
    return render("figure.html", language, parts=parts, narrowest=NARROWEST, with_how=with_how, heading=heading)


def _chart(chart: Chart, pen: Pen) -> dict[str, Any]:
    legend = [(legend_key(mark), name) for name, mark in chart.legend]
    return {"title": chart.title, "how": chart.how, "width": chart.shape[0], "svg": chart_svg(chart, pen), "legend": legend}


def _table(table: Table, language: Language) -> dict[str, Any]:
    numbers = [all(_is_number(row[column].en) for row in table.rows) for column in range(len(table.header))]
    kinds = ["" if number else "mm-text" for number in numbers]
    rows = [
        [
            (f"{kinds[i]} mm-strong".strip() if (at, i) in table.strong else kinds[i], style_key(style) if style and not i else "", cell)
            for i, cell in enumerate([_unbroken(words.into(language), language) for words in row])
        ]
        for at, (row, style) in enumerate(zip(table.rows, table.styles or (None,) * len(table.rows), strict=True))
    ]
    titles = [_unbroken(title.into(language), language) for title in table.header]
    # A short title in Chinese could be broken after each of its letters.
    header = [
        (f"{kind} mm-short".strip() if language == "zh" and len(title) <= SHORT_TITLE else kind, title)
        for kind, title in zip(kinds, titles, strict=True)
    ]
    return {"title": table.title, "how": table.how, "width": table.width, "svg": "", "legend": (), "header": header, "rows": rows}


def _is_number(text: str) -> bool:
    """Numbers stand right, words left; a dash stands for a number that is not known."""
    return text == "–" or text.replace(".", "", 1).replace("−", "").replace("%", "").strip().isdigit()


def _unbroken(text: str, language: Language) -> str:
    """A Chinese name has no other place than its blanks where it could be broken."""
    return text.replace(" ", "\u00a0") if language == "zh" and len(text) <= LONGEST_NAME else text
