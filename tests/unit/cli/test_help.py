"""The help of every command."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from metamed_core.__main__ import COMMANDS, EXAMPLE, main
from metamed_core.cli.option_parser import parser_of

ROOT = Path(__file__).parents[3]


def options_with_a_value() -> Iterator[tuple[str, argparse.Action]]:
    """Every option of every command that takes a value."""
    for name, (command, _) in COMMANDS.items():
        parser = argparse.ArgumentParser()
        command.add_options(parser)
        yield from ((name, action) for action in parser._actions if action.option_strings and action.nargs != 0)


OPTIONS = [pytest.param(*each, id=f"{each[0]} {each[1].option_strings[-1]}") for each in options_with_a_value()]


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_help_with_an_example_at_the_end(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    examples = capsys.readouterr().out.partition("\nexample")[2].splitlines()[1:]
    assert examples
    assert all(f"-m metamed_core {command} " in line for line in examples)


def test_the_help_lists_every_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n    {name}" in said for name in COMMANDS)
    assert "python -m metamed_core diagnose patients.csv" in said.partition("\nexample")[2]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_says_its_default_and_its_choices(command: str, option: argparse.Action) -> None:
    told = (option.help or "") % {"default": option.default}
    assert told
    assert option.required or "default" in told
    if option.default not in (None, "", []) and not isinstance(option.default, tuple):
        assert f"{option.default:g}" if isinstance(option.default, float) else str(option.default) in told
    assert option.choices is None or option.metavar is None, "a name for the value would hide what it may be"


@pytest.mark.parametrize(
    ("command", "option"), [each for each in OPTIONS if (one := each.values[1]).choices or one.type not in {None, Path}]
)
def test_nonsense_is_refused_in_one_sentence_about_the_option(
    command: str, option: argparse.Action, capsys: pytest.CaptureFixture[str]
) -> None:
    """No usage before it, and not the name of the Python function that could not read it."""
    with pytest.raises(SystemExit) as caught:
        main([command, option.option_strings[-1], "non\nsense"])
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert said.startswith(f"{option.option_strings[-1]}: ")
    assert said.endswith(f"python -m metamed_core {command} --help lists what can be given.\n")
    assert said.count("\n") == 1
    assert re.search("give (?:a |different )?(?:whole |number|\\d)|a hash has 64 digits|choose from", said)


def test_it_is_installed_as_a_command_that_calls_itself_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    module, _, function = scripts["metamed"].partition(":")
    monkeypatch.setattr(sys, "argv", ["/usr/local/bin/metamed", "audit", "--help"])
    with pytest.raises(SystemExit):
        getattr(importlib.import_module(module), function)()
    said = capsys.readouterr().out
    assert said.startswith("usage: metamed audit")
    assert "\n  metamed audit verify audit.jsonl\n" in said
    assert parser_of(COMMANDS, "", EXAMPLE).format_help().count("metamed diagnose patients.csv") == 1
