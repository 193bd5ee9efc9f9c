"""Texts that stand on the page of a lesson and in its offline file."""

from __future__ import annotations

from metamed_core.words import Words

BACK, NEXT = Words("Back", "上一屏"), Words("Next", "下一屏")
PREDICT, SHOW, RESET = Words("Predict first:", "先预测："), Words("Show", "揭晓"), Words("Start over", "重新开始")
CORRECT, NOT_QUITE = Words("Correct.", "正确。"), Words("Not quite.", "不完全对。")
HAND = Words(
    "To move a mark, drag it, or reach it with Tab and use the arrow keys (with Shift in finer steps); Enter selects it.",
    "移动标记：直接拖动，或用 Tab 键选中后按方向键（按住 Shift 更精细）；回车键选定。",
)
STEPS = Words("The steps up to here", "到此为止的步骤")
ROUNDED = Words("All numbers are rounded.", "数值均经四舍五入。")
CODE_LINE = Words("The line of code that computes it: ", "对应的代码行：")
