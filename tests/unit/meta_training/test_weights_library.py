"""The library of kept weights: what goes in comes out, nothing that is not weights gets in, nothing that is read is run."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training import weights_library, weights_zip
from metamed_core.meta_training.weights_library import Library, new_owner
from metamed_core.meta_training.weights_zip import export_zip
from metamed_core.words import UserError
from tests.helpers.weight_files import Trap

SHIPPED_ONE = SHIPPED / "prototypical.safetensors"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    return tmp_path / "home"


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return content.getvalue()


def altered(change: Callable[[dict[str, object]], object]) -> bytes:
    card = read_card(SHIPPED_ONE)
    change(card)
    return zipped(mine__safetensors=SHIPPED_ONE.read_bytes(), mine__json=json.dumps(card).encode())


def test_what_is_kept_is_found_by_its_name_and_learner() -> None:
    one = Library().save(SHIPPED_ONE, "Blood of  2026 / 血液")
    assert (one.name, one.learner, one.path.name) == ("Blood of 2026 / 血液", "prototypical", "Blood_of_2026_血液.safetensors")
    assert Library().list_weights() == Library().list_weights("prototypical") == (one,)
    assert Library().list_weights("maml") == ()
    load_weights(str(one.path), LEARNERS["prototypical"]())
    Library().remove(one.name)
    assert Library().list_weights() == ()


def test_it_travels_as_a_zip() -> None:
    one = Library().save(SHIPPED_ONE, "mine")
    data = export_zip(one.path)
    with pytest.raises(UserError, match=r"^There are weights named “mine” already: choose another name"):
        Library().import_zip(data)
    again = Library().import_zip(data, "again")
    assert again.path.read_bytes() == one.path.read_bytes()
    assert {**again.card, "name": "mine"} == one.card
    Library().remove("mine")
    assert Library().import_zip(data).name == "mine", "the name is that of the card"


def test_the_name_of_an_uploaded_file_reaches_no_disk(home: Path) -> None:
    data = zipped(Meier_Hans__safetensors=SHIPPED_ONE.read_bytes(), Meier_Hans__json=SHIPPED_ONE.with_suffix(".json").read_bytes())
    assert Library().import_zip(data).path.name == "prototypical.safetensors"
    assert not any("Meier" in str(path) or b"Meier" in path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["", "  ", "///", "..", "._"])
def test_a_name_is_needed(name: str) -> None:
    with pytest.raises(UserError, match=r"^The weights need a name: give them one of letters or digits"):
        Library().save(SHIPPED_ONE, name)


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "C:\\evil"])
def test_no_name_leaves_the_folder(name: str, home: Path) -> None:
    assert Library().save(SHIPPED_ONE, name).path.parent == home / "weights"


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip at all": (lambda: b"PK\x03\x04 nothing", "The file does not hold weights of MetaMed"),
    "empty": (lambda: b"", "The file does not hold weights of MetaMed"),
    "truncated zip": (lambda: zipped(mine__safetensors=b"x" * 999, mine__json=b"{}")[:-40], "The file does not hold weights of MetaMed"),
    "other members": (lambda: zipped(a__txt=b"x", b__json=b"{}"), "The file does not hold weights of MetaMed"),
    "one member too many": (
        lambda: zipped(a__safetensors=b"x", b__json=b"{}", c__json=b"{}"),
        "The file does not hold weights of MetaMed",
    ),
    "truncated weights": (
        lambda: zipped(mine__safetensors=SHIPPED_ONE.read_bytes()[:-9], mine__json=SHIPPED_ONE.with_suffix(".json").read_bytes()),
        r"The weights in weights.safetensors are not those its card describes \(the hash differs\)",
    ),
    "altered weights": (
        lambda: zipped(mine__safetensors=SHIPPED_ONE.read_bytes()[:-1] + b"\x00", mine__json=SHIPPED_ONE.with_suffix(".json").read_bytes()),
        r"The weights in weights.safetensors are not those its card describes \(the hash differs\)",
    ),
    "another version": (lambda: altered(lambda card: card.update(format=2)), "The card of weights.safetensors is of another version"),
    "unknown learner": (lambda: altered(lambda card: card.update(learner="gpt")), "The file does not hold weights of MetaMed"),
    "no card": (
        lambda: zipped(mine__safetensors=SHIPPED_ONE.read_bytes(), mine__json=b"[]"),
        "The card of weights.safetensors is of another",
    ),
    "a strange panel": (lambda: altered(lambda card: card.update(panel=3)), "weights.json is damaged or not made by MetaMed"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_what_is_not_weights_is_refused_with_a_sentence_and_leaves_nothing_behind(case: str, home: Path) -> None:
    make, sentence = BAD[case]
    with pytest.raises(UserError, match=f"^{sentence}"):
        Library().import_zip(make())
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_a_pickle_in_disguise_is_refused_and_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "executed"
    data, card = pickle.dumps(Trap(trace)), read_card(SHIPPED_ONE)
    card["sha256"] = hashlib.sha256(data).hexdigest()
    with pytest.raises(UserError, match=r"^weights.safetensors is damaged or not made by MetaMed"):
        Library().import_zip(zipped(mine__safetensors=data, mine__json=json.dumps(card).encode()))
    assert not trace.exists()


def test_a_file_that_is_no_longer_sound_is_left_out_with_a_sentence_and_can_be_removed(home: Path) -> None:
    one = Library().save(SHIPPED_ONE, "mine")
    Library().save(SHIPPED_ONE, "other")
    one.path.write_bytes(one.path.read_bytes()[:-1])
    (home / "weights" / "alone.safetensors").write_bytes(b"")
    assert [each.name for each in Library().list_weights()] == ["other"]
    alone, damaged = Library().damaged()
    assert alone.problem.en.startswith(f"The file {home / 'weights' / 'alone.json'} cannot be read")
    assert damaged.problem.en.startswith("The weights in mine.safetensors are not those its card describes")
    Library().remove("mine.safetensors")
    Library().remove("alone.safetensors")
    assert not Library().damaged()
    assert [each.name for each in Library().list_weights()] == ["other"]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights_zip.MOST, weights_zip.SUFFIX, 1000)
    with pytest.raises(UserError, match=r"^The file does not hold weights"):
        Library().import_zip(zipped(mine__safetensors=b"\0" * 2000, mine__json=b"{}"))


def test_shipped_weights_stay_where_they_are() -> None:
    before = sorted(path.name for path in SHIPPED.iterdir())
    one = Library().save(SHIPPED_ONE, "mine")
    shutil.copy(one.path, one.path.with_name("copy.safetensors"))
    assert sorted(path.name for path in SHIPPED.iterdir()) == before
    assert [each.name for each in Library().list_weights()] == ["mine"], "a file without a card is not offered"


def test_owners_neither_see_nor_use_nor_remove_each_others_weights(home: Path) -> None:
    everybody = [Library(), Library(new_owner()), Library(new_owner())]
    for n, library_of_one in enumerate(everybody):
        assert library_of_one.list_weights() == (), "nothing of those before"
        library_of_one.save(SHIPPED_ONE, "mine")
        library_of_one.save(SHIPPED_ONE, f"only {n}")
    for n, library_of_one in enumerate(everybody):
        assert [one.name for one in library_of_one.list_weights()] == ["mine", f"only {n}"]
        assert len({one.path for each in everybody for one in each.list_weights()}) == 6
        for name in [f"only {other}" for other in range(3) if other != n]:
            library_of_one.remove(name)
    assert [len(each.list_weights()) for each in everybody] == [2, 2, 2], "a guessed name removes nothing of another's"
    everybody[1].remove("mine")
    assert [len(each.list_weights()) for each in everybody] == [2, 1, 2]
    folders = {path.name for path in (home / "visitors").iterdir()}
    assert not folders & {one.owner for one in everybody}, "who reads the folders' names does not have the tokens"


@pytest.mark.parametrize("owner", ["../..", "a" * 21, "a" * 23, "a" * 21 + "/", "\n" * 22])
def test_what_is_no_owner_is_refused(owner: str) -> None:
    with pytest.raises(UserError, match=r"^The address names no library"):
        Library(owner)


@pytest.mark.parametrize(("value", "single"), [("1", True), ("0", False), ("", False), (None, False)])
def test_a_server_is_for_one_person_only_when_told_so(value: str | None, single: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(weights_library.SINGLE_USER, raising=False)
    if value is not None:
        monkeypatch.setenv(weights_library.SINGLE_USER, value)
    assert weights_library.is_single_user() is single
