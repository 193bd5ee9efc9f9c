"""The documentation as a site: `make docs`. Markdown by MyST; the reference is read from the docstrings of what each room offers."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from metamed_core import __version__  # noqa: E402 - only now can it be found

project, author, release, language = "MetaMed", "MetaMed contributors", __version__, "en"
project_copyright = "MetaMed contributors, Apache-2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
exclude_patterns = ["requirements.txt"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = "MetaMed"
html_copy_source = False
myst_heading_anchors = 4
autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_rtype = False
suppress_warnings = ["ref.python"]  # `features` in a docstring may be that of any network


class CommandHelp(Directive):
    """`.. command-help:: diagnose`: what `metamed diagnose --help` prints."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One literal block."""
        from metamed_core.__main__ import COMMANDS
        from metamed_core.cli import OptionParser

        name = self.arguments[0]
        command, does = COMMANDS[name]
        parser = OptionParser(prog=f"metamed {name}", description=f"{does[0].upper()}{does[1:]}.", epilog=command.EXAMPLES)
        command.add_options(parser)
        text = parser.format_help()
        return [nodes.literal_block(text, text, language="text")]


def as_restructured_text(_app: Sphinx, _what: str, _name: str, _of: object, _options: Any, lines: list[str]) -> None:
    """Our docstrings mark code by single backticks and use stars and bars as they come: say so in reStructuredText."""
    for at, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")):
            code = re.split(r"(`+[^`]+`+_?)", line)
            lines[at] = "".join(_code(part) if part.startswith("`") else _prose(part) for part in code)


def _code(part: str) -> str:
    return part if part.endswith("_") else f"``{part.strip('`')}``"


def _prose(part: str) -> str:
    pieces = re.split(r"(\*\*[^*]+\*\*)", part)
    return "".join(each if each.startswith("**") else re.sub(r"([*|]|(?<=\w)_(?!\w))", r"\\\1", each) for each in pieces)


def only_at_home(app: Sphinx, _what: str, name: str, member: object, skip: bool, _options: Any) -> bool:
    """A room also offers names of lower rooms and whole modules: each is described once, in the room where it is written."""
    room = app.env.docname.rpartition("/")[2]
    home = getattr(member, "__module__", None)
    from_elsewhere = isinstance(home, str) and home.startswith("metamed_core") and not f"{home}.".startswith(f"{room}.")
    return skip or name.startswith("_") or isinstance(member, ModuleType) or from_elsewhere or room == "metamed_core"


def setup(app: Sphinx) -> None:
    """Register what is our own."""
    app.add_directive("command-help", CommandHelp)
    app.connect("autodoc-process-docstring", as_restructured_text, priority=400)
    app.connect("autodoc-skip-member", only_at_home)
