"""Widgets that show a value of the state and write a person's choice back to it: the state is the truth, never the widget.

Two things of Streamlit make this necessary. It drops what a run has drawn when the next run begins before that was sent, so a value written
to `st.session_state` may never reach the browser, which then shows, and at the next click reports, something else. And it keeps a choice by
its displayed text, which is another one after a change of language. So the value is the widget's default in every run, and where the value
was changed by anything but the widget, a new widget takes the place of the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import streamlit as st

KEY = "bound"

T = TypeVar("T")
Number = TypeVar("Number", int, float)
_UNKNOWN = object()


@dataclass
class Shown:
    """What the widget in the browser shows: the value, its text, and how often it was replaced by a new widget."""

    value: object
    text: object
    times: int = 0


def bound(
    widget: Callable[..., object],
    label: str,
    *args: object,
    key: str,
    value: object,
    write: Callable[[Any], object],
    default: str = "value",
    **options: Any,
) -> None:
    """Draw a widget that shows `value` and hands what a person has chosen instead to `write`.

    Parameters
    ----------
    widget
        A command of Streamlit such as `st.slider` or `st.toggle`; `label`, `args` and `options` are handed on to it.
    key
        Names the widget; also its key in the browser until the first time that it is replaced, see `key_of`.
    value
        What the state holds now.
    write
        Makes the state hold something else. It may refuse or correct what it is given: the widget then shows what the state holds.
    default
        The name of the argument by which `widget` takes the value that it shows first.
    """
    _draw(partial(widget, label, *args, **{default: value}, **options), key, value, None, write)


def choice(
    widget: Callable[..., object],
    label: str,
    offered: Mapping[T, str],
    *,
    key: str,
    value: T | None,
    write: Callable[[T], object],
    **options: Any,
) -> None:
    """Draw `st.selectbox`, `st.radio` or `st.segmented_control` over `offered`: each value with its text, in the page's language.

    A value that is not offered (any more) is shown as no choice. What is not offered is never written.
    """
    here = value if value in offered else None
    if widget is st.segmented_control:
        options |= {"required": True, "default": here}
    else:
        options["index"] = list(offered).index(here) if here is not None else None

    def take(chosen: T) -> None:
        if chosen in offered:
            write(chosen)

    text = offered[here] if here is not None else ""
    _draw(partial(widget, label, list(offered), format_func=_text_of(offered), **options), key, here, text, take)


def choices(
    widget: Callable[..., object],
    label: str,
    offered: Mapping[T, str],
    *,
    key: str,
    values: Sequence[T],
    write: Callable[[list[T]], object],
    **options: Any,
) -> None:
    """Draw `st.multiselect` or `st.pills` over `offered`, of which any number may be chosen; `write` gets them in the order of `offered`."""
    here = [one for one in offered if one in values]
    if widget is not st.multiselect:
        options["selection_mode"] = "multi"

    def take(chosen: Sequence[T]) -> None:
        write([one for one in offered if one in chosen])

    text = tuple(offered[one] for one in here)
    _draw(partial(widget, label, list(offered), format_func=_text_of(offered), default=here, **options), key, here, text, take)


def number(
    label: str,
    limits: tuple[Number, Number, Number],
    *,
    key: str,
    value: Number | None,
    write: Callable[[Number], object],
    usual: Number,
    **options: Any,
) -> None:
    """Draw `st.number_input` with the limits (least, most, step); an emptied field is `usual` again, where the browser lets it be emptied."""
    low, high, step = limits
    kind = type(low)

    def take(given: float | None) -> None:
        write(usual if given is None else kind(given))

    bound(st.number_input, label, key=key, value=value, write=take, min_value=low, max_value=high, step=step, **options)


def key_of(key: str) -> str:
    """The key in the browser of the widget named `key`: another one after each time that it was replaced, or the data were deleted."""
    shown, deleted = st.session_state.get(KEY, {}).get(key), st.session_state.get("generation", 0)
    times = shown.times if shown is not None else 0
    return f"{key}_{deleted}_{times}" if deleted or times else key


def _draw(widget: Callable[..., object], key: str, value: object, text: object, write: Callable[[Any], object]) -> None:
    held = st.session_state.setdefault(KEY, {})
    shown = held.setdefault(key, Shown(value, text))
    if _set(shown.value) != _set(value) or shown.text not in (text, _UNKNOWN):
        shown.times += 1
    shown.value, shown.text = value, text
    name = key_of(key)
    widget(key=name, on_change=_report, args=(key, name, write))


def _report(key: str, name: str, write: Callable[[Any], object]) -> None:
    """Take over what a person has chosen instead of what was shown.

    A widget that is gone or replaced may still report once, and is not heard. One that is drawn anew after it was away reports what it
    showed before, as if it were a choice: that is none.
    """
    shown = st.session_state.get(KEY, {}).get(key)
    if shown is None or name != key_of(key) or name not in st.session_state or _set(st.session_state[name]) == _set(shown.value):
        return
    shown.value, shown.text = st.session_state[name], _UNKNOWN
    write(shown.value)


def _set(value: object) -> object:
    """Several choices without their order, in which a browser reports them as they were clicked."""
    return frozenset(value) if isinstance(value, list | tuple) else value


def _text_of(offered: Mapping[T, str]) -> Callable[[T], str]:
    return lambda one: offered.get(one, "")
