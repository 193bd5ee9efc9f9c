"""The laws of the house, held by reading the code; each law is also shown to fail on a house that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.architecture.broken_examples import BROKEN, HOUSE, Law
from tests.contract.architecture.exceptions import EXCEPTIONS, PENDING, allowed
from tests.contract.architecture.import_laws import IMPORT_LAWS
from tests.contract.architecture.reading import CORE, House
from tests.contract.architecture.text_laws import N_ENTRIES, TEXT_LAWS, the_core_is_seen_at_a_glance

LAWS: dict[str, Law] = {law.__name__: law for law in (*IMPORT_LAWS, *TEXT_LAWS)}


@pytest.fixture(scope="module")
def ours() -> House:
    return House(Path(__file__).parents[2])


@pytest.mark.parametrize("name", LAWS)
def test_the_house_keeps_the_law(name: str, ours: House) -> None:
    assert [fault for fault in LAWS[name](ours) if fault.split(":")[0] not in allowed(name)] == []


@pytest.mark.parametrize("name", sorted({*EXCEPTIONS, *PENDING}))
def test_every_exception_is_still_needed(name: str, ours: House) -> None:
    assert allowed(name) - {fault.split(":")[0] for fault in LAWS[name](ours)} == set(), "take these out of exceptions.py"


def build(root: Path, sources: dict[str, str]) -> House:
    for name, source in sources.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf-8")
    return House(root)


@pytest.mark.parametrize("name", LAWS)
def test_a_sound_house_passes(name: str, tmp_path: Path) -> None:
    assert LAWS[name](build(tmp_path, HOUSE)) == []


@pytest.mark.parametrize(("law", "name", "source"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_a_broken_house_fails(law: Law, name: str, source: str, tmp_path: Path) -> None:
    faults = law(_crowded(build(tmp_path, {**HOUSE, name: source}), law))
    assert len(faults) == 1
    assert name in faults[0] or law.__name__ == "no_circles"


def _crowded(house: House, law: Law) -> House:
    """Where entries of the core are counted: as many in it as are allowed, beside what was planted."""
    if law is the_core_is_seen_at_a_glance:
        there = len(list((house.root / CORE).iterdir()))
        for n in range(N_ENTRIES + 1 - there):
            (house.root / CORE / f"entry{n}").mkdir()
    return house


def test_every_law_is_broken_once() -> None:
    assert {law for law, _, _ in BROKEN} == set(LAWS.values())
