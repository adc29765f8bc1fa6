import { afterEach, describe, expect, it } from "vitest";
import type { CodebookProps, CodeProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someClasses, someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function someCode(label: number, name: string, more: Partial<CodeProps> = {}): CodeProps {
  return {
    label, name, definition: null, include: [], exclude: [], examples: [], memos: [], seeds: [],
    parent: null, n: 3, gone: "", was: [], ...more,
  };
}

function some(more: Partial<CodebookProps> = {}): CodebookProps {
  return {
    version: 57,
    codes: [
      someCode(0, "trade", {
        definition: "somebody offers or wants goods",
        include: [{ words: "barter", told: "barter" }],
        memos: [{ words: "prices differ", told: { text: "prices differ" }, note: "2026-01-05 · quiet-heron" }],
      }),
      someCode(1, "how-to", { n: 2 }),
      someCode(2, "chatter", { gone: "merged into “how-to”", n: 0 }),
    ],
    phase: "qualitative",
    phase_words: "You code and write; I learn nothing until the next phase.",
    cited: "Version 14 of the model learned from this version.",
    anew: { n: 0, aside: 0 },
    pile: { n: 0, groups: [] },
    edits: [
      { seq: 57, words: "merged “chatter” into “how-to”", undone: false, may_undo: true },
      { seq: 50, words: "added “x”", undone: true, may_undo: false },
    ],
    may_edit: true,
    ...more,
  };
}

async function draw(codebook = some(), frozen = false, more: Partial<WorkbenchProps> = {}) {
  const queue = someQueue();
  const props: WorkbenchProps = {
    seq: 10,
    header: { journal: "triage.rhml", person: "quiet-heron", model: queue.model, labeled: "3 of 100 labeled" },
    queue, lessons: [], standing: [],
    explanation: {
      seq: 10, classes: [], empty: "none", item: null, heading: "Reasons", reasons: null, neighbors: [],
      effect: null, may_teach: true, problem: null,
    },
    codebook,
    ...more,
  };
  const model = fakeModel({ props, curves: {}, vega: null, frozen });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  one.root.querySelector<HTMLButtonElement>("[data-tab=knowledge]")?.click();
  await settled();
  return { model, root: one.root, book: one.root.querySelector<HTMLElement>(".rhml-codebook") as HTMLElement };
}

async function opened(name = "trade", codebook = some()) {
  const drawn = await draw(codebook);
  drawn.book.querySelector<HTMLButtonElement>(`[data-code="${name}"]`)?.click();
  await settled();
  return drawn;
}

function sent(model: ReturnType<typeof fakeModel>, action: string) {
  return model.sent.filter((one) => one.action === action).map((one) => one.args as Record<string, unknown>);
}

async function write(field: HTMLInputElement | HTMLTextAreaElement | null, text: string) {
  if (!field) throw new Error("no such field");
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
}

const button = (box: HTMLElement, action: string) =>
  box.querySelector<HTMLButtonElement>(`button[data-action="${action}"]`);

describe("the codebook", () => {
  it("says what each class means, what is gone, which version, and what the model learned from", async () => {
    const { book } = await draw();
    for (const words of [
      "version 57", "somebody offers or wants goods", "Version 14 of the model", "No longer used",
      "merged into “how-to”", "You code and write", "taken back",
    ]) {
      expect(book.textContent).toContain(words);
    }
  });

  it("opens a class in place and shows its rules and memos", async () => {
    const { book } = await opened();
    expect(book.textContent).toContain("barter");
    expect(book.textContent).toContain("prices differ (2026-01-05 · quiet-heron)");
    expect(book.querySelector("[data-code=trade]")?.getAttribute("aria-expanded")).toBe("true");
  });

  it("adds a rule on Enter, once, and keeps what could not be kept", async () => {
    const { model, book } = await opened();
    const field = book.querySelector<HTMLInputElement>("input[data-action=add-include]");
    await write(field, " swaps ");
    press(field as HTMLElement, "Enter");
    await settled();
    const [args, more] = sent(model, "revise_codebook");
    expect(args).toMatchObject({ op: "include", about: { label: 0, text: "swaps" } });
    expect(args?.["event_id"]).toBeTruthy();
    expect(more).toBeUndefined();
    expect(field?.value).toBe(" swaps ");
  });

  it("saves a definition on its button and takes a draft back", async () => {
    const { model, book } = await opened();
    const field = book.querySelector<HTMLTextAreaElement>("textarea");
    await write(field, "offers");
    expect(button(book, "save-definition")).not.toBeNull();
    press(field as HTMLElement, "Escape");
    await settled();
    expect(field?.value).toBe("somebody offers or wants goods");
    await write(field, "offers");
    button(book, "save-definition")?.click();
    await settled();
    expect(sent(model, "revise_codebook")[0]).toMatchObject({ op: "define", about: { label: 0, definition: "offers" } });
  });

  it("says what a merge, a split and a retirement will do before they do it", async () => {
    const { model, book } = await opened();
    button(book, "merge")?.click();
    await settled();
    const told = () => book.querySelector("[data-foretold]")?.textContent ?? "";
    expect(told()).toContain("3 items of “trade” will count as “how-to”, 5 items in all");
    expect(told()).toContain("Undo brings it all back");
    button(book, "do-merge")?.click();
    await settled();
    expect(sent(model, "revise_codebook")[0]).toMatchObject({ op: "merge", about: { labels: [0], into: 1 } });
  });

  it("splits into two named parts and not into one", async () => {
    const { model, book } = await opened();
    button(book, "split")?.click();
    await settled();
    expect(book.querySelector("[data-foretold]")?.textContent).toContain("come back to be answered anew");
    const [first, second] = book.querySelectorAll<HTMLInputElement>(".rhml-reshape input");
    expect(document.activeElement).toBe(first);
    await write(first ?? null, "offers");
    expect(button(book, "do-split")?.getAttribute("aria-disabled")).toBe("true");
    await write(second ?? null, "wants");
    press(second as HTMLElement, "Enter");
    await settled();
    expect(sent(model, "revise_codebook")[0]).toMatchObject({
      op: "split", about: { label: 0, into: ["offers", "wants"] },
    });
  });

  it("leaves a change that was begun on Escape, and no key of it labels", async () => {
    const { model, book } = await opened();
    button(book, "rename")?.click();
    await settled();
    press(document.activeElement as HTMLElement, "Escape");
    await settled();
    expect(book.querySelector(".rhml-reshape")).toBeNull();
    press(button(book, "rename") as HTMLElement, "1");
    press(book.querySelector("[data-code=trade]") as HTMLElement, "1");
    await settled();
    expect(model.sent.map(({ action }) => action)).not.toContain("label");
  });

  it("takes one edit back, and enters a phase", async () => {
    const { model, book } = await draw();
    button(book, "undo-edit")?.click();
    await settled();
    expect(sent(model, "undo_edit")[0]).toMatchObject({ seq: 57 });
    const { model: second, book: other } = await draw();
    button(other, "phase-classification")?.click();
    await settled();
    expect(sent(second, "enter_phase")[0]).toMatchObject({ phase: "classification" });
  });

  it("makes a class of what is chosen of a group", async () => {
    const group = { terms: "lava · volcano", items: ["a", "b", "c"].map((id) => ({ item_id: id, excerpt: `text ${id}` })) };
    const { model, book } = await draw(some({ pile: { n: 3, groups: [group] } }));
    expect(book.textContent).toContain("lava · volcano");
    book.querySelectorAll<HTMLInputElement>(".rhml-pile-group input[type=checkbox]")[1]?.click();
    await settled();
    const name = book.querySelector<HTMLInputElement>(".rhml-pile-group input[type=text]");
    await write(name, "eruptions");
    press(name as HTMLElement, "Enter");
    await settled();
    expect(sent(model, "promote")[0]).toMatchObject({ item_ids: ["a", "c"], label: "eruptions" });
  });

  it("is read only in a report, and still opens", async () => {
    const { book } = await draw(some(), true);
    book.querySelector<HTMLButtonElement>("[data-code=trade]")?.click();
    await settled();
    expect(book.textContent).toContain("barter");
    expect(book.querySelectorAll("input, textarea, select")).toHaveLength(0);
    expect(button(book, "undo-edit")).toBeNull();
    expect(button(book, "merge")).toBeNull();
  });

  it("sends who asks to the queue, where the old items wait", async () => {
    const { root, book } = await draw(some({ anew: { n: 4, aside: 1 } }));
    expect(book.textContent).toContain("4 items of classes that are gone wait to be answered anew");
    button(book, "answer-anew")?.click();
    await settled();
    expect(root.querySelector("[data-tab=label]")?.getAttribute("aria-selected")).toBe("true");
  });
});

describe("a class that is gone", () => {
  it("has no button and no key, and the others keep their places", async () => {
    const classes = someClasses(["trade", "how-to", "chatter"]);
    classes[0] = { ...(classes[0] as (typeof classes)[0]), key: "", gone: true };
    const { model, root } = await draw(some(), false, { queue: someQueue({ classes }) });
    root.querySelector<HTMLButtonElement>("[data-tab=label]")?.click();
    await settled();
    expect([...root.querySelectorAll<HTMLElement>("[data-label]")].map((one) => one.dataset["label"])).toEqual([
      "how-to", "chatter",
    ]);
    press(root, "1");
    press(root, "2");
    await settled();
    const labeled = model.sent.filter(({ action }) => action === "label");
    expect(labeled.map(({ args }) => (args as { label: number }).label)).toEqual([1]);
  });
});
