"""Widgets that display a value of the state and write the user's choice back; the state, not the widget, is the source of truth.

Two properties of Streamlit require this. It discards elements of a run that were not sent when the next run starts, so a value written to
`st.session_state` may never reach the browser, which then displays, and at the next click reports, another value. And it stores a choice
by its display text, which changes with the language. Therefore the value is the widget's default in every run, and where anything but
the widget has changed the value, a new widget replaces the old one.
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
    """The state of the widget in the browser.

    Parameters
    ----------
    value, text
        The displayed value and its text.
    times
        How often the widget was replaced by a new one.
    """

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
    """Draw a widget that displays `value` and passes a different choice of the user to `write`.

    Parameters
    ----------
    widget
        A Streamlit command such as `st.slider` or `st.toggle`.
    label, args, options
        Passed to `widget`.
    key
        Identifies the widget; also its key in the browser until it is first replaced, see `key_of`.
    value
        The current value of the state.
    write
        Changes the state. It may reject or correct the choice: the widget then displays the value of the state.
    default
        The name of the argument by which `widget` receives its initial value.
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
    """Draw `st.selectbox`, `st.radio` or `st.segmented_control` over the values of `offered`, with their texts in the page's language.

    If `value` is not in `offered`, nothing is selected. `write` only receives values in `offered`. See `bound` for the other parameters.
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
    """Draw `st.multiselect` or `st.pills` over `offered`; `write` receives all chosen values, in the order of `offered`."""
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
    """Draw `st.number_input`.

    Parameters
    ----------
    label, options
        Passed to `st.number_input`.
    limits
        Minimum, maximum and step.
    key, value, write
        See `bound`.
    usual
        The value of an emptied field.
    """
    low, high, step = limits
    kind = type(low)

    def take(given: float | None) -> None:
        write(usual if given is None else kind(given))

    bound(st.number_input, label, key=key, value=value, write=take, min_value=low, max_value=high, step=step, **options)


def key_of(key: str) -> str:
    """Return the key in the browser of the widget `key`; it changes when the widget is replaced."""
    shown = st.session_state.get(KEY, {}).get(key)
    return f"{key}_{shown.times}" if shown is not None and shown.times else key


def _draw(widget: Callable[..., object], key: str, value: object, text: object, write: Callable[[Any], object]) -> None:
    held = st.session_state.setdefault(KEY, {})
    shown = held.setdefault(key, Shown(value, text))
    if _set(shown.value) != _set(value) or shown.text not in (text, _UNKNOWN):
        shown.times += 1
    shown.value, shown.text = value, text
    name = key_of(key)
    widget(key=name, on_change=_report, args=(key, name, write))


def _report(key: str, name: str, write: Callable[[Any], object]) -> None:
    """Write the user's choice to the state.

    Reports of removed or replaced widgets are ignored. A widget that is drawn again after an absence reports its previous value, which is
    not a choice and is ignored, too.
    """
    shown = st.session_state.get(KEY, {}).get(key)
    if shown is None or name != key_of(key) or name not in st.session_state or _set(st.session_state[name]) == _set(shown.value):
        return
    shown.value, shown.text = st.session_state[name], _UNKNOWN
    write(shown.value)


def _set(value: object) -> object:
    """Several values without their order, since browsers report them in the order of selection."""
    return frozenset(value) if isinstance(value, list | tuple) else value


def _text_of(offered: Mapping[T, str]) -> Callable[[T], str]:
    return lambda one: offered.get(one, "")
