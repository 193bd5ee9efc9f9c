"""A lesson as one HTML file to print: every screen with its figures, formulas (MathML) and the line of code; answers and notes at the end.

Nothing is loaded or run. Floor 13 of the house.
"""

from __future__ import annotations

import html
import re
from typing import TypeVar

from latex2mathml.converter import convert

from metamed_core.drawing import STYLE, figure_html
from metamed_core.words import Language, Words
from pages.lessons.script import Lesson, Screen
from pages.lessons.state import State

S = TypeVar("S", bound=State)
PAGE_STYLE = (
    STYLE
    + """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 900px; margin: 1.5rem auto; padding: 0 1rem; color: #0B1414; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 1.5rem 0 0.25rem; }
article { break-inside: avoid; } .goal { border-left: 4px solid #15807D; padding-left: 0.75rem; }
.ask { border: 1px solid #D3DEDE; border-radius: 6px; padding: 0.5rem 0.9rem; margin: 0.75rem 0; } .ask ul { margin: 0.25rem 0; padding: 0; list-style: none; }
code, pre { font-size: 0.82rem; } pre { white-space: pre-wrap; border-left: 3px solid #D3DEDE; padding-left: 0.6rem; }
.small { font-size: 0.85rem; } math { font-size: 1.1rem; }
@media print { section.answers { break-before: page; } body { margin: 0; } }
"""
)


def handout_html(lesson: Lesson[S], state: S, language: Language, *, link: str = "", answers: bool = True) -> bytes:
    """The whole file in one language, UTF-8. answers: or without answers and teacher's notes, as a locked link is; link: its address."""

    def say(words: Words) -> str:
        return marked(words.into(language))

    title = html.escape(f"{lesson.number} · {lesson.title.into(language)}")
    goal = Words("Goal: {goal}", "目标：{goal}").format(goal=lesson.goal)
    parts = [
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f'<title>{title}</title><style>{PAGE_STYLE}</style></head><body><h1>{title}</h1><p class="goal">{say(goal)}</p>',
        *(_screen(screen, state, language, at) for at, screen in enumerate(lesson.screens, start=1)),
    ]
    if answers:
        parts += [_answers(lesson, state, language), _notes(lesson, language)]
    if link:
        told = Words("The same lesson, live, in a running MetaMed:", "在运行中的 MetaMed 里打开同一节课：")
        parts.append(f'<p class="small">{say(told)} <code>{html.escape(link)}</code></p>')
    return "\n".join([*parts, "</body></html>"]).encode("utf-8")


def _screen(screen: Screen[S], state: S, language: Language, at: int) -> str:
    formula, code, question = screen.formula(state), screen.code, screen.question
    options = "".join(f"<li>☐ {marked(option.into(language))}</li>" for option in question.options)
    computed = Words("Computed by {place}", "由 {place} 计算").format(place=code.place).into(language)
    return "\n".join(
        [
            f"<article><h2>{at} · {html.escape(screen.title.into(language))}</h2><p>{marked(screen.text.into(language))}</p>",
            figure_html(screen.figure(state, False), language),
            f'<div class="ask">{marked(question.ask.into(language))}<ul>{options}</ul></div>',
            f"<p>{mathml(formula.latex_in(language))}</p>",
            f'<p class="small">{marked(formula.where.into(language))}</p>',
            f'<p class="small">{html.escape(computed)}</p><pre>{html.escape(code.line)}</pre></article>',
        ]
    )


def _answers(lesson: Lesson[S], state: S, language: Language) -> str:
    parts = [f'<section class="answers"><h2>{Words("Answers", "答案").into(language)}</h2>']
    for at, screen in enumerate(lesson.screens, start=1):
        question, after = screen.question, screen.reveal(state)
        option = question.options[question.answer(after)].into(language)
        parts.append(f"<article><p><strong>{at} · {marked(option)}</strong> {marked(question.reason(after).into(language))}</p>")
        parts.append(figure_html(screen.figure(after, True), language))
        parts.append(f"<p>{mathml(screen.formula(after).numbers_in(language))}</p></article>")
    return "\n".join([*parts, "</section>"])


def _notes(lesson: Lesson[S], language: Language) -> str:
    head = Words("For the teacher: 45 minutes", "教师备课：45 分钟").into(language)
    unit = Words("min", "分钟").into(language)
    rows = "".join(
        f"<tr><td>{note.minutes} {unit}</td><td class='mm-text'>{marked(note.words.into(language))}</td></tr>" for note in lesson.notes
    )
    return f'<section><h2>{head}</h2><table class="mm-table">{rows}</table></section>'


def mathml(latex: str) -> str:
    """LaTeX as MathML, which browsers draw by themselves."""
    return str(convert(latex, display="block"))


def marked(text: str) -> str:
    """Our own texts use two marks of Markdown, `**strong**` and `$formula$`; everything else is escaped."""
    parts = re.split(r"(\$[^$]+\$)", text)
    made = [str(convert(part[1:-1])) if part.startswith("$") and len(part) > 2 else _strong(part) for part in parts]
    return "".join(made)


def _strong(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text))
