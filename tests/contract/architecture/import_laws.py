"""Laws of imports: downward, never in a circle, through the door of a room."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.contract.architecture.reading import CORE, LEVEL_OF, LEVELS, PAGES, File, House, Import

VERSION = "__version__"
"""May be read from `metamed_core` by everybody: it is a constant that stands before anything is imported."""
STREAMLIT = "streamlit"
SCREENS = {STREAMLIT, PAGES, "home", "app"}


def _arrow(one: Import) -> str:
    return f"imports {one.module}" + (f".{one.name}" if one.name else "")


def imports_go_downward(house: House) -> list[str]:
    """A file imports from its own room and from rooms on lower levels; rooms of one level are strangers."""
    return [
        file.says(one.line, f"{_arrow(one)}: {house.files[target].room} is not below {file.room}")
        for file, one, target in house.crossings()
        if target in house.files and one.name != VERSION
        if (room := house.files[target].room) != file.room and not _is_below(room, file.room)
    ]


def _is_below(lower: str, upper: str) -> bool:
    return lower in LEVEL_OF and upper in LEVEL_OF and LEVEL_OF[lower] < LEVEL_OF[upper]


def every_file_stands_in_a_room(house: House) -> list[str]:
    """The core has the rooms of the list and no other file; a part of a page stands in one of the parts' rooms."""
    known = {*LEVEL_OF, f"{PAGES}.parts"}
    return [
        file.says(1, f"stands in no room of the list: {', '.join(room for rooms in LEVELS for room in rooms)}")
        for file in house.files.values()
        if file.room not in known or (file.room == CORE and file.module != CORE) or (file.room == PAGES and file.module.count(".") > 1)
        if file.module != f"{PAGES}.parts"
    ]


def no_circles(house: House) -> list[str]:
    """No file reaches itself through imports; what only a type checker reads counts."""
    edges: dict[str, dict[str, int]] = {}
    for file, one, target in house.crossings():
        if one.name != VERSION and target != file.module:
            edges.setdefault(file.module, {}).setdefault(target, one.line)
    faults = []
    for circle in _circles(edges):
        first = min(circle)
        line = next(line for target, line in edges[first].items() if target in circle)
        faults.append(house.files[first].says(line, f"a circle of imports: {' <-> '.join(sorted(circle))}"))
    return faults


def _circles(edges: dict[str, dict[str, int]]) -> Iterator[set[str]]:
    """Groups of files each of which reaches every other one."""
    reach = {module: _reachable(edges, module) for module in edges}
    left = {module for module in edges if module in reach[module]}
    while left:
        module = min(left)
        circle = {other for other in left if other in reach[module] and module in reach[other]}
        left -= circle
        yield circle


def _reachable(edges: dict[str, dict[str, int]], start: str) -> set[str]:
    found: set[str] = set()
    todo = list(edges.get(start, ()))
    while todo:
        if (module := todo.pop()) not in found:
            found.add(module)
            todo += edges.get(module, ())
    return found


def rooms_are_entered_by_the_door(house: House) -> list[str]:
    """From outside a room of the core only its `__init__` is imported, and only what its `__all__` names."""
    faults = []
    for file, one, target in house.crossings():
        if target not in house.files or house.files[target].room == file.room or not target.startswith(CORE):
            continue
        room = house.files[target].room
        if room not in {one.module, target}:
            faults.append(file.says(one.line, f"{_arrow(one)} past the door of {room}"))
        elif one.module == room and one.name != VERSION and (offered := house.offered(room)) is not None and one.name not in offered:
            faults.append(file.says(one.line, f"{_arrow(one)}, which {room} does not offer in its __all__"))
    return faults


def a_room_says_what_it_offers(house: House) -> list[str]:
    """The docstring of a room of the core has a line for each name of its `__all__`, and for no other."""
    faults = []
    for room in LEVEL_OF:
        if room == CORE or not room.startswith(CORE) or (offered := house.offered(room)) is None:
            continue
        file = house.files[room]
        told = set(re.findall(r"^- `(\w+)`: \w", ast.get_docstring(file.tree) or "", re.MULTILINE))
        if told != offered:
            faults.append(file.says(1, f"its docstring and its __all__ differ in {', '.join(sorted(told ^ offered))}"))
    return faults


def private_stays_private(house: House) -> list[str]:
    """No file reads a private name (`_x`) or a private module of another room."""
    faults = []
    for file, one, target in house.crossings():
        if target in house.files and house.files[target].room == file.room:
            continue
        parts = [*one.module.split("."), *([one.name] if one.name else [])]
        if any(_is_private(part) for part in parts):
            faults.append(file.says(one.line, _arrow(one)))
    return faults + [fault for file in house.files.values() for fault in _private_attributes(house, file)]


def _private_attributes(house: House, file: File) -> list[str]:
    """`palette._x` where `palette` is a module of another room."""
    modules = {one.name or one.module for one in file.imports if (house.target(one) or "") in house.files} & _last_names(house)
    foreign = {
        name for name in modules if not any(other.module.endswith(f".{name}") and other.room == file.room for other in house.files.values())
    }
    return [
        file.says(node.lineno, f"reads {ast.unparse(node)}")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and ast.unparse(node.value) in foreign
    ]


def _last_names(house: House) -> set[str]:
    return {name for module in house.files for name in (module, module.rpartition(".")[2])}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def core_knows_no_screen(house: House) -> list[str]:
    """Nothing in the core imports Streamlit or a page."""
    return _importing(house.core, SCREENS)


def lessons_know_no_screen(house: House) -> list[str]:
    """No file of a lesson imports Streamlit, nor anything of ours that does."""
    lessons = [file for file in house.files.values() if file.room == f"{PAGES}.lessons"]
    direct = {file.module for file in house.files.values() if _importing([file], {STREAMLIT})}
    edges: dict[str, dict[str, int]] = {}
    for file, one, target in house.crossings():
        edges.setdefault(file.module, {})[target] = one.line
    through = [
        file.says(line, f"imports {target}, which reaches streamlit")
        for file in lessons
        for target, line in edges.get(file.module, {}).items()
        if not target.startswith(f"{PAGES}.lessons") and ({target} | _reachable(edges, target)) & direct
    ]
    return _importing(lessons, {STREAMLIT}) + through


def only_drawing_draws(house: House) -> list[str]:
    """Only the room `drawing` imports plotly."""
    return _importing([file for file in house.files.values() if file.room != f"{CORE}.drawing"], {"plotly"})


def learners_are_strangers(house: House) -> list[str]:
    """A learner imports no other learner."""
    learners = {file.module for file in house.files.values() if file.room == f"{CORE}.learners" and is_learner(file)}
    return [
        file.says(one.line, _arrow(one))
        for file, one, target in house.crossings()
        if file.module in learners and target in learners and target != file.module
    ]


def is_learner(file: File) -> bool:
    """Whether a file of the learners' room holds an algorithm: a class that gives `name` a text."""
    return bool(learner_classes(file))


def learner_classes(file: File) -> dict[str, str]:
    """Names of the classes in a file that are a `Learner` with a name, and that name: {"Maml": "maml"}."""
    return {
        node.name: str(step.value.value)
        for node in file.tree.body
        if isinstance(node, ast.ClassDef) and any("Learner" in ast.unparse(base) for base in node.bases)
        for step in node.body
        if isinstance(step, ast.AnnAssign) and ast.unparse(step.target) == "name" and isinstance(step.value, ast.Constant)
    }


def _importing(files: list[File], packages: set[str]) -> list[str]:
    return [file.says(one.line, _arrow(one)) for file in files for one in file.imports if one.module.split(".")[0] in packages]


IMPORT_LAWS = (
    imports_go_downward,
    every_file_stands_in_a_room,
    no_circles,
    rooms_are_entered_by_the_door,
    a_room_says_what_it_offers,
    private_stays_private,
    core_knows_no_screen,
    lessons_know_no_screen,
    only_drawing_draws,
    learners_are_strangers,
)
