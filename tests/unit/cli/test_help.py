"""The help of every command."""

from __future__ import annotations

import pytest

from metamed_core.__main__ import COMMANDS, main


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
