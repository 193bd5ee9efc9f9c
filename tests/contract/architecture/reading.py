"""Read a tree of sources: its files, their imports, and the room that each file stands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CORE, PAGES, APP, SERVER = "metamed_core", "pages", "home", "app"
OURS = (CORE, PAGES, APP, SERVER)
LEVELS: tuple[tuple[str, ...], ...] = (
    (f"{CORE}.words",),
    (f"{CORE}.statistics", f"{CORE}.drawing", f"{CORE}.data"),
    (f"{CORE}.networks",),
    (f"{CORE}.learners",),
    (f"{CORE}.knowledge",),
    (f"{CORE}.learners.baselines",),
    (f"{CORE}.meta_training.tasks",),
    (f"{CORE}.meta_training",),
    (f"{CORE}.diagnosis",),
    (f"{CORE}.evaluation",),
    (f"{CORE}.estimator",),
    (CORE,),
    (f"{CORE}.cli",),
    (f"{CORE}.__main__",),
    (f"{PAGES}.parts.common",),
    (f"{PAGES}.lessons",),
    tuple(f"{PAGES}.parts.{page}" for page in ("diagnose", "compare", "meta_train", "learn")),
    (PAGES, APP, SERVER),
)
"""The rooms, the lowest first: a file imports from its own room and from lower ones; rooms on one level are strangers."""
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}


@dataclass(frozen=True)
class Import:
    """`import module` (name is None) or `from module import name`, wherever it stands: in a function, under TYPE_CHECKING."""

    line: int
    module: str
    name: str | None = None


@dataclass(frozen=True)
class File:
    """One Python source of a house, by its path from the root (`pages/learn.py`)."""

    path: Path
    name: str

    @cached_property
    def source(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, filename=self.name)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def module(self) -> str:
        """`metamed_core.data.cohort`; of a package's `__init__.py` the package's name."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        return room_of(self.module)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(self._imports())

    def _imports(self) -> Iterator[Import]:
        package = self.module if self.is_package else self.module.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (Import(node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                module = ".".join([*start, *([node.module] if node.module else [])])
                yield from (Import(node.lineno, module, alias.name) for alias in node.names)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                yield from (Import(node.lineno, str(arg.value)) for arg in node.args[:1] if isinstance(arg, ast.Constant))

    def says(self, line: int, fault: str) -> str:
        return f"{self.name}:{line}: {fault}"


def room_of(module: str) -> str:
    """The innermost room that a module stands in; a module that stands in none is a room of its own."""
    return max((room for room in LEVEL_OF if module == room or module.startswith(f"{room}.")), key=len, default=module)


class House:
    """All Python sources under `root` that the laws speak of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[Path, File] = {}

    @cached_property
    def files(self) -> dict[str, File]:
        """Core, pages and home, by module."""
        return {file.module: file for file in self.under(*OURS)}

    def under(self, *folders: str) -> list[File]:
        """The sources in these folders and the single files of these names, sorted."""
        paths = [path for folder in folders for path in ((self.root / f"{folder}.py"), *(self.root / folder).rglob("*.py"))]
        return [self._file(path) for path in sorted(set(paths)) if path.is_file()]

    def _file(self, path: Path) -> File:
        """Each source is parsed once."""
        return self._read.setdefault(path, File(path, path.relative_to(self.root).as_posix()))

    @property
    def core(self) -> list[File]:
        return [file for file in self.files.values() if file.module.split(".")[0] == CORE]

    @property
    def scripts(self) -> list[File]:
        """Home and the pages: what Streamlit runs."""
        return [file for file in self.files.values() if file.room in {APP, PAGES} and not file.is_package]

    def target(self, one: Import) -> str | None:
        """The module of this house that an import reads; None for what is not ours."""
        inside = f"{one.module}.{one.name}"
        if inside in self.files:
            return inside
        return one.module if one.module in self.files or one.module.split(".")[0] in OURS else None

    def crossings(self) -> Iterator[tuple[File, Import, str]]:
        """Every import of ours by ours: who, where, which module."""
        for file in self.files.values():
            for one in file.imports:
                if (target := self.target(one)) is not None:
                    yield file, one, target

    def offered(self, room: str) -> set[str] | None:
        """What the `__all__` of a room's `__init__` names; None where the room is a single file or says nothing."""
        file = self.files.get(room)
        if file is None or not file.is_package:
            return None
        for node in file.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return set(ast.literal_eval(node.value))
        return set()
