"""Looking twice in JupyterLab in real Chromium: noticed unasked, settled by one key, undone."""

from __future__ import annotations

from queue_page import SOON, Queue

TWINS = """import rhml_widgets as rhml
said = {{
    'the parcel with my new card was lost in the post again': 'card',
    'the parcel with my new card was lost in the post again!': 'refund',
    'the screen stays blank after the latest update of the app': 'crash',
    'the screen stays blank after the latest update of the app?': 'card',
    'my invoice shows the same charge twice this month': 'refund',
    'where is the money you owe me for june': 'refund',
}}
session = rhml.Session(pool=list(said), classes=['card', 'refund', 'crash'], journal={journal!r})
session"""
SURPRISE = 400
"""More than `SURPRISE` of ``js/src/shared/answers.ts``, in milliseconds."""


def answer_all(queue):
    """Answer every item as the notebook has it: two of its three pairs are at odds."""
    for n in range(6):
        told = f"print(list(said.values())[session.pool.number({queue.current()!r})])"
        label = queue.notebook.ask(told)
        queue.press(str(["card", "refund", "crash"].index(label) + 1))
        queue.await_labeled(n + 1)
        if queue.stopped():
            queue.keep()


def decide(queue, key):
    """Press a key after the time in which one on its way to another item does nothing."""
    queue.page.wait_for_timeout(SURPRISE)
    queue.press(key)


def standing(notebook):
    """Return the answers that stand, by item."""
    told = "print({one: str(session.state.answer(one).label) for one in session.pool.ids})"
    return notebook.ask(told)


def test_labels_at_odds_are_noticed_and_settled_by_one_key_each(lab, open_notebook, scan):
    notebook = open_notebook("twice", TWINS.format(journal="twice.rhml"))
    queue = Queue(notebook)
    queue.focus()
    answer_all(queue)
    note = queue.root.locator(".rhml-twice-note")
    note.get_by_text("And 1 more").wait_for(timeout=SOON)
    scan(queue, "a note to look twice")
    before, n_judged = standing(notebook), len(lab.judged("twice.rhml"))
    card = queue.root.locator(".rhml-twice-card")

    queue.press("l")
    card.wait_for(timeout=SOON)
    first = card.locator("[data-item-id]").evaluate_all(
        "(all) => all.map((one) => one.dataset.itemId)"
    )
    labels = [card.locator("b").nth(i).inner_text() for i in range(2)]
    assert len(set(first)) == len(set(labels)) == 2
    scan(queue, "looking twice")
    decide(queue, "9")  # no class on the card has this key
    queue.press("Escape")
    card.wait_for(state="detached", timeout=SOON)
    assert standing(notebook) == before

    # The one put off comes last: the other pair first, each by one key.
    queue.press("l")
    card.wait_for(timeout=SOON)
    other = card.locator("[data-item-id]").first.get_attribute("data-item-id")
    assert other not in first
    decide(queue, "k")
    note.get_by_text("more.").wait_for(state="detached", timeout=SOON)
    card.wait_for(state="detached", timeout=SOON)
    assert standing(notebook) == before
    (_, _, apart) = lab.events("twice.rhml", "Resolved")[-1]
    assert apart["how"] == "apart"
    assert other in apart["item_ids"]

    queue.press("l")
    card.wait_for(timeout=SOON)
    # A side has the key of its class, as in the queue.
    decide(queue, queue.root.locator("[data-action=first] kbd").inner_text())
    note.wait_for(state="detached", timeout=SOON)
    (_, _, body) = lab.events("twice.rhml", "Resolved")[-1]
    assert (body["how"], body["item_ids"]) == ("first", first)
    changed = lab.judged("twice.rhml")[-1][1]
    assert (changed["item_id"], changed["label"]) == (first[1], labels[0])
    assert len(lab.judged("twice.rhml")) == n_judged + 1

    # Keys are at home again, and one takes the whole second look back.
    assert queue.root.evaluate("(root) => root === document.activeElement")
    queue.press("u")
    note.wait_for(timeout=SOON)
    assert standing(notebook) == before
