import { afterEach, describe, expect, it } from "vitest";
import type { CurvesProps, ExplanationProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someQueue, someStop } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function explanation(more: Partial<ExplanationProps> = {}): ExplanationProps {
  return {
    seq: 10, classes: ["trade", "how-to", "chatter"], empty: "", may_teach: true, problem: null,
    item: { item_id: "item-0", text: "escrow only please", judged: 0 },
    heading: "Why “trade” and not “how-to”",
    reasons: {
      label: 0, against: 1, predicted: 0, unit: "log-odds", prediction: 1.5, baseline: 0, rest: 0, gap: 0,
      method: "exact", exactness: "exact", prediction_before: null,
      rows: [{ term: "escrow", value: 1.5, before: null, stance: null, stance_label: null, spans: [[0, 6]] }],
    },
    neighbors: [], effect: null, ...more,
  };
}

function bench(more: Partial<WorkbenchProps> = {}): WorkbenchProps {
  const queue = someQueue({ undo: "x", last: "item-0" });
  return {
    seq: 10,
    header: { journal: "triage.rhml", person: "quiet-heron", model: queue.model, labeled: "3 of 100 labeled" },
    queue, explanation: explanation(),
    lessons: [{ lesson: 4, words: "You struck “please”.", flips: 31, looks: "", may_undo: true }],
    standing: ["I agree with you on 33 of 41 checks."],
    people: {
      you: "quiet-heron", others: ["loud-wren"], may_switch: true, shareable: 0, sharing: 0, agreement: "", differ: 0,
    },
    ...more,
  };
}

const CURVES: CurvesProps = {
  seq: 10, empty: "Too little to draw yet.", spec: null, rows: [], versions: [], summary: "", regime: "",
  table: { columns: [], rows: [] },
};

async function draw(props: WorkbenchProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, curves: CURVES, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  return { model, root: one.root };
}

describe("the workbench", () => {
  it("shows who, the item, why, the curve, where we stand and what was taught", async () => {
    const { root } = await draw(bench());
    for (const words of [
      "triage.rhml", "quiet-heron", "LogisticRegression v1", "3 of 100 labeled", "the text of item 1",
      "Why “trade” and not “how-to”", "escrow", "Too little to draw yet.", "33 of 41 checks",
      "You struck “please”.", "31 predictions changed",
    ]) expect(root.textContent).toContain(words);
    expect(root.querySelectorAll("[role=status]")).toHaveLength(1);
    expect(root.dataset["rhmlView"]).toBe("workbench");
  });

  it("says no sentence twice: the curve's is among those where we stand", async () => {
    const told = bench();
    const drawn: CurvesProps = { ...CURVES, empty: "", spec: { mark: "line" }, summary: told.standing[0] as string };
    const { root, model } = await draw(told, { curves: drawn });
    expect(root.textContent?.split("33 of 41 checks")).toHaveLength(2);
    model.put({ props: bench({ seq: 11, standing: [] }) });
    await settled();
    expect(root.querySelector(".rhml-curves-summary")?.textContent).toContain("33 of 41 checks");
  });

  it("tells of each lesson what blind looks found", async () => {
    const lesson = { lesson: 4, words: "You struck “please”.", flips: 1, looks: "1 of 1 better: that is all of them", may_undo: true };
    const { root } = await draw(bench({ lessons: [lesson] }));
    expect(root.querySelector(".rhml-lesson .rhml-number")?.textContent).toBe(
      " 1 prediction changed; 1 of 1 better: that is all of them.",
    );
  });

  it("leaves no empty place for what is not there yet", async () => {
    const { root } = await draw(bench({ lessons: [], standing: [] }), { curves: {} });
    expect(root.querySelector(".rhml-known, .rhml-told")).toBeNull();
    expect(root.textContent).not.toContain("What you taught me");
  });

  it("labels with the focus anywhere in it but in fields and menus", async () => {
    const { model, root } = await draw(bench());
    root.querySelector<HTMLElement>("[data-action=undo-lesson]")?.focus();
    press(root, "1");
    await settled();
    expect(model.of("label")).toHaveLength(1);
    root.querySelector<HTMLElement>("[data-action=note]")?.focus();
    press(root, "1");
    await settled();
    expect(model.of("label")).toHaveLength(1);
  });

  it("takes a lesson back", async () => {
    const { model, root } = await draw(bench());
    root.querySelector<HTMLElement>("[data-action=undo-lesson]")?.click();
    await settled();
    expect(model.of("undo_lesson")[0]?.args).toMatchObject({ lesson: 4 });
  });

  it("opens the reasons of the item that we disagree on", async () => {
    const queue = someQueue({ state: "stopped", stop: someStop(), items: [] });
    const { model, root } = await draw(bench({ queue }));
    root.querySelector<HTMLElement>("[data-action=why]")?.click();
    await settled();
    expect(model.of("explain")[0]?.args).toEqual({ item_id: "item-1", label: 1, against: 0 });
  });

  it.each(["w", "Escape"])("goes to the first reason on W, and back on %s; class keys answer from there", async (key) => {
    const { model, root } = await draw(bench());
    root.focus();
    press(root, "w");
    await settled();
    model.reply(model.of("explain")[0]);
    await settled();
    const row = root.querySelector(".rhml-reason-row");
    expect(document.activeElement).toBe(row);
    expect(root.querySelector("h2")?.textContent).toContain("W or Esc: back");
    press(root, key);
    await settled();
    expect(document.activeElement).toBe(root);
    expect(model.of("explain")).toHaveLength(1);
    (row as HTMLElement).focus();
    press(root, "1");
    await settled();
    expect(model.of("label")).toHaveLength(1);
    expect(document.activeElement).toBe(root);
  });

  it("does not take the focus to the reasons when an answer came before them", async () => {
    const { model, root } = await draw(bench());
    root.focus();
    press(root, "w");
    press(root, "1");
    await settled();
    model.reply(model.of("explain")[0]);
    await settled();
    expect(document.activeElement).toBe(root);
  });

  it("says which model speaks, and that it could not learn", async () => {
    const { header } = bench();
    const model = { ...header.model, failed: true, brought: "your fitted model answers", added: "SVC reads numbers" };
    const { root } = await draw(bench({ header: { ...header, model } }));
    const words = root.querySelector(".rhml-header")?.textContent;
    expect(words).toContain("could not learn the last time");
    expect(words).toContain("your fitted model answers");
    expect(root.querySelector(".rhml-header [title='SVC reads numbers']")?.textContent).toBe(header.model.name);
  });

  it("two benches of one page do not disturb one another", async () => {
    const [one, two] = [await draw(bench()), await draw(bench())];
    one.root.focus();
    press(one.root, "2");
    await settled();
    expect(one.model.of("label")).toHaveLength(1);
    expect(two.model.of("label")).toHaveLength(0);
    expect(two.root.querySelector("[data-item-id]")?.getAttribute("data-item-id")).toBe("item-1");
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("offers nothing in a report", async () => {
    const { model, root } = await draw(bench(), { frozen: true });
    for (const key of ["1", "u", "s", "w", "Enter"]) press(root, key);
    await settled();
    expect(root.querySelector("[data-action=undo-lesson]")).toBeNull();
    expect(root.textContent).toContain("read-only report");
    expect(model.sent).toEqual([]);
  });
});
