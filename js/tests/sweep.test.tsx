import { afterEach, describe, expect, it, vi } from "vitest";
import type { SweepProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type FakeModel, type Mounted } from "./fake-model";
import { someClasses, someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function sweep(more: Partial<SweepProps> = {}): SweepProps {
  return {
    off: "", label: 1, swept: 0, looks: "", sought: null,
    cards: [1, 2, 3].map((n) => ({ item_id: `card-${n}`, text: `how do I ${n}`, truncated: false, rows: 1 })),
    classes: [{ label: 0, n: 20 }, { label: 1, n: 31 }, { label: 2, n: 0 }],
    ...more,
  };
}

function bench(more: Partial<WorkbenchProps> = {}, queue = someQueue()): WorkbenchProps {
  return {
    seq: 10,
    header: { journal: "triage.rhml", person: "quiet-heron", model: queue.model, labeled: "3 of 100 labeled" },
    queue, lessons: [], standing: [],
    explanation: {
      seq: 10, classes: [], empty: "", item: null, heading: "", reasons: null, neighbors: [], effect: null,
      may_teach: true, problem: null,
    },
    sweep: sweep(), ...more,
  };
}

const seen = () => new Promise((resolve) => setTimeout(resolve, 450));

async function draw(props: WorkbenchProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, curves: {}, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  return { model, root: one.root };
}

async function opened(props = bench(), traits = {}) {
  const drawn = await draw(props, traits);
  drawn.root.querySelector<HTMLElement>("[data-tab='sweep']")?.click();
  await settled();
  drawn.root.focus();
  await seen();
  return drawn;
}

const cards = (root: HTMLElement) => [...root.querySelectorAll<HTMLElement>(".rhml-sweep-card")];
const args = (model: FakeModel, action: "verify" | "sweep" | "twins" | "pick" | "find" | "seek") =>
  model.of(action).map((request) => request.args as Record<string, unknown>);

describe("a sweep", () => {
  it("asks for a page only once somebody looks", async () => {
    const { model, root } = await draw(bench({ sweep: sweep({ cards: [], label: null }) }));
    expect(model.of("sweep")).toHaveLength(0);
    root.querySelector<HTMLElement>("[data-tab='sweep']")?.click();
    await vi.waitFor(() => expect(args(model, "sweep")).toEqual([{ label: null }]), 2000);
  });

  it("tells nothing to who passes by it on the way to another tab", async () => {
    const { model, root } = await draw(bench({ sweep: sweep({ cards: [], label: null }), audit: null }));
    root.querySelector<HTMLElement>("[data-tab='sweep']")?.click();
    await settled();
    root.querySelector<HTMLElement>("[data-tab='label']")?.click();
    // Longer than the page waits: a timer set before this one would have gone off.
    await new Promise((done) => setTimeout(done, 600));
    expect(model.of("sweep")).toHaveLength(0);
  });

  it("accepts a page by Enter, with an id of its own and how long it took", async () => {
    const { model, root } = await opened();
    expect(root.textContent).toContain("Are all of these “how-to”?");
    press(root, "Enter");
    await settled();
    const [sent] = args(model, "verify");
    expect(sent).toMatchObject({ item_ids: ["card-1", "card-2", "card-3"], odd: [], label: 1 });
    expect(sent?.["event_id"]).toBeTruthy();
    expect(sent?.["ms"]).toBeGreaterThan(0);
    model.reply(model.of("verify")[0], { n: 3 });
    await settled();
    expect(root.textContent).toContain("3 accepted as “how-to”.");
  });

  it("accepts nothing before the page was seen, and nothing by a held key", async () => {
    const { model, root } = await opened();
    model.put({ props: bench({ seq: 11, sweep: sweep({ cards: sweep().cards.slice(0, 2) }) }) });
    await settled();
    press(root, "Enter");
    await settled();
    expect(model.of("verify")).toHaveLength(0);
    await seen();
    press(root, "Enter", { repeat: true });
    await settled();
    expect(model.of("verify")).toHaveLength(0);
  });

  it("puts the odd ones out by a click, or by arrows and space, and says how many are left", async () => {
    const { model, root } = await opened();
    cards(root)[1]?.click();
    await settled();
    expect(cards(root)[1]?.getAttribute("aria-pressed")).toBe("true");
    expect(root.textContent).toContain("not “how-to”");
    expect(root.querySelector("[data-action='accept']")?.textContent).toContain("Accept the other 2");
    press(root, "ArrowRight");
    expect(document.activeElement).toBe(cards(root)[0]);
    press(root, "ArrowRight");
    press(root, "ArrowRight");
    expect(document.activeElement).toBe(cards(root)[2]);
    press(root, "Enter");
    await settled();
    expect(args(model, "verify")[0]).toMatchObject({ item_ids: ["card-1", "card-3"], odd: ["card-2"] });
  });

  it("undoes by U, and says what undo takes back", async () => {
    const { model, root } = await opened(bench({}, someQueue({ undo: "12 accepted as “how-to”" })));
    expect(root.querySelector(".rhml-sweep [data-action='undo']")?.getAttribute("title")).toBe(
      "Takes back: 12 accepted as “how-to”",
    );
    press(root, "u");
    await settled();
    expect(model.of("undo")).toHaveLength(1);
  });

  it("turns to another class, by a list where there are many", async () => {
    const { model, root } = await opened();
    const buttons = [...root.querySelectorAll<HTMLElement>("[aria-label='Which class'] button")];
    expect(buttons.map((one) => one.textContent)).toEqual(["trade · 20", "how-to · 31"]);
    buttons[0]?.click();
    await settled();
    expect(args(model, "sweep")).toEqual([{ label: 0 }]);
    const many = Array.from({ length: 12 }, (_, k) => ({ label: k, n: k + 1 }));
    const queue = someQueue({ classes: someClasses(many.map((_, k) => `class ${k}`)) });
    const wide = await opened(bench({ sweep: sweep({ classes: many }) }, queue));
    const list = wide.root.querySelector("select");
    expect(list?.options[0]?.textContent).toBe("class 11 · 12");
  });

  it("tells how earlier sweeps fared, and looks for more of a class", async () => {
    const told = sweep({ swept: 112, looks: "of 14 looked at again, 13 held" });
    const { model, root } = await opened(bench({ sweep: told }));
    expect(root.textContent).toContain("112 accepted in sweeps so far: of 14 looked at again, 13 held.");
    root.querySelector<HTMLElement>("[data-action='seek']")?.click();
    await settled();
    expect(args(model, "seek")).toEqual([{ label: 1 }]);
  });

  it("says why there is none, and sends nothing from a report", async () => {
    const none = await opened(bench({ sweep: sweep({ off: "I have no model yet.", cards: [], label: null }) }));
    expect(none.root.textContent).toContain("I have no model yet.");
    expect(none.model.of("sweep")).toHaveLength(0);
    const report = await opened(bench(), { frozen: true });
    press(report.root, "Enter");
    await settled();
    expect(report.model.sent).toHaveLength(0);
  });

  it("keeps what was not saved for a retry with the same id", async () => {
    const { model, root } = await opened();
    press(root, "Enter");
    await settled();
    model.refuse(model.of("verify")[0], "the disk is full", "NotSavedError");
    await settled();
    expect(root.textContent).toContain("NOT SAVED: the disk is full");
    [...root.querySelectorAll<HTMLElement>("button")].find((one) => one.textContent === "Retry")?.click();
    await settled();
    const ids = args(model, "verify").map((sent) => sent["event_id"]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe("near-twins", () => {
  const twins = { item_id: "item-0", seq: 9, excerpt: "free prize", label: 0, n: 7 };

  it("are answered with the last answer by one key", async () => {
    const { model, root } = await draw(bench({}, someQueue({ twins, undo: "x" })));
    expect(root.querySelector("[data-action='twins']")?.textContent).toContain("and its 7 near-twins");
    press(root, "t");
    await settled();
    expect(args(model, "twins")[0]).toMatchObject({ item_id: "item-0", seen: 9 });
  });

  it("are not offered where there are none", async () => {
    const { model, root } = await draw(bench());
    expect(root.querySelector("[data-action='twins']")).toBeNull();
    press(root, "t");
    await settled();
    expect(model.of("twins")).toHaveLength(0);
  });
});

describe("finding", () => {
  async function searching(queue = someQueue(), key = "/") {
    const drawn = await draw(bench({}, queue));
    press(drawn.root, key);
    await settled();
    const field = drawn.root.querySelector<HTMLInputElement>("[data-action='search'].rhml-input");
    return { ...drawn, field };
  }
  async function type(field: HTMLInputElement, words: string) {
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await settled();
  }

  it("lists what words find, and asks the first of it by Enter", async () => {
    const { model, root, field } = await searching();
    expect(field).toBe(document.activeElement);
    await type(field as HTMLInputElement, "prize");
    expect(args(model, "find")).toEqual([{ words: "prize", like: null }]);
    model.reply(model.of("find")[0], { rows: [{ item_id: "found-1", text: "free prize" }] });
    await settled();
    expect(root.querySelector(".rhml-found")?.textContent).toContain("free prize");
    press(root, "Enter");
    await settled();
    expect(args(model, "pick")[0]).toMatchObject({ item_id: "found-1" });
    model.reply(model.of("pick")[0]);
    await settled();
    expect(root.querySelector(".rhml-found")).toBeNull();
  });

  it("finds more like the item on show", async () => {
    const { model, root } = await searching();
    [...root.querySelectorAll<HTMLElement>(".rhml-tray button")]
      .find((one) => one.textContent === "More like this one")?.click();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await settled();
    expect(args(model, "find")).toEqual([{ words: null, like: "item-1" }]);
  });

  it("is on F where the other key finds classes", async () => {
    const many = someQueue({ classes: someClasses(Array.from({ length: 20 }, (_, k) => `class ${k}`)) });
    const { root } = await draw(bench({}, many));
    root.focus();
    press(root, "f");
    await settled();
    expect(root.querySelector("[data-action='search'].rhml-input")).not.toBeNull();
  });
});
