import { afterEach, describe, expect, it } from "vitest";
import type { TwiceCardProps, TwiceProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someClasses, someQueue, someStop } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function card(more: Partial<TwiceCardProps> = {}): TwiceCardProps {
  return {
    id: "near-twins|a|b", kind: "near-twins", heading: "Two near-identical items, two labels",
    why: "hardly a word differs", seen: 12, apart: "both are right",
    items: [{ item_id: "a", text: "selling logs" }, { item_id: "b", text: "selling logs!" }],
    sides: [{ label: 0, by: "you" }, { label: 2, by: "brought" }],
    ...more,
  };
}

function bench(twice: Partial<TwiceProps> | null = {}, more: Partial<WorkbenchProps> = {}): WorkbenchProps {
  const queue = someQueue();
  return {
    seq: 10,
    header: { journal: "t.rhml", person: "wren", model: queue.model, labeled: "3 of 100 labeled" },
    queue,
    explanation: {
      seq: 10, classes: ["trade", "how-to", "chatter"], empty: "nothing yet", item: null, heading: "",
      reasons: null, neighbors: [], effect: null, may_teach: true, problem: null,
    },
    lessons: [], standing: [],
    twice: twice && { n: 1, words: "two items carry different labels.", may_resolve: true, card: null, ...twice },
    ...more,
  };
}

async function draw(props: WorkbenchProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, curves: {}, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  one.root.focus();
  return { model, root: one.root };
}

/** A key on its way when a card comes is not for it; this waits until one is. */
async function seen() {
  await new Promise((done) => setTimeout(done, 450));
}

const many = () => ["trade", "how-to", "chatter"].map((name) => ({ name, definition: null, key: null, count: 0 }));

describe("looking twice", () => {
  it("says so, and leaves the queue where it is", async () => {
    const { root } = await draw(bench());
    expect(root.querySelector(".rhml-notice-twice")?.textContent).toContain("Look twice: two items carry");
    expect(root.querySelector(".rhml-queue-place")?.hasAttribute("hidden")).toBe(false);
  });

  it("offers who has not answered a blind look, and shows them nobody's label", async () => {
    const words = "two people gave 2 items different labels: a third look resolves.";
    const { model, root } = await draw(bench({ n: 0, third: 2, words }));
    expect(root.querySelector(".rhml-notice-twice")?.textContent).toContain(words);
    const button = root.querySelector<HTMLElement>("[data-action=look-twice]");
    expect(button?.textContent).toContain("Look blind");
    button?.click();
    await settled();
    expect(model.of("look_twice")).toHaveLength(0);
    expect(model.of("share")[0]?.args).toMatchObject({ n: 10, differing: true });
  });

  it("says nothing where nothing contradicts", async () => {
    const { model, root } = await draw(bench(null));
    expect(root.querySelector(".rhml-notice-twice")).toBeNull();
    press(root, "l");
    await settled();
    expect(model.of("look_twice")).toEqual([]);
  });

  it("opens on L and on the button", async () => {
    const { model, root } = await draw(bench());
    press(root, "l");
    await settled();
    expect(model.of("look_twice")[0]?.args).toEqual({ wanted: true });
    model.reply(model.of("look_twice")[0], { open: true });
    await settled();
    root.querySelector<HTMLElement>("[data-action=look-twice]")?.click();
    await settled();
    expect(model.of("look_twice")).toHaveLength(2);
  });

  it("leaves L to a class that has it, and to advice that stands", async () => {
    const classes = someClasses(["l", "u"]);
    const one = await draw(bench({}, { queue: someQueue({ classes }) }));
    press(one.root, "l");
    await settled();
    expect(one.model.of("look_twice")).toEqual([]);
    expect(one.model.of("label")).toHaveLength(1);
    const other = await draw(bench({}, { queue: someQueue({ state: "stopped", stop: someStop() }) }));
    press(other.root, "l");
    await settled();
    expect(other.model.of("look_twice")).toEqual([]);
  });

  it.each([["1", "first"], ["3", "second"], ["k", "apart"]])("is settled by %s: %s", async (key, how) => {
    const { model, root } = await draw(bench({ card: card() }));
    await seen();
    press(root, key);
    await settled();
    expect(model.of("resolve")[0]?.args).toMatchObject({ contradiction: "near-twins|a|b", how, seen: 12 });
    expect((model.of("resolve")[0]?.args as { event_id: string }).event_id).toBeTruthy();
    expect(model.of("label")).toEqual([]);
    press(root, key);
    await settled();
    expect(model.of("resolve")).toHaveLength(1);
  });

  it("keeps the keys the classes have, and takes 1 and 2 where they have none", async () => {
    const { root } = await draw(bench({ card: card() }, { queue: someQueue({ classes: many() }) }));
    const keys = [...root.querySelectorAll(".rhml-twice-keys kbd")].map((one) => one.textContent);
    expect(keys).toEqual(["1", "2", "K", "Esc"]);
  });

  it("does not take a key that was on its way to the item", async () => {
    const { model, root } = await draw(bench({ card: card() }));
    press(root, "1");
    await settled();
    expect(model.sent.filter(({ action }) => action === "resolve" || action === "label")).toEqual([]);
  });

  it("stands in the queue's place with both items and both labels", async () => {
    const { root } = await draw(bench({ card: card() }));
    expect(root.querySelector(".rhml-queue-place")?.hasAttribute("hidden")).toBe(true);
    const items = [...root.querySelectorAll(".rhml-twice-item")].map((one) => one.textContent);
    expect(items[0]).toContain("selling logs");
    expect(items[0]).toContain("you said trade");
    expect(items[1]).toContain("brought along: chatter");
    const keys = [...root.querySelectorAll(".rhml-twice-keys button")].map((one) => one.textContent);
    expect(keys).toEqual(["1“trade” for both", "3“chatter” for both", "Kboth are right", "Esclater"]);
  });

  it("shows one item once, with what each said of it", async () => {
    const one = card({
      id: "suspicious|a|a", kind: "suspicious", apart: "both fit", items: [{ item_id: "a", text: "logs" }],
      sides: [{ label: 0, by: "you" }, { label: 1, by: "model" }],
    });
    const { root } = await draw(bench({ card: one }));
    expect(root.querySelectorAll(".rhml-twice-item")).toHaveLength(1);
    expect(root.querySelector(".rhml-twice-item")?.textContent).toContain("I would have expected how-to");
    expect(root.querySelector("[data-action=first]")?.textContent).toBe("1“trade”");
  });

  it("is put off by Esc, and a note half written is still there", async () => {
    const { model, root } = await draw(bench());
    const note = root.querySelector<HTMLInputElement>("[data-action=note]");
    if (note) {
      note.value = "half";
      note.dispatchEvent(new Event("input", { bubbles: true }));
    }
    model.put({ props: bench({ card: card() }, { seq: 11 }) });
    await settled();
    press(root, "Escape");
    await settled();
    expect(model.of("look_twice")[0]?.args).toEqual({ wanted: false });
    model.put({ props: bench({}, { seq: 12 }) });
    await settled();
    expect(root.querySelector<HTMLInputElement>("[data-action=note]")?.value).toBe("half");
  });

  it("keeps the keys at home when the queue goes out of sight under the focus", async () => {
    const { model, root } = await draw(bench());
    root.querySelector<HTMLElement>("[data-label]")?.focus();
    model.put({ props: bench({ card: card() }, { seq: 11 }) });
    await settled();
    expect(document.activeElement).toBe(root);
  });

  it("says what was not saved, and sends the same again", async () => {
    const { model, root } = await draw(bench({ card: card() }));
    root.querySelector<HTMLElement>("[data-action=second]")?.click();
    await settled();
    model.refuse(model.of("resolve")[0], "the disk is full");
    await settled();
    expect(root.textContent).toContain("NOT SAVED: the disk is full");
    const retry = [...root.querySelectorAll("button")].find(({ textContent }) => textContent === "Retry");
    retry?.click();
    await settled();
    expect(model.of("resolve")[1]?.args).toEqual(model.of("resolve")[0]?.args);
  });

  it("offers nothing in a report", async () => {
    const { model, root } = await draw(bench({ card: card() }), { frozen: true });
    press(root, "l");
    press(root, "1");
    await settled();
    expect(root.querySelector(".rhml-twice-card")).toBeNull();
    expect(model.sent).toEqual([]);
  });
});
