"""The picture of the rooms and their imports in docs/architecture.md, drawn from the code: `python -m tests.tools.picture`.

A box is a room, with what it is for; an arrow says that files of the upper room import the lower one. An arrow that follows from others
is left out, so that the picture stays readable: who uses `evaluation` also reaches all that `evaluation` uses.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from tests.contract.architecture.reading import CORE, LEVELS, House

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "images" / "rooms.svg"
WIDTH, HEIGHT, GAP, MARGIN, TOP = 200, 46, 28, 90, 12
TIP = (
    '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    '<path d="M0 0 L8 4 L0 8 z" fill="#5b6b73"/></marker></defs>'
)
PURPOSE: Mapping[str, str] = {
    "app + pages": "one screen, one script",
    "parts.diagnose": "widgets of one page",
    "parts.compare": "widgets of one page",
    "parts.meta_train": "widgets of one page",
    "parts.learn": "widgets of one page",
    "lessons": "one folder, one lesson",
    "parts.common": "what all pages share",
    "__main__": "the command line's entry",
    "cli": "one file, one command",
    "estimator": "scikit-learn's interface",
    "evaluation": "a fair comparison",
    "diagnosis": "adapt, answer, report",
    "meta_training": "the outer loop, checkpoints",
    "meta_training.tasks": "where tasks come from",
    "learners.baselines": "classifiers without a network",
    "knowledge": "what clinicians know, as rows",
    "learners": "one file, one paper; weights",
    "networks": "functions of their weights",
    "statistics": "metrics, intervals",
    "drawing": "charts as values, SVG, HTML",
    "data": "file to table to cells",
    "words": "texts in two languages",
}
"""What each room is for, in a few words."""


def title_of(room: str) -> str:
    """What a room is called in the picture."""
    return "app + pages" if room in {"pages", "home", "app"} else room.removeprefix(f"{CORE}.").removeprefix("pages.")


def rows(house: House) -> list[list[str]]:
    """The rooms to draw, the highest row first; the core's own `__init__`, which only points to the others, is left out."""
    there = {title_of(file.room) for file in house.files.values()}
    found = [list(dict.fromkeys(title_of(room) for room in rooms if room != CORE)) for rooms in reversed(LEVELS)]
    return [kept for row in found if (kept := [room for room in row if room in there])]


def arrows(house: House) -> set[tuple[str, str]]:
    """Who imports whom, without what follows from the rest."""
    uses: dict[str, set[str]] = {}
    for file, _, target in house.crossings():
        if target in house.files and CORE not in {file.room, house.files[target].room}:
            upper, lower = title_of(file.room), title_of(house.files[target].room)
            if upper != lower:
                uses.setdefault(upper, set()).add(lower)
    reach = {room: _reached(uses, room) for room in uses}
    return {(upper, lower) for upper, lowers in uses.items() for lower in lowers if not any(lower in reach.get(way, ()) for way in lowers)}


def _reached(uses: Mapping[str, set[str]], room: str) -> set[str]:
    found: set[str] = set()
    todo = list(uses.get(room, ()))
    while todo:
        if (other := todo.pop()) not in found:
            found.add(other)
            todo += uses.get(other, ())
    return found


def svg(house: House) -> str:
    """The picture."""
    drawn = rows(house)
    widest = max(map(len, drawn))
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP
    place: dict[str, tuple[float, float]] = {}
    for level, row in enumerate(drawn):
        left = (width - len(row) * WIDTH - (len(row) - 1) * GAP) / 2
        place |= {room: (left + n * (WIDTH + GAP), TOP + level * (HEIGHT + GAP)) for n, room in enumerate(row)}
    height = TOP * 2 + len(drawn) * (HEIGHT + GAP) - GAP
    lines = [_arrow(place, upper, lower, width) for upper, lower in sorted(arrows(house))]
    boxes = [_box(room, *at) for room, at in place.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" font-family="sans-serif">',
            "<title>The rooms of MetaMed and their imports</title>",
            TIP,
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            *lines,
            *boxes,
            "</svg>",
            "",
        ]
    )


def _box(room: str, x: float, y: float) -> str:
    fill = "#f2f0e6" if room.startswith(("parts", "lessons", "app")) else "#e3f1f0"
    name = f"pages/{room.replace('.', '/')}" if room.startswith(("parts", "lessons")) else room.replace(".", "/")
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#168380"/>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + 19:g}" text-anchor="middle" font-size="14" font-weight="bold" fill="#14313a">{escape(name)}</text>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + 36:g}" text-anchor="middle" font-size="12" fill="#44555d">{escape(PURPOSE[room])}</text>'
    )


def _arrow(place: Mapping[str, tuple[float, float]], upper: str, lower: str, width: float) -> str:
    """Straight to the next row; past other rows on a curve along the nearer side."""
    (x1, y1), (x2, y2) = place[upper], place[lower]
    style = 'fill="none" stroke="#5b6b73" stroke-width="1.3" marker-end="url(#tip)"'
    if y2 - y1 <= HEIGHT + GAP:
        return f'<path d="M{x1 + WIDTH / 2:g} {y1 + HEIGHT:g} L{x2 + WIDTH / 2:g} {y2 - 1:g}" {style}/>'
    step = HEIGHT + GAP
    rows_passed = (y2 - y1) / step
    middle = x1 + x2 + WIDTH - width
    right = middle > 1 if abs(middle) > 1 else round(y1 / step) % 2 == 0  # in the middle column the sides take turns
    from_x, to_x = (x1 + WIDTH, x2 + WIDTH + 1) if right else (x1, x2 - 1)
    away = (24 + 26 * rows_passed) * (1 if right else -1)
    bend = (max if right else min)(from_x, to_x) + away
    y1, y2 = y1 + HEIGHT / 2, y2 + HEIGHT / 2
    return f'<path d="M{from_x:g} {y1:g} C{bend:g} {y1:g} {bend:g} {y2:g} {to_x:g} {y2:g}" {style}/>'


if __name__ == "__main__":
    OUT.write_text(svg(House(ROOT)), "utf-8")
    sys.stdout.write(f"{OUT.relative_to(ROOT)} written\n")
