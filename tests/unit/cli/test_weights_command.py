"""The library of kept weights on the command line, and their names wherever weights are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from metamed_core.__main__ import COMMANDS, main
from metamed_core.cli import calibrate, parser_of
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.meta_training.weights_library import Library
from metamed_core.words import UserError
from tests.helpers.diagnose_command import PROTOTYPICAL

X, Y = np.array([[0.0, 1], [0, 2], [9, 1], [9, 2]]), ["a", "a", "b", "b"]


@pytest.fixture(autouse=True)
def kept(home: Path) -> Path:
    """Two kept weights, `mine` and `my blood`, and a damaged file; the path of `mine`."""
    library = Library()
    library.save(SHIPPED / "reptile.safetensors", "my blood")
    path = library.save(SHIPPED / "prototypical.safetensors", "mine").path
    (path.parent / "broken.safetensors").write_bytes(b"nothing")
    (path.parent / "broken.json").write_text("{}", "utf-8")
    return path


def test_list_show_and_remove(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "list"]) == 0
    said = capsys.readouterr()
    mine, blood = said.out.splitlines()
    assert mine.startswith("mine: Prototypical, ")
    assert mine.endswith(f", meta-trained on simulated clinical tasks to step 4000; {kept}")
    assert blood.startswith("my blood: Reptile, ")
    assert said.err.startswith("The card of broken.safetensors is of another version")
    assert main(["weights", "show", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["learner"], told["file"], told["card"]["name"]) == ("mine", "prototypical", str(kept), "mine")
    assert main(["weights", "remove", "my blood", "broken.safetensors"]) == 0
    assert capsys.readouterr().out == "Removed “my blood”.\nRemoved “broken.safetensors”.\n"
    assert [one.name for one in Library().list_weights()] == ["mine"]
    assert not Library().damaged()
    assert main(["weights", "remove", "mine", "--language", "zh"]) == 0
    assert capsys.readouterr().out == "已移除“mine”。\n"
    assert main(["weights", "list"]) == 0
    assert capsys.readouterr().err == f"There are no kept weights in {kept.parent}.\n"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["show", "mine", "nobody"], "There are no weights “nobody” in the library: choose from mine, my blood."),
        (["remove", "mine", "nobody"], "There are no weights “nobody” in the library: choose from broken.safetensors, mine, my blood."),
        (["show", "broken.safetensors"], "The card of broken.safetensors is of another version"),
        (["show"], "“show” needs a name: “list” says which there are."),
        (["list", "mine"], "“list” takes no names"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_removed(more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", *more]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert not said.out
    assert len(Library().list_weights()) == 2


def by_estimator(algorithm: str, weights: str) -> None:
    FewShotClassifier(algorithm, weights=weights).fit(X, Y)


def by_command(*command: str) -> Callable[[str, str], None]:
    def ask(learner: str, weights: str) -> None:
        options = parser_of(COMMANDS, "", "").parse_args([*(part.format(learner) for part in command), "--weights", weights])
        options.run(options)

    return ask


ASKED = {
    "estimator": by_estimator,
    "calibrate": by_command("calibrate", "--learner", "{}", "--tasks", "10"),
    "card": by_command("card", "--learner", "{}", "--measured", "nowhere.json", "--episodes", "1"),
    "diagnose": by_command("diagnose", PROTOTYPICAL[0], "--algorithm", "{}"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_weights_of_another_learner_say_so_wherever_they_are_asked_for(asked: str) -> None:
    with pytest.raises(UserError) as refused:
        ASKED[asked]("maml", "mine")
    assert str(refused.value) == "The weights “mine” belong to “prototypical”, not to “maml”: choose that algorithm or other weights."
    with pytest.raises(UserError, match=r"^The card of broken\.safetensors is of another version"):
        ASKED[asked]("maml", "broken")
    with pytest.raises(UserError, match=r"or a name in the library \(mine \(prototypical\), my blood \(reptile\)\)\.$"):
        ASKED[asked]("maml", "nobody")


def test_a_name_gives_the_weights_of_its_file(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_name, by_path = (FewShotClassifier("prototypical", weights=each).fit(X, Y).predict_proba(X) for each in ("mine", str(kept)))
    assert np.array_equal(by_name, by_path)
    calibrated: list[Path] = []
    monkeypatch.setattr(calibrate, "add_to_card", lambda path, _: calibrated.append(path))
    assert main(["calibrate", "--learner", "prototypical", "--weights", "mine", "--tasks", "10"]) == 0
    assert calibrated == [kept]
