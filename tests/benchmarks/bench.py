"""How long adapting, predicting and a page switch take on this computer: `make bench`. The median of several runs.

Adapting: 5 diagnoses x 5 patients x 20 columns, then 50 undiagnosed patients; warm. The pages need a Chromium.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS, Learner
from pages.parts.common.menu import PAGES
from pages.parts.common.preload import N_THREADS
from tests.benchmarks.upload_reading_time import reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

N_WAY, K_SHOT, N_COLUMNS, N_UNDIAGNOSED = 5, 5, 20, 50
N_RUNS = 7
WARM_PAGES = tuple(page for page in PAGES if page.path != "home.py")


def patients(n_columns: int = N_COLUMNS, n_undiagnosed: int = N_UNDIAGNOSED) -> tuple[pd.DataFrame, pd.Series]:
    """Invented patients `(n_patients, n_columns)` and their diagnoses; the last ones are undiagnosed."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, N_WAY, N_WAY * K_SHOT + n_undiagnosed)
    truth[: N_WAY * K_SHOT] = np.repeat(np.arange(N_WAY), K_SHOT)
    values = rng.normal(size=(len(truth), n_columns)) + rng.normal(size=(N_WAY, n_columns))[truth]
    labels = pd.Series([f"disease {n}" for n in truth], dtype=object)
    labels[N_WAY * K_SHOT :] = None
    return pd.DataFrame(values, columns=[f"analyte {n}" for n in range(n_columns)]), labels


def seconds(act: Callable[[], object]) -> float:
    """Median wall time of an act, after one that is not counted."""
    act()
    times = []
    for _ in range(N_RUNS):
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def learners(weights: str) -> None:
    """Each learner: `fit` and `predict_proba` alone, and the whole run that the page shows (held-out curve and map too)."""
    features, labels = patients()
    known = labels.notna()
    raw = features.round(4).astype(str).assign(diagnosis=labels)
    records = PatientRecords.from_table(raw)
    print(f"\n{N_WAY} diagnoses x {K_SHOT} patients x {N_COLUMNS} columns, {N_UNDIAGNOSED} undiagnosed; median of {N_RUNS}, warm")
    print(f"{'learner':<14}{'adapt + predict':>18}{'live run, all steps':>22}{'steps':>7}")
    for name, kind in LEARNERS.items():

        def answer(name: str = name) -> object:
            classifier = FewShotClassifier(name, weights).fit(features[known], labels[known], undiagnosed=features[~known])
            return classifier.predict_proba(features[~known])

        def live(kind: type[Learner] = kind) -> AdaptationTrace:
            return start(records, kind(), weights).run()

        print(f"{name:<14}{seconds(answer):>16.3f} s{seconds(live):>20.3f} s{live().total_steps:>7}")


def large(weights: str) -> None:
    """Each learner on a large table, once, in a process of its own so that its peak of memory is its own."""
    print(f"\n{N_WAY} diagnoses x {K_SHOT} patients x 50 columns, 2,000 undiagnosed; `predict_proba` once, one thread")
    print(f"{'learner':<14}{'predict':>12}{'peak memory':>16}")
    for name in LEARNERS:
        done = subprocess.run([sys.executable, "-c", LARGE, name, weights], capture_output=True, text=True, check=True)
        took, peak = done.stdout.split()
        print(f"{name:<14}{float(took):>10.2f} s{float(peak):>13.0f} MB")


LARGE = """
import resource, sys, time, torch
from metamed_core.estimator import FewShotClassifier
from tests.benchmarks.bench import patients
torch.set_num_threads(1)
features, labels = patients(50, 2000)
known = labels.notna()
model = FewShotClassifier(*sys.argv[1:]).fit(features[known], labels[known], undiagnosed=features[~known])
began = time.perf_counter()
model.predict_proba(features[~known])
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def pages() -> None:
    """A click in the menu until the page's content stands and its script has ended, in Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.benchmarks.bench_compare import compare_page
    from tests.benchmarks.bench_meta_train import meta_train_page
    from tests.conftest import find_browser, launch, serve

    if find_browser() is None:
        print("\nNo Chromium on this computer: page switches were not measured.")
        return
    with TemporaryDirectory() as folder, serve(Path(folder) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(server.url)
        print(
            f"\npage switch by the menu, each page visited once before; median of {N_RUNS}\n{'page':<14}{'title shown':>14}{'all drawn':>14}"
        )
        for entry in WARM_PAGES:
            switches = [_switch(page, entry.title.en) for _ in range(N_RUNS + 1)][1:]
            shown, drawn = (statistics.median(each) for each in zip(*switches, strict=True))
            print(f"{entry.title.en:<14}{shown:>12.2f} s{drawn:>12.2f} s")
        print(f"\nStop, while MAML plays on the cohort that opens first: {_stop(browser, server.url):.2f} s from the click until it stands")
        compare_page(browser, server.url)
        meta_train_page(browser, server.url)
        browser.close()


def _stop(browser: Browser, url: str) -> float:
    """Median of several: Reset, Play, and after some steps Stop, until the button says that nothing runs."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
    page.goto(f"{url}/diagnose?algorithm=maml&inner_steps=100")
    idle = page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    stop = page.locator(".st-key-stop button")
    stop.wait_for(timeout=60_000)
    times = []
    for _ in range(N_RUNS):
        page.locator(".st-key-stop button:disabled").wait_for(timeout=120_000)
        idle.wait_for()
        page.locator(".st-key-reset button:enabled").click()
        page.get_by_text("Step 0 / 100").wait_for(timeout=60_000)
        idle.wait_for()
        page.locator(".st-key-play button:enabled").click()
        page.locator(".st-key-stop button:enabled").wait_for()
        page.wait_for_timeout(1500)
        begin = time.perf_counter()
        stop.click()
        page.locator(".st-key-stop button:disabled").wait_for()
        times.append(time.perf_counter() - begin)
    page.close()
    return statistics.median(times)


def _switch(page: Page, title: str) -> tuple[float, float]:
    """Seconds from the click until the title stands, and until the script has ended."""
    menu = page.locator(".st-key-menu")
    menu.get_by_role("link", name="Home").click()
    page.get_by_role("heading", level=1, name=PAGES[0].summary.en).wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    begin = time.perf_counter()
    menu.get_by_role("link", name=title).click()
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
    shown = time.perf_counter() - begin
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    return shown, time.perf_counter() - begin


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--weights", default="universal", help="universal (shipped) or none; as quick as each other")
    options.add_argument("--no-pages", action="store_true", help="only the learners")
    chosen = options.parse_args()
    torch.set_num_threads(N_THREADS)
    learners(chosen.weights)
    large(chosen.weights)
    reading()
    if not chosen.no_pages:
        pages()
