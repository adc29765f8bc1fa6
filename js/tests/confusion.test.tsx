import { afterEach, describe, expect, it } from "vitest";
import confusion from "../src/confusion-matrix";
import type { ConfusionProps } from "../src/shared/types";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function some(more: Partial<ConfusionProps> = {}): ConfusionProps {
  return {
    seq: 9, classes: ["trade", "how-to", "chatter"], of: "answers",
    choices: [{ of: "checks", name: "you and I, on checks" }, { of: "answers", name: "you and I, on all you answered" }],
    rows: "you", columns: "I", about: "all you answered before I was seen", words: "31 of 40 the same label",
    labels: [0, 1, 2], counts: [[12, 0, 3], [1, 9, 0], [5, 0, 10]], outside: 0, cell: null, may_act: true,
    status: "40 of 100 labeled", ...more,
  };
}

const CELL: NonNullable<ConfusionProps["cell"]> = {
  row: 2, column: 0, n: 5, reasons: true, closed: 0,
  items: [{ item_id: "x1", text: "fresh batch" }, { item_id: "x2", text: "<b>anyone?</b>" }],
};

async function draw(props: ConfusionProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, ...traits });
  const one = await mount(confusion.render, model);
  mounted.push(one);
  const cells = () => [...one.root.querySelectorAll<HTMLElement>("[data-action=open-cell]")];
  const act = (name: string) => one.root.querySelector<HTMLElement>(`[data-action=${name}]`);
  return { model, root: one.root, cells, act };
}

describe("the confusion matrix", () => {
  it("is a table whose cells say what they count", async () => {
    const { cells, root } = await draw(some());
    expect(cells().map((cell) => cell.textContent)).toEqual(["12", "0", "3", "1", "9", "0", "5", "0", "10"]);
    expect(cells()[6]?.getAttribute("aria-label")).toBe("you: chatter, I: trade: 5 items");
    expect(root.textContent).toContain("31 of 40 the same label");
    expect(root.textContent).toContain("Rows: you said … Columns: I said …");
  });

  it("is walked by arrows, one stop for the tab key, and opens by a click", async () => {
    const { model, cells } = await draw(some());
    expect(cells().filter((cell) => cell.tabIndex === 0)).toHaveLength(1);
    cells()[0]?.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight"]) {
      press(document.activeElement as HTMLElement, key);
      await settled();
    }
    expect(document.activeElement).toBe(cells()[4]);
    expect(cells().filter((cell) => cell.tabIndex === 0)).toEqual([cells()[4]]);
    cells()[6]?.click();
    cells()[1]?.click(); // nothing is in it
    await settled();
    expect(model.of("open_cell").map(({ args }) => args)).toEqual([{ row: 2, column: 0 }]);
  });

  it("lists an open cell as text, explains its items and asks more like them once", async () => {
    const { model, root, act } = await draw(some({ cell: CELL }));
    expect(root.querySelector("[aria-pressed=true]")?.textContent).toBe("5");
    expect(root.textContent).toContain("<b>anyone?</b>");
    expect(root.textContent).toContain("2 of 5 are listed.");
    act("explain")?.click();
    for (const _ of "ab") {
      act("more-like-cell")?.click();
      await settled();
    }
    expect(model.of("explain")[0]?.args).toEqual({ item_id: "x1", label: null, against: null });
    expect(model.of("more_like_cell")).toHaveLength(1);
    model.reply(model.of("more_like_cell")[0], { asked: 3 });
    await settled();
    expect(root.textContent).toContain("3 items like these come next.");
    act("close-cell")?.click();
    expect(model.of("close_cell")).toHaveLength(1);
  });

  it("compares by choice", async () => {
    const { model, act } = await draw(some());
    const choice = act("compare") as HTMLSelectElement;
    choice.value = "checks";
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
    expect(model.of("compare")[0]?.args).toEqual({ of: "checks" });
  });

  it("is frozen in a report: shown, walked, and nothing sent", async () => {
    const { model, cells, root, act } = await draw(some({ cell: CELL }), { frozen: true });
    cells()[6]?.click();
    await settled();
    expect(model.of("open_cell")).toHaveLength(0);
    expect(act("compare")).toBeNull();
    expect(act("explain")).toBeNull();
    expect(root.textContent).toContain("fresh batch");
  });

  it("says which of many classes it shows", async () => {
    const { root } = await draw(some({ labels: [0, 2], counts: [[12, 3], [5, 10]], outside: 10 }));
    expect(root.textContent).toContain("The 2 most confused of 3 classes; 10 items of others.");
  });
});
