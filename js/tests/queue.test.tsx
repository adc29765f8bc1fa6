import { afterEach, describe, expect, it, vi } from "vitest";
import labelQueue from "../src/label-queue";
import type { QueueProps } from "../src/shared/types";
import { fakeModel, mount, press, settled, type FakeModel, type Mounted } from "./fake-model";
import { someClasses, someItem, someQueue, someStop } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
  vi.useRealTimers();
});

async function draw(props: QueueProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, ...traits });
  const one = await mount(labelQueue.render, model);
  mounted.push(one);
  const { root } = one;
  const page = {
    model,
    root,
    q: (selector: string) => root.querySelector<HTMLElement>(selector),
    item: () => root.querySelector<HTMLElement>("[data-item-id]")?.dataset["itemId"],
    status: () => root.querySelector("[role=status]")?.textContent,
    label: (name: string) => root.querySelector<HTMLElement>(`[data-label="${name}"]`),
    action: (name: string) => root.querySelector<HTMLElement>(`[data-action="${name}"]`),
    press: async (key: string, init: KeyboardEventInit = {}) => {
      press(root, key, init);
      await settled();
    },
    click: async (element: HTMLElement | null) => {
      if (!element) throw new Error("nothing to click");
      element.click();
      await settled();
    },
  };
  root.focus();
  return page;
}

/** Like the kernel: the item is gone from the next props, then the reply comes. */
async function save(model: FakeModel, props: QueueProps, more: Partial<QueueProps> = {}) {
  const request = model.of("label").at(-1);
  const { item_id } = request?.args as { item_id: string };
  const next = {
    ...props,
    seq: props.seq + 1,
    items: props.items.filter((item) => item.item_id !== item_id),
    ...more,
  };
  model.put({ props: next });
  model.reply(request, { seq: next.seq, stopped: next.state === "stopped" });
  await settled();
  return next;
}

describe("answering", () => {
  it("sends what was seen, with a fresh event_id and the time it took", async () => {
    const page = await draw(someQueue());
    await page.press("2");
    const [request] = page.model.of("label");
    expect(request?.args).toMatchObject({ item_id: "item-1", label: 1, seen: 7, rationale: [], note: null });
    const { event_id, ms } = request?.args as { event_id: string; ms: number };
    expect(event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number.isInteger(ms) && ms >= 0).toBe(true);
  });

  it("tells the first paint of each item once", async () => {
    const page = await draw(someQueue());
    await page.press("1");
    await settled();
    expect(page.model.of("shown").map(({ args }) => args)).toEqual([
      { item_id: "item-1" },
      { item_id: "item-2" },
    ]);
  });

  it("draws the next item at once on a teach item, and each key belongs to the item seen", async () => {
    const props = someQueue();
    const page = await draw(props);
    await page.press("1");
    expect(page.item()).toBe("item-2");
    await page.press("2");
    await page.press("3");
    expect(page.item()).toBe("item-4");
    expect(page.model.of("label").map(({ args }) => args)).toMatchObject([
      { item_id: "item-1", label: 0 },
      { item_id: "item-2", label: 1 },
      { item_id: "item-3", label: 2 },
    ]);
  });

  it("says on the key that the answer is on its way, then that it is saved", async () => {
    const props = someQueue();
    const page = await draw(props);
    await page.press("2");
    expect(page.label("how-to")?.textContent).toContain("saving…");
    expect(page.label("how-to")?.getAttribute("aria-pressed")).toBe("false");
    await save(page.model, props);
    expect(page.label("how-to")?.textContent).toContain("saved");
    expect(page.label("how-to")?.textContent).not.toContain("saving");
  });

  it.each(["check", "challenge"] as const)("waits for the reply on a %s item", async (purpose) => {
    const props = someQueue({ items: [someItem(1, { purpose }), someItem(2)] });
    const page = await draw(props);
    await page.press("1");
    expect(page.item()).toBe("item-1");
    expect(page.label("trade")?.dataset["state"]).toBe("saving");
    await page.press("2");
    expect(page.model.of("label")).toHaveLength(1);
    await save(page.model, props);
    expect(page.item()).toBe("item-2");
  });

  it("keeps the last item where nothing more was drawn ahead", async () => {
    const page = await draw(someQueue({ items: [someItem(1)] }));
    await page.press("1");
    expect(page.item()).toBe("item-1");
    await page.press("2");
    expect(page.model.of("label")).toHaveLength(1);
  });

  it("answers by click, and brings the focus home", async () => {
    const page = await draw(someQueue());
    page.label("chatter")?.focus();
    await page.click(page.label("chatter"));
    expect(page.model.of("label")[0]?.args).toMatchObject({ label: 2 });
    expect(document.activeElement).toBe(page.root);
  });

  it("never labels by a held key", async () => {
    const page = await draw(someQueue());
    await page.press("1", { repeat: true });
    expect(page.model.of("label")).toHaveLength(0);
  });

  it("does not take a key for an item that was not painted yet", async () => {
    const page = await draw(someQueue());
    const frames: FrameRequestCallback[] = [];
    const held = vi.spyOn(globalThis, "requestAnimationFrame").mockImplementation((frame) => frames.push(frame));
    press(page.root, "1");
    press(page.root, "2");
    await new Promise((resolve) => setTimeout(resolve, 10));
    press(page.root, "3"); // still no frame: the item on the screen is answered already
    expect(page.item()).toBe("item-1");
    expect(page.model.of("label")).toHaveLength(1);
    expect(page.model.of("label")[0]?.args).toMatchObject({ item_id: "item-1", label: 0 });
    held.mockRestore();
    for (const frame of frames) frame(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(page.item()).toBe("item-2");
    await page.press("3");
    expect(page.model.of("label")[1]?.args).toMatchObject({ item_id: "item-2", label: 2 });
  });

  it("takes the key of a class, also where an action has the letter", async () => {
    const page = await draw(someQueue({ classes: someClasses(["s", "u", "?"]) }));
    await page.press("s");
    await page.press("U");
    expect(page.model.of("label").map(({ args }) => args)).toMatchObject([{ label: 0 }, { label: 1 }]);
    expect(page.action("skip")?.querySelector("kbd")).toBeNull();
    expect(page.action("history")?.querySelector("kbd")?.textContent).toBe("H");
  });

  it("ignores props that are older than what is shown, and draws equal ones", async () => {
    const page = await draw(someQueue({ seq: 10 }));
    page.model.put({ props: someQueue({ seq: 9, status: "older" }) });
    await settled();
    expect(page.status()).toBe("ready");
    page.model.put({ props: someQueue({ seq: 10, status: "equal" }) });
    await settled();
    expect(page.status()).toBe("equal");
  });

  it("shows hostile names and texts as text", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    const page = await draw(
      someQueue({ items: [someItem(1, { text: evil, why: evil })], classes: someClasses([evil, "b"]), status: evil }),
    );
    expect(page.root.querySelector("img")).toBeNull();
    expect(page.q("[data-item-id]")?.textContent).toContain(evil);
    expect(page.label("b")).not.toBeNull();
  });
});

describe("saving late or not", () => {
  it("says saving… after a second, sends again after eight, with the same id and event_id", async () => {
    const page = await draw(someQueue());
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    press(page.root, "1");
    await vi.advanceTimersByTimeAsync(1_100);
    expect(page.status()).toBe("saving…");
    await vi.advanceTimersByTimeAsync(8_000);
    const sent = page.model.of("label");
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it("keeps an answer that was not saved, with its event_id, for a retry", async () => {
    const props = someQueue();
    const page = await draw(props);
    await page.press("1");
    page.model.refuse(page.model.of("label")[0], "NOT SAVED: disk full");
    await settled();
    expect(page.item()).toBe("item-1");
    expect(page.status()).toBe("NOT SAVED: disk full");
    expect(page.q("[role=alert]")?.textContent).toContain("Your answer “trade” is kept here");
    expect(page.label("trade")?.dataset["state"]).toBe("failed");
    await page.click(page.action("retry"));
    const [first, second] = page.model.of("label");
    expect(second?.args).toEqual(first?.args);
    expect(second?.id).not.toBe(first?.id);
    await save(page.model, props, { status: "saved" });
    expect(page.status()).toBe("saved");
    expect(page.item()).toBe("item-2");
  });

  it("lets the item be answered otherwise, as a new intent", async () => {
    const page = await draw(someQueue());
    await page.press("1");
    page.model.refuse(page.model.of("label")[0], "disk full");
    await settled();
    await page.click(page.label("chatter"));
    const [first, second] = page.model.of("label").map(({ args }) => args as { label: number; event_id: string });
    expect(second?.label).toBe(2);
    expect(second?.event_id).not.toBe(first?.event_id);
  });

  it("takes the same answer again for the same intent", async () => {
    const page = await draw(someQueue());
    await page.press("1");
    page.model.refuse(page.model.of("label")[0], "disk full");
    await settled();
    await page.click(page.label("trade"));
    const [first, second] = page.model.of("label").map(({ args }) => args as { event_id: string });
    expect(second?.event_id).toBe(first?.event_id);
  });

  it("keeps every answer that failed, and retries all in order", async () => {
    const page = await draw(someQueue());
    await page.press("1");
    await page.press("2");
    for (const request of page.model.of("label")) page.model.refuse(request, "disk full");
    await settled();
    expect(page.root.textContent).toContain("2 answers are kept here");
    await page.click(page.action("retry"));
    const ids = page.model.of("label").map(({ args }) => (args as { event_id: string }).event_id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });

  it("does not give a key already on its way to an item that came back", async () => {
    const page = await draw(someQueue());
    await page.press("1");
    page.model.refuse(page.model.of("label")[0], "disk full");
    await settled();
    await page.press("2");
    expect(page.model.of("label")).toHaveLength(1);
  });

  it("says that the kernel is gone, and is itself again when it answers", async () => {
    const page = await draw(someQueue());
    page.model.dead = true;
    await page.press("1");
    expect(page.root.textContent).toContain("The kernel is gone. Re-run the cell; what was saved is safe.".slice(0, 19));
    expect(page.root.textContent).toContain("Re-run the cell; what was saved is safe.");
    expect(page.status()).toContain("NOT SAVED");
    page.model.dead = false;
    await page.click(page.action("retry"));
    const [request] = page.model.of("label");
    page.model.put({ props: someQueue({ seq: 11, items: [someItem(2)] }) });
    page.model.reply(request, { seq: 11, stopped: false });
    await settled();
    expect(page.root.textContent).not.toContain("kernel is gone");
    expect(page.item()).toBe("item-2");
  });
});

describe("a stop", () => {
  const stopped = (more: Partial<QueueProps> = {}) =>
    someQueue({ state: "stopped", stop: someStop(), items: [someItem(2), someItem(3)], ...more });

  it("stands in place, with the record, and both readings marked", async () => {
    const page = await draw(stopped());
    expect(page.item()).toBe("item-1");
    expect(page.root.textContent).toContain("I read “how-to”, firmly.");
    expect(page.q("h2")?.textContent).toBe("We disagreewhy this one: to check me where I am confident");
    expect(page.root.textContent).toContain("2 times of 5");
    expect(page.q(".rhml-mark-model")?.textContent).toBe("text");
    expect(page.label("trade")?.getAttribute("aria-pressed")).toBe("true");
    expect(page.label("how-to")?.dataset["advised"]).toBe("");
  });

  it("is not revised by 200 digits, nor by clicks on the classes", async () => {
    const page = await draw(stopped());
    for (let i = 0; i < 200; i++) press(page.root, String(1 + (i % 3)));
    await settled();
    for (const name of ["trade", "how-to", "chatter"]) await page.click(page.label(name));
    expect(page.model.sent.filter(({ action }) => action !== "shown")).toEqual([]);
    expect(page.root.textContent).toContain("Class keys wait");
  });

  it("is not revised by keys typed before it arrived", async () => {
    const props = someQueue({ items: [someItem(1, { purpose: "challenge" }), someItem(2)] });
    const page = await draw(props);
    await page.press("1");
    for (let i = 0; i < 5; i++) await page.press("2");
    await save(page.model, props, { state: "stopped", stop: someStop() });
    for (let i = 0; i < 5; i++) await page.press("2");
    expect(page.model.of("label")).toHaveLength(1);
    expect(page.model.of("revise")).toHaveLength(0);
  });

  it("takes Enter though the reply to the label is still missing", async () => {
    const props = someQueue({ items: [someItem(1, { purpose: "challenge" }), someItem(2)] });
    const page = await draw(props);
    await page.press("1");
    page.model.put({ props: { ...stopped(), seq: 11 } });
    await settled();
    await page.press("Enter");
    expect(page.model.of("keep")).toHaveLength(1);
  });

  it("keeps on Enter, once, and goes on with the props that follow", async () => {
    const page = await draw(stopped());
    await page.press("Enter");
    await page.press("Enter");
    await page.press("Enter", { repeat: true });
    expect(page.model.of("keep")).toHaveLength(1);
    expect(page.model.of("keep")[0]?.args).toMatchObject({ item_id: "item-1" });
    page.model.put({ props: someQueue({ seq: 12, items: [someItem(2), someItem(3)] }) });
    page.model.reply(page.model.of("keep")[0], { seq: 12 });
    await settled();
    expect(page.item()).toBe("item-2");
  });

  it("revises on R and a class key", async () => {
    const page = await draw(stopped());
    await page.press("r");
    await page.press("2");
    expect(page.model.of("revise")[0]?.args).toMatchObject({ item_id: "item-1", label: 1 });
    expect(page.model.of("label")).toHaveLength(0);
  });

  it("keeps where R is followed by the same class", async () => {
    const page = await draw(stopped());
    await page.click(page.action("revise"));
    await page.click(page.label("trade"));
    expect(page.model.of("revise")).toHaveLength(0);
    expect(page.model.of("keep")).toHaveLength(1);
  });

  it("says why it was asked in the words it was asked with, and revises by the key it is given", async () => {
    const why = "drawn at random";
    const keys = { ...someQueue().keys, revise: "v" };
    const page = await draw(stopped({ stop: someStop({ purpose: "check", why }), keys }));
    expect(page.q("h2")?.textContent).toContain(why);
    await page.press("r");
    await page.press("2");
    expect(page.root.textContent).toContain("Enter keeps, v revises");
    await page.press("v");
    await page.press("2");
    expect(page.model.of("revise")).toHaveLength(1);
  });

  it("leaves revising on Esc: class keys wait again", async () => {
    const page = await draw(stopped());
    await page.press("R");
    await page.press("Escape");
    await page.press("2");
    expect(page.model.of("revise")).toHaveLength(0);
    await page.press("Enter");
    expect(page.model.of("keep")).toHaveLength(1);
  });

  it("asks for the reasons of this item", async () => {
    const page = await draw(stopped());
    await page.click(page.action("why"));
    expect(page.model.of("explain")[0]?.args).toEqual({ item_id: "item-1", label: 1, against: 0 });
  });

  it("keeps the choice for a retry where it was not saved", async () => {
    const page = await draw(stopped());
    await page.press("Enter");
    page.model.refuse(page.model.of("keep")[0], "disk full");
    await settled();
    expect(page.status()).toBe("NOT SAVED: disk full");
    await page.click(page.action("retry"));
    expect(page.model.of("keep")[1]?.args).toEqual(page.model.of("keep")[0]?.args);
  });
});

describe("skip, undo, note, marks, classes, history", () => {
  it("skips with a reason by its key, without one by Enter, in one's words from the field", async () => {
    const page = await draw(someQueue());
    await page.press("s");
    await page.press("2");
    await page.press("s");
    await page.press("Enter");
    await page.press("s");
    const field = page.q(".rhml-tray input") as HTMLInputElement;
    field.focus();
    field.value = "in Klingon";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    await page.press("Enter");
    expect(page.model.of("skip").map(({ args }) => args)).toMatchObject([
      { item_id: "item-1", why: "more than one class" },
      { item_id: "item-2", why: null },
      { item_id: "item-3", why: "in Klingon" },
    ]);
    expect(page.model.of("label")).toHaveLength(0);
  });

  it("closes the menu on Esc, and keys label again", async () => {
    const page = await draw(someQueue());
    await page.press("s");
    expect(page.q(".rhml-tray")).not.toBeNull();
    await page.press("Escape");
    expect(page.q(".rhml-tray")).toBeNull();
    await page.press("1");
    expect(page.model.of("skip")).toHaveLength(0);
    expect(page.model.of("label")).toHaveLength(1);
  });

  it("labels again by digits as soon as the focus is out of the menu, which closes", async () => {
    const page = await draw(someQueue());
    await page.press("s");
    expect(page.q(".rhml-tray")?.contains(document.activeElement)).toBe(true);
    page.action("undo")?.focus();
    await settled();
    expect(page.q(".rhml-tray")).toBeNull();
    await page.press("2");
    expect(page.model.of("skip")).toHaveLength(0);
    expect(page.model.of("label")[0]?.args).toMatchObject({ label: 1 });
  });

  it("closes what is open when the focus goes to another cell, not to another window", async () => {
    const other = document.createElement("input");
    document.body.append(other);
    const page = await draw(someQueue());
    await page.press("+");
    (document.activeElement as HTMLElement).blur();
    await settled();
    expect(page.q(".rhml-tray")).not.toBeNull();
    page.q(".rhml-tray input")?.focus();
    other.focus();
    await settled();
    expect(page.q(".rhml-tray")).toBeNull();
    other.remove();
  });

  it("closes a tray by its own button, though that takes the focus first", async () => {
    const page = await draw(someQueue());
    await page.press("s");
    page.action("skip")?.focus();
    await page.click(page.action("skip"));
    expect(page.q(".rhml-tray")).toBeNull();
  });

  it("presses the button that has the focus in the menu by space", async () => {
    const page = await draw(someQueue());
    await page.press("s");
    page.q(".rhml-tray button")?.focus();
    expect(press(page.root, " ").defaultPrevented).toBe(false);
  });

  it("undoes only where there is something to take back", async () => {
    const page = await draw(someQueue());
    await page.press("u");
    expect(page.model.of("undo")).toHaveLength(0);
    page.model.put({ props: someQueue({ seq: 11, undo: "“trade”" }) });
    await settled();
    await page.press("u");
    expect(page.model.of("undo")).toHaveLength(1);
  });

  it("brings an undone item back with its note and marks", async () => {
    const props = someQueue();
    const page = await draw(props);
    await page.press("n");
    const note = page.action("note") as HTMLInputElement;
    expect(document.activeElement).toBe(note);
    note.value = "sounds odd";
    note.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    await page.press("Enter");
    expect(document.activeElement).toBe(page.root);
    await page.press("1");
    expect(page.model.of("label")[0]?.args).toMatchObject({ note: "sounds odd" });
    await save(page.model, props);
    expect((page.action("note") as HTMLInputElement).value).toBe("");
    const draft = { note: "sounds odd, again", rationale: [[4, 8]] as [number, number][] };
    page.model.put({
      props: someQueue({ seq: 12, status: "taken back", items: [someItem(1, { draft }), someItem(2)] }),
    });
    await settled();
    expect(page.item()).toBe("item-1");
    expect(page.root.textContent).toContain("taken back");
    expect((page.action("note") as HTMLInputElement).value).toBe("sounds odd, again");
    expect(page.q(".rhml-mark-human")?.textContent).toBe("text");
    await page.press("2");
    expect(page.model.of("label").at(-1)?.args).toMatchObject({
      item_id: "item-1", label: 1, note: "sounds odd, again", rationale: [[4, 8]],
    });
  });

  it("keeps a draft with its item while another is shown", async () => {
    const props = someQueue({ items: [someItem(1), someItem(2)] });
    const page = await draw(props);
    const note = page.action("note") as HTMLInputElement;
    note.value = "of one";
    note.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    page.model.put({ props: { ...props, seq: 11, items: [someItem(2), someItem(1)] } });
    await settled();
    expect((page.action("note") as HTMLInputElement).value).toBe("");
    page.model.put({ props: { ...props, seq: 12 } });
    await settled();
    expect((page.action("note") as HTMLInputElement).value).toBe("of one");
  });

  it("does not hear letters and digits typed into the note", async () => {
    const page = await draw(someQueue());
    page.action("note")?.focus();
    for (const key of ["1", "s", "u", "m", "h"]) await page.press(key);
    expect(page.model.of("label")).toHaveLength(0);
    expect(page.q(".rhml-tray")).toBeNull();
  });

  it("marks words by keys and sends them with the answer", async () => {
    const page = await draw(someQueue());
    await page.press("m");
    expect(document.activeElement?.textContent).toBe("the");
    await page.press("ArrowRight");
    await page.press(" ");
    await page.press("1");
    expect(page.model.of("label")[0]?.args).toMatchObject({ rationale: [[4, 8]] });
  });

  it.each(["Enter", "Escape"])("says which keys mark, and %s leads back to the root with the marks kept", async (key) => {
    const page = await draw(someQueue());
    await page.press("m");
    await page.press(" ");
    expect(page.q("h2")?.textContent).toContain("Space marks");
    await page.press(key);
    expect(document.activeElement).toBe(page.root);
    expect(page.q("h2")?.textContent).toContain("What is this?");
    expect(page.q(".rhml-mark-human")?.textContent).toBe("the");
  });

  it("names a new class in place", async () => {
    const page = await draw(someQueue());
    await page.press("+");
    const [name, definition] = [...page.root.querySelectorAll<HTMLInputElement>(".rhml-tray input")];
    expect(document.activeElement).toBe(name);
    for (const [field, value] of [[name, " news "], [definition, "what happened"]] as const) {
      if (!field) throw new Error("no field");
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    await settled();
    await page.press("Enter");
    expect(page.model.of("add_class")[0]?.args).toEqual({
      name: "news", definition: "what happened", event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    page.model.reply(page.model.of("add_class")[0], { index: 3 });
    await settled();
    expect(page.q(".rhml-tray")).toBeNull();
  });

  it("changes an earlier answer from the history", async () => {
    const history = [
      { seq: 9, item_id: "old", excerpt: "an old one", label: 0, stage: "", note: null },
    ];
    const page = await draw(someQueue({ history }));
    await page.press("h");
    await page.click(page.q(".rhml-history-row button"));
    const choices = [...page.root.querySelectorAll<HTMLElement>(".rhml-picker button")];
    await page.click(choices[2] ?? null);
    expect(page.model.of("correct")[0]?.args).toMatchObject({ item_id: "old", label: 2, seen: 9 });
  });

  it("changes an earlier answer by the class's key, and labels nothing by it", async () => {
    const history = [{ seq: 9, item_id: "old", excerpt: "an old one", label: 0, stage: "", note: null }];
    const page = await draw(someQueue({ history }));
    await page.press("h");
    await page.press("2");
    await page.click(page.q(".rhml-history-row button"));
    await page.press("2");
    expect(page.model.of("correct")[0]?.args).toMatchObject({ item_id: "old", label: 1, seen: 9 });
    expect(page.model.of("label")).toHaveLength(0);
    expect(page.q(".rhml-tray")?.contains(document.activeElement)).toBe(true);
  });

  it("says that an answer was changed meanwhile, and offers no retry that would fail again", async () => {
    const history = [{ seq: 9, item_id: "old", excerpt: "an old one", label: 0, stage: "", note: null }];
    const page = await draw(someQueue({ history }));
    await page.press("h");
    await page.click(page.q(".rhml-history-row button"));
    await page.press("2");
    const why = "this answer was changed meanwhile; look again";
    page.model.refuse(page.model.of("correct")[0], `NOT SAVED: ${why}`, "AlreadyJudgedError");
    await settled();
    expect(page.q(".rhml-tray [role=alert]")?.textContent).toBe(`NOT SAVED: ${why}All right`);
  });

  it("asks why of the item answered last", async () => {
    const page = await draw(someQueue({ last: "item-0" }));
    await page.press("w");
    expect(page.model.of("explain")[0]?.args).toEqual({ item_id: "item-0", label: null, against: null });
    page.model.reply(page.model.of("explain")[0]);
    await settled();
    expect(page.q("h2")?.textContent).toContain("ExplanationPanel");
    await page.press("1");
    expect(page.q("h2")?.textContent).not.toContain("ExplanationPanel");
  });

  it("acts by the keys it is given, and prints them; a class that has the key wins", async () => {
    const keys = { ...someQueue().keys, skip: "x", undo: "z", history: "?", mark: "2" };
    const page = await draw(someQueue({ keys, undo: "“trade” for “a”" }));
    const printed = (name: string) => page.action(name)?.querySelector("kbd")?.textContent;
    expect(["skip", "undo", "history", "mark"].map(printed)).toEqual(["x", "z", "?", undefined]);
    await page.press("z");
    await page.press("2");
    await page.press("s");
    expect(page.q(".rhml-tray")).toBeNull();
    await page.press("X");
    expect(page.q(".rhml-tray")?.getAttribute("aria-label")).toBe("Why skip it?");
    expect(page.model.of("undo")).toHaveLength(1);
    expect(page.model.of("label")).toHaveLength(1);
    expect(page.action("undo")?.title).toBe("Takes back: “trade” for “a”");
  });

  it("fetches the rest of a long text", async () => {
    const page = await draw(someQueue({ items: [someItem(1, { truncated: true })] }));
    const more = [...page.root.querySelectorAll("button")].find((one) => one.textContent === "Show all");
    await page.click(more ?? null);
    page.model.reply(page.model.of("full_text")[0], { text: "the text of item 1, whole" });
    await settled();
    expect(page.q("[data-item-id] [role=listbox]")?.textContent).toBe("the text of item 1, whole");
  });

  it.each(["", " \n"])("says that the text %j is empty", async (text) => {
    const page = await draw(someQueue({ items: [someItem(1, { text })] }));
    expect(page.q("[data-item-id]")?.textContent).toBe("(empty)");
    await page.press("1");
    expect(page.model.of("label")[0]?.args).toMatchObject({ item_id: "item-1" });
  });

  it("makes room for a longer text when it comes, and never less", async () => {
    const props = someQueue({ items: [someItem(1), someItem(2)] });
    const page = await draw(props);
    const size = () => /rhml-item-(short|middle|long)/.exec(page.q("[data-item-id]")?.className ?? "")?.[1];
    expect(size()).toBe("short");
    const long = someItem(2, { text: "word ".repeat(200) });
    page.model.put({ props: { ...props, seq: 11, items: [someItem(1), long] } });
    await settled();
    expect(size()).toBe("short");
    page.model.put({ props: { ...props, seq: 12, items: [long] } });
    await settled();
    expect(size()).toBe("long");
    page.model.put({ props: { ...props, seq: 13, items: [someItem(3)] } });
    await settled();
    expect(size()).toBe("long");
  });
});

describe("more classes than keys", () => {
  const names = Array.from({ length: 75 }, (_, i) => `topic_${i}`).concat("card_arrival", "lost_or_stolen_card");
  const many = () => someQueue({ classes: someClasses(names) });
  const type = async (field: HTMLInputElement, text: string) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
  };

  it("finds by prefix, then inside words, and answers on Enter; the field is ready again", async () => {
    const page = await draw(many());
    const field = page.action("find") as HTMLInputElement;
    field.focus();
    await type(field, "card");
    const shown = [...page.root.querySelectorAll<HTMLElement>("[data-label]")].map((one) => one.dataset["label"]);
    expect(shown).toEqual(["card_arrival", "lost_or_stolen_card"]);
    await page.press("ArrowDown");
    await page.press("Enter");
    expect(page.model.of("label")[0]?.args).toMatchObject({ label: 76 });
    expect(document.activeElement).toBe(field);
    expect(field.value).toBe("");
    expect(page.root.querySelectorAll("[data-label]")).toHaveLength(77);
  });

  it("answers nothing on Enter in an empty field", async () => {
    const page = await draw(many());
    page.action("find")?.focus();
    await page.press("Enter");
    expect(page.model.of("label")).toHaveLength(0);
  });

  it("has the field focused where nothing else is, and lets letters act after Esc", async () => {
    (document.activeElement as HTMLElement | null)?.blur();
    const model = fakeModel({ props: many() });
    const one = await mount(labelQueue.render, model);
    mounted.push(one);
    const field = one.root.querySelector<HTMLInputElement>("[data-action=find]");
    expect(document.activeElement).toBe(field);
    press(one.root, "Escape");
    await settled();
    expect(document.activeElement).toBe(one.root);
    expect(one.root.textContent).toContain("Keys act now");
    press(one.root, "s");
    await settled();
    expect(one.root.querySelector(".rhml-tray")).not.toBeNull();
    press(one.root, "Escape");
    await settled();
    expect(document.activeElement).toBe(one.root);
    press(one.root, "/");
    await settled();
    expect(document.activeElement).toBe(field);
  });

  it("leaves the field while advice stands: Enter keeps, R finds the other class", async () => {
    const page = await draw({ ...many(), items: [someItem(1, { purpose: "challenge" }), someItem(2)] });
    const field = page.action("find") as HTMLInputElement;
    field.focus();
    await type(field, "topic_0");
    await page.press("Enter");
    const stopped = { state: "stopped", stop: someStop({ model: 76 }) } as const;
    await save(page.model, many(), stopped);
    expect(document.activeElement).toBe(page.root);
    await page.press("r");
    expect(document.activeElement).toBe(field);
    await type(field, "lost");
    await page.press("Enter");
    expect(page.model.of("revise")[0]?.args).toMatchObject({ item_id: "item-1", label: 76 });
  });

  it("keeps what is typed ahead while the answer before is on its way", async () => {
    const page = await draw({ ...many(), items: [someItem(1, { purpose: "check" }), someItem(2)] });
    const field = page.action("find") as HTMLInputElement;
    field.focus();
    await type(field, "card");
    await page.press("Enter");
    await type(field, "lost");
    await page.press("Enter");
    expect(page.model.of("label")).toHaveLength(1);
    expect(field.value).toBe("lost");
  });

  it("goes back to the field on /, empty", async () => {
    const page = await draw(many());
    const field = page.action("find") as HTMLInputElement;
    field.focus();
    await type(field, "card");
    page.root.focus();
    await page.press("/");
    expect(document.activeElement).toBe(field);
    expect(field.value).toBe("");
  });

  it("says that no class fits, and makes one of it", async () => {
    const page = await draw(many());
    const field = page.action("find") as HTMLInputElement;
    field.focus();
    await type(field, "refunds");
    expect(page.root.textContent).toContain("No class has a name like “refunds”.");
    await page.press("Enter");
    expect(page.model.of("label")).toHaveLength(0);
    const make = [...page.root.querySelectorAll("button")].find((one) => one.textContent?.includes("new class …"));
    await page.click(make ?? null);
    expect((page.q(".rhml-tray input") as HTMLInputElement).value).toBe("refunds");
    await page.press("Escape");
    expect(field.value).toBe("");
    expect(page.root.querySelectorAll("[data-label]")).toHaveLength(77);
  });

  it("lets keys answer first where most classes have one", async () => {
    const classes = someClasses(names.slice(0, 12)).map((one, i) => ({ ...one, key: "qwertyzxvb"[i] ?? null }));
    const page = await draw(someQueue({ classes }));
    await page.press("w");
    expect(page.model.of("label")[0]?.args).toMatchObject({ label: 1 });
    expect(document.activeElement).toBe(page.root);
    expect(page.action("why")?.querySelector("kbd")).toBeNull();
    await page.press("/");
    expect(document.activeElement).toBe(page.action("find"));
  });
});

describe("states", () => {
  it.each([
    ["done", "Every item has its answer."],
    ["empty", "The pool has no items."],
    ["moved", "newer cell"],
    ["closed", "closed"],
    ["read-only", "Read-only"],
  ] as const)("%s says so, and labels nothing", async (state, words) => {
    const page = await draw(someQueue({ state, items: state === "read-only" ? [someItem(1)] : [] }));
    expect(page.root.textContent).toContain(words);
    await page.press("1");
    expect(page.model.of("label")).toHaveLength(0);
  });

  it.each([
    ["read-only", "held by process 4 on c", "Close the other notebook"],
    ["read-only", "opened only to be read", "rhml.Session"],
    ["read-only", "attempt to write a readonly database", "writable"],
    ["moved", "moved to a newer cell", "run this cell again"],
    ["closed", "closed", "run the cell again"],
  ] as const)("%s, %s: says what to do", async (state, state_text, remedy) => {
    const page = await draw(someQueue({ state, state_text, items: [] }));
    expect(page.q(".rhml-notice")?.textContent).toContain(remedy);
    if (state === "read-only") expect(page.q(".rhml-notice")?.textContent).toContain(state_text);
    expect(page.root.textContent).not.toContain("The next item comes");
  });

  it("says that the next item could not be drawn where it could not", async () => {
    const problem = { kind: "journal", title: "The journal cannot be written", text: "disk full", hint: "" } as const;
    const page = await draw(someQueue({ items: [], problem }));
    expect(page.root.textContent).toContain("The next item could not be drawn.");
  });

  it("says how many were skipped, and that the model could not learn", async () => {
    const { progress, model } = someQueue();
    const page = await draw(
      someQueue({ progress: { ...progress, skipped: 12 }, model: { ...model, failed: true, behind: 3 } }),
    );
    expect(page.q(".rhml-status")?.textContent).toContain("12 skipped");
    expect(page.q(".rhml-behind")?.textContent).toBe(" I could not learn");
  });

  it("names who holds a read-only session", async () => {
    const page = await draw(someQueue({ state: "read-only", state_text: "held by a.b on c" }));
    expect(page.root.textContent).toContain("held by a.b on c");
    await page.click(page.label("trade"));
    expect(page.model.of("label")).toHaveLength(0);
  });

  it("names two classes before the first answer", async () => {
    const page = await draw(someQueue({ state: "no-classes", classes: [] }));
    const fields = [...page.root.querySelectorAll<HTMLInputElement>("[data-field=name]")];
    expect(fields).toHaveLength(2);
    fields.forEach((field, i) => {
      field.value = ["spam", "ham"][i] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await settled();
    page.model.onSend = (request) => {
      if (request.action === "add_class") page.model.reply(request, { index: 0 });
    };
    await page.click(page.action("new-class"));
    expect(page.model.of("add_class").map(({ args }) => args)).toEqual([
      { name: "spam", definition: null, event_id: expect.any(String) },
      { name: "ham", definition: null, event_id: expect.any(String) },
    ]);
  });

  it("shows a failing model, and labeling goes on", async () => {
    const problem = { kind: "model", title: "The model could not be fitted.", text: "ValueError: NaN", hint: "Fill them." } as const;
    const page = await draw(someQueue({ problem }));
    expect(page.root.textContent).toContain("ValueError: NaN");
    expect(page.root.textContent).toContain("Fill them.");
    await page.press("1");
    expect(page.model.of("label")).toHaveLength(1);
  });

  it("is frozen in a report: no keys, no actions, nothing sent", async () => {
    const page = await draw(someQueue({ undo: "x" }), { frozen: true });
    expect(page.root.textContent).toContain("read-only report");
    for (const key of ["1", "s", "u", "n", "m"]) await page.press(key);
    await page.click(page.label("trade"));
    expect(page.model.sent).toEqual([]);
    expect(page.root.querySelector("[data-action]")).toBeNull();
  });

  it("shows an error in words where drawing fails, and recovers with the next props", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const page = await draw(someQueue());
    page.model.put({ props: { seq: 11, state: "asking" } });
    await settled();
    expect(page.root.textContent).toContain("This view could not be drawn.");
    page.model.put({ props: someQueue({ seq: 12 }) });
    await settled();
    expect(page.item()).toBe("item-1");
  });

  it("has one status line, and takes its root away at the end", async () => {
    const page = await draw(someQueue());
    expect(page.root.querySelectorAll("[role=status]")).toHaveLength(1);
    mounted.pop()?.end();
    expect(document.querySelector(".rhml-root")).toBeNull();
  });
});
