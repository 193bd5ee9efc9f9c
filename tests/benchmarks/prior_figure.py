"""The picture of a few tasks of the clinical prior in docs/explanation/prior.md: `python -m tests.benchmarks.prior_figure`."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import plotly.graph_objects as go
import torch
from playwright.sync_api import sync_playwright
from plotly.subplots import make_subplots

from metamed_core.data.encoding import ColumnScale
from metamed_core.drawing.palette import COLORS, SHAPES
from metamed_core.meta_training.tasks.clinical_prior.prior import CLASS_MODELS, table
from tests.conftest import ROOT, find_browser, launch

N_WAY, N_EACH, N_COLUMNS = 3, 20, 12
SEEDS = {"pathways": 2, "mechanisms": 8, "rules": 7, "spectra": 5}
"""One task of each kind, taken as it came from its seed."""


def most_telling(ranks: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The two columns whose class means differ most, measured in ranks."""
    means = np.stack([ranks[y == c].mean(0) for c in range(N_WAY)])
    return np.asarray((means.std(0) / (ranks.std(0) + 1e-6)).argsort()[::-1][:2])


def figure() -> go.Figure:
    """Above, the table of 60 patients, sorted by diagnosis; below, its two most telling columns."""
    titles = [body.__name__ for body in CLASS_MODELS]
    drawn = make_subplots(2, len(titles), subplot_titles=titles, vertical_spacing=0.12, horizontal_spacing=0.05)
    for i, body in enumerate(CLASS_MODELS, 1):
        rng = torch.Generator().manual_seed(SEEDS[body.__name__])
        y = torch.arange(N_WAY).repeat_interleave(N_EACH)
        values = table(body, y.unsqueeze(0), N_WAY, N_COLUMNS, rng)[0]
        cells = ColumnScale.fit(values).cells(values)
        shown = torch.where(values.isnan(), torch.nan, cells[..., 1]).numpy()
        drawn.add_trace(go.Heatmap(z=shown, colorscale="Cividis", showscale=i == 1, colorbar=_bar(), xgap=1), 1, i)
        for c in range(1, N_WAY):
            drawn.add_hline(c * N_EACH - 0.5, line={"color": "white", "width": 2}, row=1, col=i)
        one, other = most_telling(cells[..., 1].numpy(), y.numpy())
        for c in range(N_WAY):
            rows = (y == c).numpy()
            marker = {"color": COLORS[c], "symbol": SHAPES[c], "size": 7}
            points = go.Scatter(
                x=values[rows, one], y=values[rows, other], mode="markers", marker=marker, name=f"diagnosis {c + 1}", showlegend=i == 1
            )
            drawn.add_trace(points, 2, i)
        drawn.update_xaxes(title_text="column", showticklabels=False, row=1, col=i)
        drawn.update_xaxes(title_text=f"column {one + 1}", row=2, col=i)
        drawn.update_yaxes(title_text=f"column {other + 1}", title_standoff=2, row=2, col=i)
        drawn.update_yaxes(showticklabels=False, row=1, col=i)
    drawn.update_yaxes(title_text="patient", row=1, col=1)
    drawn.update_layout(template="plotly_white", width=1180, height=640, margin={"l": 50, "r": 20, "t": 40, "b": 80})
    drawn.update_layout(legend={"orientation": "h", "y": -0.12}, plot_bgcolor="#ececec")
    return drawn


def _bar() -> dict[str, object]:
    return {"title": "rank", "len": 0.42, "y": 0.79, "x": 1.0, "thickness": 10}


def main() -> None:
    """Draw it, and let a browser turn it into a picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=ROOT / "docs" / "images" / "prior.png")
    file = parser.parse_args().file
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "figure.html"
        figure().write_html(page_file, include_plotlyjs=True)
        browser = launch(playwright, find_browser())
        page = browser.new_page(viewport={"width": 1200, "height": 660})
        page.goto(page_file.as_uri())
        page.locator(".main-svg").first.wait_for()
        page.locator(".plot-container").screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main()
