"""Every state of the Workbench, each reached by a real session with a real journal."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from queue_page import SOON
from stage import Report, Stage, staged
from tickets import Broken, Slow, at_odds, audited, demo, drive, driven, messages, of_many

import rhml_widgets as rhml
from rhml_widgets.report.pack import FrozenView, pack
from rhml_widgets.simulate import Person
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

OFTEN = {"check": 0.6, "teach": 0.4}
HOLD = (
    "import sys; from rhml_widgets.journal import Journal; "
    "j = Journal(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
)
STATES: dict[str, Callable[[Browser, Path], Any]] = {}


def state(act: Callable[[Browser, Path], Any]) -> Callable[[Browser, Path], Any]:
    """Enter a state into `STATES` by its name; it yields the open page in that state."""
    STATES[act.__name__.replace("_", "-")] = contextlib.contextmanager(act)
    return act


def disagreed(stage: Stage) -> None:
    """Answer until the model speaks up."""
    stage.root.focus()
    stage.queue.answer_until_stop()
    stage.queue.act("next").wait_for()


def struck(stage: Stage) -> None:
    """Open the reasons of the last answer that has a strong one, and strike it."""
    stage.root.locator(".rhml-reason button").first.click()
    stage.act("teach-irrelevant")
    stage.queue.act("show-flips").wait_for(timeout=SOON)
    stage.settle()


def opened(stage: Stage) -> None:
    """Open the reasons of an answered item."""
    state, pool = stage.session.state, stage.session.pool
    item = next(i for i in state.answers if "refund" in pool.words(pool.number(i)).lower())
    Desk.of(stage.session).open(item)
    stage.settle()


# ---- asking -------------------------------------------------------------------------------


@state
def no_classes(browser: Browser, folder: Path) -> Iterator[Stage]:
    session = rhml.Session(
        pool=messages()["text"], journal=folder / "new.rhml", person="quiet-heron"
    )
    with staged(browser, session) as stage:
        yield stage


@state
def first_item(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, demo(folder)) as stage:
        yield stage


@state
def one_class(browser: Browser, folder: Path) -> Iterator[Stage]:
    session = rhml.Session(
        pool=messages()["text"], journal=folder / "new.rhml", person="quiet-heron"
    )
    session.add_class("billing", "invoices, payments, refunds, plans and prices")
    with staged(browser, session) as stage:
        yield stage


@state
def asking(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        opened(stage)
        yield stage


@state
def marking(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.press("m", "ArrowRight", "Space", "ArrowRight")
        yield stage


@state
def skipping(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.press("s")
        yield stage


@state
def naming_a_class(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.act("new-class")
        yield stage


@state
def saving(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.wire(held=True)
        stage.press("1")
        stage.queue.await_status("saving")
        yield stage
        stage.page.evaluate("rhmlWire.release()")


@state
def not_saved(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        # No file may grow, as on a full disk.
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, limits[1]))
        try:
            stage.press("1")
            stage.queue.await_status("NOT SAVED")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        yield stage


@state
def disagreeing(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, demo(folder, purposes=OFTEN)) as stage:
        disagreed(stage)
        yield stage


@state
def revising(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, demo(folder, purposes=OFTEN)) as stage:
        disagreed(stage)
        stage.press("r")
        yield stage


@state
def fitting(browser: Browser, folder: Path) -> Iterator[Stage]:
    Slow.let.set()
    session = drive(demo(folder, model=Slow(), refit="background"), 30)
    session.wait()
    Slow.let.clear()
    with staged(browser, session) as stage:
        stage.root.focus()
        for _ in range(3):
            if stage.queue.answer():
                stage.queue.keep()
        stage.queue.await_text("I am learning")
        yield stage
        Slow.let.set()


@state
def failing(browser: Browser, folder: Path) -> Iterator[Stage]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it says that it failed
        session = drive(demo(folder, model=Broken()), 12)
    with staged(browser, session) as stage:
        stage.queue.await_text("on fire")
        yield stage


@state
def undone(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.press("2")
        stage.queue.await_labeled(41)
        if stage.queue.stopped():
            stage.queue.keep()
        stage.press("u")
        stage.queue.await_text("taken back")
        yield stage


@state
def history(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.press("h")
        stage.root.locator(".rhml-history-row").first.wait_for()
        stage.root.locator(".rhml-history-row button").first.click()
        yield stage


@state
def many_classes(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, of_many(folder)) as stage:
        stage.press("/")
        yield stage


# ---- reasons and lessons ------------------------------------------------------------------


@state
def reason_menu(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        opened(stage)
        stage.root.locator(".rhml-reason button").first.click()
        stage.queue.act("teach-irrelevant").wait_for()
        yield stage


@state
def lesson(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        opened(stage)
        struck(stage)
        yield stage


@state
def flips_shown(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        opened(stage)
        struck(stage)
        stage.act("show-flips")
        stage.root.locator("[data-flip-id]").first.wait_for()
        yield stage


# ---- ends ---------------------------------------------------------------------------------


@state
def all_asked(browser: Browser, folder: Path) -> Iterator[Stage]:
    frame = messages().head(30)
    session = rhml.Session(
        pool=frame["text"],
        classes=sorted(set(frame["topic"])),
        journal=folder / "tickets.rhml",
        refit="sync",
        person="quiet-heron",
    )
    Person(frame["topic"], random_state=2).drive(session, len(frame))
    with staged(browser, session) as stage:
        yield stage


@state
def read_only(browser: Browser, folder: Path) -> Iterator[Stage]:
    driven(folder).close()
    path = str(folder / "tickets.rhml")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with staged(browser, demo(folder)) as stage:
            stage.queue.await_text("held by process")
            yield stage
    finally:
        holder.communicate("", timeout=20)


@state
def moved(browser: Browser, folder: Path) -> Iterator[Stage]:
    session = driven(folder)
    with staged(browser, session) as stage:
        newer = demo(folder)
        stage.queue.await_text("newer cell")
        yield stage
        newer.close()


@state
def disconnected(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.wire(cut=True)
        stage.press("1")
        stage.queue.await_status("the kernel is gone")
        yield stage


def frozen(session: Any) -> str:
    """Return a session's Workbench as a report holds it."""
    desk = Desk.of(session)
    desk.prepare()
    curves = json_safe(desk.curves())
    desk.measure()
    traits = {"props": json_safe(desk.workbench()), "curves": curves}
    session.close()
    return pack([FrozenView("workbench", traits)], title="Tickets")


@contextlib.contextmanager
def reported(browser: Browser, html: str) -> Iterator[Report]:
    """Open a report, and close it."""
    report = Report(browser, html)
    try:
        yield report
    finally:
        report.close()


@state
def frozen_in_a_report(browser: Browser, folder: Path) -> Iterator[Report]:
    session = driven(folder)
    Desk.of(session).open(next(iter(session.state.answers)))
    with reported(browser, frozen(session)) as report:
        yield report


@state
def many_classes_frozen(browser: Browser, folder: Path) -> Iterator[Report]:
    with reported(browser, frozen(of_many(folder))) as report:
        yield report


# ---- the other tabs, cards and menus ------------------------------------------------------


@state
def sweep(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder, 60)) as stage:
        stage.tab("Sweep")
        stage.root.locator(".rhml-sweep-card").first.wait_for()
        stage.root.locator(".rhml-sweep-card").nth(1).click()
        yield stage


@state
def audit(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.tab("Audit")
        yield stage


@state
def audit_found(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, audited(folder)) as stage:
        stage.tab("Audit")
        yield stage


@state
def result(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, audited(folder)) as stage:
        stage.tab("Result")
        yield stage


@state
def result_not_yet(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.tab("Result")
        yield stage


@state
def look_twice(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, at_odds(folder)) as stage:
        stage.act("look-twice")
        stage.root.locator(".rhml-twice-card").wait_for()
        yield stage


@state
def look_twice_note(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, at_odds(folder)) as stage:
        yield stage


@state
def people(browser: Browser, folder: Path) -> Iterator[Stage]:
    session = driven(folder)
    session.switch("amber-finch")
    Person(messages()["topic"], random_state=7).drive(session, 6)
    with staged(browser, session) as stage:
        stage.act("people")
        yield stage


@state
def find(browser: Browser, folder: Path) -> Iterator[Stage]:
    with staged(browser, driven(folder)) as stage:
        stage.press("/")
        stage.page.keyboard.type("invoice")
        stage.root.locator(".rhml-found-row").first.wait_for()
        yield stage


@state
def image(browser: Browser, folder: Path) -> Iterator[Stage]:
    from sklearn.datasets import load_digits

    digits = load_digits(n_class=3)
    pool = (digits.images[:120] * 15).astype(np.uint8)
    names = ["zero", "one", "two"]
    session = rhml.Session(
        pool=pool, classes=names, journal=folder / "digits.rhml", refit="sync", person="quiet-heron"
    )
    Person([names[n] for n in digits.target[:120]], random_state=2).drive(session, 24)
    with staged(browser, session) as stage:
        Desk.of(session).open(next(iter(session.state.answers)))
        stage.settle()
        yield stage


@state
def row(browser: Browser, folder: Path) -> Iterator[Stage]:
    from sklearn.datasets import load_wine

    wine = load_wine(as_frame=True)
    names = ["barolo", "grignolino", "barbera"]
    session = rhml.Session(
        pool=wine.data.drop_duplicates(),
        classes=names,
        kind="row",
        journal=folder / "wines.rhml",
        refit="sync",
        person="quiet-heron",
    )
    Person([names[n] for n in wine.target], random_state=2).drive(session, 24)
    with staged(browser, session) as stage:
        Desk.of(session).open(next(iter(session.state.answers)))
        stage.settle()
        yield stage


@state
def long_item(browser: Browser, folder: Path) -> Iterator[Stage]:
    texts = [" ".join(messages()["text"].iloc[n : n + 14]) for n in range(0, 60, 3)]
    session = rhml.Session(
        pool=texts, classes=["billing", "bug"], journal=folder / "long.rhml", person="quiet-heron"
    )
    with staged(browser, session) as stage:
        yield stage
