"""A small sound house, and what to plant in it so that each law is broken once."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract.architecture import import_laws, text_laws
from tests.contract.architecture.reading import CORE, House

Law = Callable[[House], list[str]]

PARTS = "pages/parts"
_OFFERS = "__all__ = ['PatientRecords']\n"
HOUSE = {
    f"{CORE}/__init__.py": '"""The core."""\n__version__ = "1"\nif TYPE_CHECKING:\n    from metamed_core.estimator import FewShotClassifier\n',
    f"{CORE}/words.py": "import dataclasses\nfrom metamed_core import __version__\n",
    f"{CORE}/data/__init__.py": f"'- `PatientRecords`: patients.'\nfrom metamed_core.data.records import PatientRecords\n{_OFFERS}",
    f"{CORE}/data/records.py": "from metamed_core.words import Words\nfrom metamed_core.data.cells import _read\n",
    f"{CORE}/data/cells.py": "_read = 1\n",
    f"{CORE}/drawing/__init__.py": "'- `figures`: plotly.'\nfrom metamed_core.drawing import figures\n__all__ = ['figures']\n",
    f"{CORE}/drawing/figures.py": "import plotly.graph_objects as go\n",
    f"{CORE}/learners/__init__.py": "'- `Learner`: all.'\nfrom metamed_core.learners.learner import Learner\n__all__ = ['Learner']\n",
    f"{CORE}/learners/learner.py": "from metamed_core.data import PatientRecords\n",
    f"{CORE}/learners/maml.py": (
        "from metamed_core.learners.learner import Learner\n\n\nclass Maml(Learner):\n    name: ClassVar[str] = 'maml'\n"
        "\n\nKNOWN = 'maml'\n"
    ),
    f"{CORE}/estimator.py": "from metamed_core.learners import Learner\n\n\nclass FewShotClassifier:\n    pass\n",
    "home.py": 'from pages.parts.common.frame import frame\nsay = frame("home.py")\nst.markdown(say(WELCOME))\n',
    "pages/learn.py": 'from pages.parts.learn.screen import draw\nsay = frame("pages/learn.py")\n',
    f"{PARTS}/__init__.py": "",
    f"{PARTS}/common/frame.py": "import streamlit as st\n",
    f"{PARTS}/common/text.py": "import html\n",
    f"{PARTS}/learn/screen.py": "from pages.lessons.l03_maml import story\nfrom pages.parts.common.frame import frame\n",
    f"{PARTS}/compare/charts.py": "from pages.parts.common.frame import frame\nfrom metamed_core.drawing import figures\n",
    "pages/lessons/__init__.py": "",
    "pages/lessons/l03_maml/__init__.py": "",
    "pages/lessons/l03_maml/story.py": "from metamed_core.learners import Learner\nNAME = 'maml'\n",
}  # fmt: skip

_RECORDS, _CELLS, _LEARN = f"{CORE}/data/records.py", f"{CORE}/data/cells.py", "pages/learn.py"
_STORY, _SCREEN, _CHARTS = "pages/lessons/l03_maml/story.py", f"{PARTS}/learn/screen.py", f"{PARTS}/compare/charts.py"
_REPTILE = f"{CORE}/learners/reptile.py"
_A_REPTILE = "from metamed_core.learners.learner import Learner\n\n\nclass Reptile(Learner):\n    name: ClassVar[str] = 'reptile'\n\n\n"
_OF_A_PAGE = 'say = frame("pages/learn.py")\n'

BROKEN: tuple[tuple[Law, str, str], ...] = (
    (import_laws.imports_go_downward, _CELLS, "from metamed_core.learners import Learner\n"),
    (import_laws.imports_go_downward, _CELLS, "def f():\n    from metamed_core.drawing import figures\n"),
    (import_laws.imports_go_downward, _CELLS, "if TYPE_CHECKING:\n    from metamed_core.estimator import FewShotClassifier\n"),
    (import_laws.imports_go_downward, _CELLS, "importlib.import_module('metamed_core.learners')\n"),
    (import_laws.imports_go_downward, _CELLS, "from metamed_core import FewShotClassifier\n"),
    (import_laws.imports_go_downward, _CELLS, "from pages.parts.common.text import x\n"),
    (import_laws.imports_go_downward, _CHARTS, "from pages.parts.learn.screen import draw\n"),
    (import_laws.imports_go_downward, f"{PARTS}/common/text.py", "from pages.parts.compare import charts\n"),
    (import_laws.imports_go_downward, _STORY, "from pages.parts.learn import screen\n"),
    (import_laws.imports_go_downward, _SCREEN, "import pages.learn\n"),
    (import_laws.every_file_stands_in_a_room, f"{CORE}/helpers.py", "x = 1\n"),
    (import_laws.every_file_stands_in_a_room, f"{PARTS}/shared/frame.py", "x = 1\n"),
    (import_laws.no_circles, _CELLS, "from metamed_core.data.records import PatientRecords\n"),
    (import_laws.no_circles, _CELLS, "from ..data.records import PatientRecords\n"),
    (import_laws.no_circles, _CELLS, "if TYPE_CHECKING:\n    from metamed_core.data import records\n"),
    (import_laws.no_circles, _CELLS, "from metamed_core.data import PatientRecords\n"),
    (import_laws.no_circles, f"{PARTS}/common/frame.py", "def f():\n    from pages.parts.learn import screen\n"),
    (import_laws.rooms_are_entered_by_the_door, f"{CORE}/estimator.py", "from metamed_core.data.records import PatientRecords\n"),
    (import_laws.rooms_are_entered_by_the_door, f"{CORE}/estimator.py", "from metamed_core.data import cells\n"),
    (import_laws.rooms_are_entered_by_the_door, f"{CORE}/estimator.py", "import metamed_core.data.cells\n"),
    (import_laws.rooms_are_entered_by_the_door, _CHARTS, "from metamed_core.drawing.figures import bar\n"),
    (import_laws.a_room_says_what_it_offers, f"{CORE}/data/__init__.py", f"'Data.'\n{_OFFERS}"),
    (import_laws.a_room_says_what_it_offers, f"{CORE}/data/__init__.py", f"'- `PatientRecords`: a.\\n- `gone`: b.'\n{_OFFERS}"),
    (import_laws.private_stays_private, f"{CORE}/estimator.py", "from metamed_core.data import _read\n"),
    (import_laws.private_stays_private, f"{CORE}/estimator.py", "from metamed_core.data._cells import read\n"),
    (import_laws.private_stays_private, _CHARTS, "from pages.parts.common.frame import _box\n"),
    (import_laws.private_stays_private, _CHARTS, "from metamed_core.drawing import figures\nx = figures._bar\n"),
    (import_laws.core_knows_no_screen, _CELLS, "import streamlit as st\n"),
    (import_laws.core_knows_no_screen, _CELLS, "from pages.parts.common.frame import frame\n"),
    (import_laws.lessons_know_no_screen, _STORY, "import streamlit as st\n"),
    (import_laws.lessons_know_no_screen, _STORY, "from pages.parts.common.frame import frame\n"),
    (import_laws.only_drawing_draws, _CELLS, "from plotly import express\n"),
    (import_laws.only_drawing_draws, _LEARN, "import plotly.express as px\n"),
    (import_laws.learners_are_strangers, _REPTILE, f"{_A_REPTILE}from metamed_core.learners.maml import step\n"),
    (import_laws.learners_are_strangers, _REPTILE, f"{_A_REPTILE}from metamed_core.learners import maml\n"),
    (text_laws.pages_are_prose, _LEARN, "import numpy as np\n"),
    (text_laws.pages_are_prose, "home.py", "x = 1\n" * text_laws.N_PAGE_LINES),
    (text_laws.pages_begin_with_the_frame, _LEARN, "x = 1\n"),
    (text_laws.pages_begin_with_the_frame, _LEARN, 'say = frame("home.py")\n'),
    (text_laws.pages_begin_with_the_frame, _LEARN, f"st.title(T)\n{_OF_A_PAGE}"),
    (text_laws.nobody_shouts, _CELLS, "print(1)\n"),
    (text_laws.nobody_shouts, _CHARTS, "def f(x):\n    assert x\n"),
    (text_laws.nobody_shouts, _CELLS, "try:\n    x = 1\nexcept ValueError:\n    pass\n"),
    (text_laws.every_text_is_said, "home.py", 'st.title("Hello there")\n'),
    (text_laws.every_text_is_said, f"{PARTS}/common/frame.py", 'def f(box):\n    box.caption("Hello there")\n'),
    (text_laws.no_learner_is_special, _CELLS, "def f(x):\n    return x == 'maml'\n"),
    (text_laws.no_learner_is_special, _CHARTS, "STEPS = {'maml': 3}\n"),
    (text_laws.no_learner_is_special, _CHARTS, "TWIN = 'maml-none'\n"),
    (text_laws.no_learner_is_special, f"{CORE}/estimator.py", "def f(x):\n    return isinstance(x, Maml)\n"),
    (text_laws.no_learner_is_special, _REPTILE, f"{_A_REPTILE}RIVAL = 'maml'\n"),
    (text_laws.files_are_short, _CELLS, "x = 1\n" * (text_laws.N_FILE_LINES + 1)),
    (text_laws.files_are_short, "tests/unit/test_cells.py", "x = 1\n" * (text_laws.N_FILE_LINES + 1)),
    (text_laws.functions_are_short, _CHARTS, "def f():\n" + "    x = 1\n" * text_laws.N_FUNCTION_LINES),
    (text_laws.functions_are_short, "sample_data/simulate.py", "async def f():\n" + "    x = 1\n" * text_laws.N_FUNCTION_LINES),
    (text_laws.the_core_is_seen_at_a_glance, f"{CORE}/zz.py", ""),
)  # fmt: skip
