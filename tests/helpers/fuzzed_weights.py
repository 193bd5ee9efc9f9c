"""Archives of weights, damaged by a random generator at every depth: the archive, the card, the header of the weights, the numbers.

`fuzzed_weights(n, seed)` gives the same archives each time. Each must be taken or refused in a sentence.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from metamed_core.learners import shipped
from tests.helpers.fuzzed_files import DAMAGES

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 3, 64, 10**5, 10**9, 10**400, 0.5, float("nan"), float("inf"), 1e300),
    *(
        "",
        "1",
        "maml",
        "\ud800",
        "gout\u202e",
        "x" * 10_000,
        "../../x",
        [],
        {},
        [[1]],
        ["a"],
        {"a": 1},
        {"name": "perceptron", "n_columns": 9},
    ),
)
"""What an entry of a card is replaced by."""


def fuzzed_weights(n: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `n` damaged archives, each with how it was made."""
    rng = random.Random(seed)  # noqa: S311 - the files must be the same each time
    for at in range(n):
        made = rng.choice(list(KINDS))
        yield f"{made} {at}", KINDS[made](rng)


@cache
def weights() -> bytes:
    """Sound weights, of 37 kB."""
    return shipped("prototypical").read_bytes()


@cache
def card_text() -> bytes:
    """The card of the sound weights, without what only people read."""
    card = json.loads(shipped("prototypical").with_suffix(".json").read_bytes())
    return json.dumps({name: value for name, value in card.items() if name not in {"measured", "validated_with"}}).encode()


def archive(data: bytes, card: bytes, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The .zip of weights and a card."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packed, compresslevel=1) as file:
        file.writestr("mine.safetensors", data)
        file.writestr("mine.json", card)
    return content.getvalue()


def with_card(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Sound weights under a card with a change."""
    card = json.loads(card_text())
    change(card)
    return archive(weights(), json.dumps(card).encode())


def signed(data: bytes) -> bytes:
    """These weights under a card with their hash, so that they are looked into."""
    return archive(data, json.dumps({**json.loads(card_text()), "sha256": hashlib.sha256(data).hexdigest()}).encode())


def _members(n: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for at in range(n):
            file.writestr(f"{at}.json", b"{}")
    return content.getvalue()


def _damaged(data: bytes, rng: random.Random) -> bytes:
    return DAMAGES[rng.choice(list(DAMAGES))](data, rng)


def _replaced(rng: random.Random) -> bytes:
    return archive(weights(), json.dumps(replaced(json.loads(card_text()), rng)).encode())


def replaced(content: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Parsed JSON with one to three of its entries, at any depth, replaced or removed."""
    for _ in range(rng.choice((1, 1, 3))):
        place: Any = content
        while True:
            key = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
            if not (isinstance(place[key], dict | list) and place[key]) or rng.random() < 0.3:
                break
            place = place[key]
        if rng.random() < 0.1:
            del place[key]
        else:
            place[key] = rng.choice(ODD)
        if not content:
            break
    return content


def _header(rng: random.Random) -> bytes:
    """One tensor described otherwise in the header of the weights, under the right hash."""
    length = int.from_bytes(weights()[:8], "little")
    header = json.loads(weights()[8 : 8 + length])
    tensor = header[rng.choice(list(header))]
    tensor[rng.choice(("dtype", "shape", "data_offsets"))] = rng.choice(
        (*ODD, "F64", "BOOL", [2**62, 2], [-1], [0], [1, 10**7], [0, 0], [8, 4], [0, 2**63])
    )
    text = json.dumps(header).encode()
    return signed(len(text).to_bytes(8, "little") + text + weights()[8 + length :])


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "archive": lambda rng: _damaged(archive(weights(), card_text()), rng),
    "stored archive": lambda rng: _damaged(archive(weights(), card_text(), zipfile.ZIP_STORED), rng),
    "card": lambda rng: archive(weights(), _damaged(card_text(), rng)),
    "entries": _replaced,
    "weights": lambda rng: signed(_damaged(weights(), rng)),
    "header": _header,
}
"""By the depth of the damage: how to make an archive."""
BOMBS: dict[str, Callable[[], bytes]] = {
    "100,000 layers": lambda: with_card(lambda card: card["backbone"].update(layers=100_000)),
    "a width of a thousand million": lambda: with_card(lambda card: card["backbone"].update(width=10**9)),
    "64 layers of width 16,384": lambda: with_card(lambda card: card["backbone"].update(layers=64, width=16_384)),
    "a prior-fitted network of 16,384 layers": lambda: with_card(
        lambda card: card.update(learner="prior_fitted", backbone={"name": "cell_transformer", "cell_layers": 16_384, "row_layers": 16_384})
    ),
    "a card of 300 MB": lambda: archive(weights(), b'{"a":"' + b" " * (300 * 2**20) + b'"}'),
    "weights of 300 MB": lambda: archive(bytes(300 * 2**20), card_text()),
    "a card nested 300,000 deep": lambda: archive(weights(), b"[" * 300_000),
    "a card of 600,000 lists": lambda: archive(weights(), b"[" + b"[]," * 600_000 + b"[]]"),
    "a header of 50 MB": lambda: signed((50_000_000).to_bytes(8, "little") + b" " * 49_000_000),
    "a header longer than the file": lambda: signed((2**63).to_bytes(8, "little") + b"{}"),
    "100,000 members": lambda: _members(100_000),
    "packed by LZMA": lambda: archive(weights(), card_text(), zipfile.ZIP_LZMA),
    "an archive in an archive": lambda: archive(archive(weights(), card_text()), card_text()),
}
"""By what it is: archives that are small and claim to be large, or the reverse."""
