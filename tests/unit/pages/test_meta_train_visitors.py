"""Several visitors of one server: nobody sees, uses or removes what another has kept or left unfinished."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.learners.weight_files import SHIPPED
from metamed_core.meta_training import weights_library
from metamed_core.meta_training.weights_library import Library
from pages.parts.common.adapt_request import KEY as REQUEST
from pages.parts.common.adapt_request import starts_of
from pages.parts.common.own_library import KEY as OWNER
from pages.parts.compare.state import KEY as MATCH
from tests.helpers.meta_train_page import held, press, pull

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    monkeypatch.delenv(weights_library.SINGLE_USER, raising=False)
    return tmp_path / "home"


def visit(page: str, **asked: str) -> AppTest:
    """A new visitor, or with `library` one who comes back."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=180)
    app.run()
    app.switch_page(f"pages/{page}.py")
    for name, value in asked.items():
        app.query_params[name] = value
    return app.run()


def own(app: AppTest) -> Library:
    found: Library = app.session_state[OWNER]
    return found


def keys(app: AppTest) -> set[str]:
    return {str(one.key) for one in (*app.button, *app.get("download_button")) if one.key}


def texts(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*app.markdown, *app.caption, *app.error)).replace("\\", "")


def stopped(app: AppTest) -> str:
    """Begin a run, stop it after a step; its token."""
    press(pull(press(app, "training_begin"), 1), "training_stop")
    run = held(app).run
    assert run is not None
    return run.token


def test_two_visitors_have_two_shelves_and_an_address_finds_ones_own_again() -> None:
    mine, theirs = visit("meta_train"), visit("meta_train")
    assert own(mine) != own(theirs)
    assert "library" not in mine.query_params, "nothing to find again yet"
    own(mine).save(SHIPPED / "prototypical.safetensors", "my secret clinic")
    mine.run()
    assert "my secret clinic" in texts(mine)
    assert mine.query_params["library"] in (own(mine).owner, [own(mine).owner])
    assert {"use_my_secret_clinic", "remove_my_secret_clinic"} <= keys(mine)
    theirs.run()
    assert "my secret clinic" not in texts(theirs)
    assert not {key for key in keys(theirs) if "my_secret_clinic" in key}
    assert "my secret clinic" in texts(visit("meta_train", library=own(mine).owner)), "after a reload"
    for guessed in ("a" * 22, "a", "../..", ""):
        other = visit("meta_train", library=guessed)
        assert not other.exception
        assert "my secret clinic" not in texts(other)


def test_kept_weights_of_another_are_not_offered_where_weights_are_chosen(home: Path) -> None:
    mine, theirs = visit("diagnose"), visit("diagnose")
    one = own(mine).save(SHIPPED / "prototypical.safetensors", "mine")
    assert str(one.path) in starts_of("prototypical", own(mine))
    assert str(one.path) not in starts_of("prototypical", own(theirs))
    guessed = visit("diagnose", algorithm="prototypical", start=str(one.path))
    assert guessed.session_state[REQUEST].current.start == "universal", "a path in the address is no choice"
    assert "mine" not in str(guessed.get("button_group"))


def test_a_guessed_name_in_the_address_of_compare_is_left_out() -> None:
    mine = visit("compare")
    own(mine).save(SHIPPED / "prototypical.safetensors", "mine")
    asked = visit("compare", who="prototypical-mine,maml")
    assert asked.session_state[MATCH].request.method_keys == ("maml",)


def test_a_stopped_run_is_offered_to_its_owner_alone() -> None:
    mine = visit("meta_train")
    token = stopped(mine)
    theirs = visit("meta_train")
    assert f"open_{token}" not in keys(theirs)
    guessed = visit("meta_train", run=token)
    assert "There is no meta-training under this address any more" in texts(guessed)
    assert held(guessed).run is None
    again = visit("meta_train", library=own(mine).owner)
    assert f"open_{token}" in keys(again)
    back = held(visit("meta_train", library=own(mine).owner, run=token)).run
    assert back is not None
    assert back.token == token


def test_a_single_user_finds_all_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.SINGLE_USER, "1")
    Library().save(SHIPPED / "prototypical.safetensors", "from the command line")
    app = visit("meta_train")
    assert "from the command line" in texts(app)
    assert "library" not in app.query_params
