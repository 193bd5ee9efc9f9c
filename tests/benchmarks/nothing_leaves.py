"""What leaves the server's memory while somebody works: `python -m tests.benchmarks.nothing_leaves`.

A person in a real browser uploads a small table and one of several megabytes, adapts, compares and opens a lesson. Meanwhile Python's audit
hook notes every file that the server writes and every connection that it begins, and so does strace where it is installed, which also sees
compiled code and the processes that the server starts.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.conftest import PATIENCE, find_browser, launch, serve
from tests.helpers.browsing import heap, new_visitor
from tests.helpers.diagnose_browser import idle, press, ready, upload

if TYPE_CHECKING:
    from playwright.sync_api import Page

CALLS = "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,connect,sendto,sendmsg"
READS = re.compile(r"open\w*\((?!.*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND))")
HARMLESS = re.compile(r'"/dev/(null|shm/[^"]*|tty)"|__pycache__|resumed>|= -1 EEXIST|strace: |\+\+\+|---')
TALK = re.compile(r"(connect|sendto|sendmsg)\(")
ABROAD = re.compile(r"sa_family=AF_INET6?|sa_family=AF_UNIX, sun_path=\"/(?!proc)")
BIG = "patient,diagnosis,ferritin (µg/L),MCV (fL),remark\n" + "".join(
    f"P{i},{('iron deficiency', 'inflammation')[i % 2] if i < 40 else ''},{i % 500 + 5},{60 + i % 40},seen {i} times {chr(120) * 600}\n"
    for i in range(3_000)
)


@contextmanager
def traced(pid: int, log: Path) -> Iterator[None]:
    """Have strace write down what a process and its children do."""
    if shutil.which("strace") is None:
        print("strace is not installed: only what Python's audit hook hears is told")
        yield
        return
    command = ["strace", "-f", "-qq", "-s", "200", "-e", f"trace={CALLS}", "-o", str(log), "-p", str(pid)]
    with subprocess.Popen(command) as tracer:
        time.sleep(2)  # until it is attached to every thread
        yield
        tracer.send_signal(signal.SIGINT)


def leaks(trace: str) -> list[str]:
    """The lines of a trace that write a file or begin a connection."""
    found = []
    for line in trace.splitlines():
        talks = TALK.search(line)
        if HARMLESS.search(line) or READS.search(line) or (talks and not ABROAD.search(line)):
            continue
        found.append(line)
    return found


def work(page: Page, address: str) -> None:
    """What a person does, but for meta-training, whose purpose is to write weights."""
    page.goto(address + "/diagnose")
    ready(page)
    upload(page)
    press(page, "confirm")
    press(page, "charts")
    upload(page, BIG, "large.csv")
    press(page, "confirm")
    page.locator(".st-key-menu").get_by_role("link", name="Compare").click()
    page.locator(".st-key-compare_run button:enabled").click()
    idle(page)
    page.goto(address + "/learn?lesson=maml")
    page.get_by_role("heading", level=1).wait_for()
    idle(page)


def main() -> int:
    """Work, and print what left; 1 if anything did."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with TemporaryDirectory() as folder, serve(Path(folder) / "log", script="tests/helpers/heap_server.py") as server:
        trace = Path(folder) / "trace"
        with sync_playwright() as playwright, traced(server.pid, trace):
            browser = launch(playwright, find_browser())
            page = new_visitor(browser).new_page()
            page.set_default_timeout(5 * PATIENCE)
            work(page, server.url)
            browser.close()
        n_calls = len(trace.read_text("utf-8", "replace").splitlines()) if trace.exists() else 0
        found = heap(server.url)["left"] + (leaks(trace.read_text("utf-8", "replace")) if n_calls else [])
    print(f"{n_calls} calls of the system seen, {len(found)} of them write a file or begin a connection")
    for line in found:
        print(line)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
