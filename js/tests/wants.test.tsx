import { afterEach, describe, expect, it } from "vitest";
import workbench from "../src/workbench";
import type { WorkbenchProps } from "../src/shared/types";
import { fakeModel, mount, settled, type Mounted } from "./fake-model";
import { someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

const WANTS = { intent: null, label: null, choices: ["teach me", "find more"], may: true };

async function draw(wants: Partial<typeof WANTS> | object = {}, traits: Record<string, unknown> = {}) {
  const queue = someQueue();
  const props = {
    seq: 1, header: { journal: "t", person: "wren", model: queue.model, labeled: "" }, queue,
    explanation: {
      seq: 1, classes: [], empty: "Nothing yet.", item: null, heading: "", reasons: null, neighbors: [], effect: null,
      may_teach: true, problem: null,
    },
    lessons: [], standing: [], audit: null, result: null, wants: { ...WANTS, ...wants },
  } as unknown as WorkbenchProps;
  const model = fakeModel({ props, curves: {}, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  const field = (name: string) => one.root.querySelector<HTMLSelectElement>(`[data-action=${name}]`);
  const choose = async (name: string, value: string) => {
    const element = field(name) as HTMLSelectElement;
    element.value = value;
    element.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
  };
  return { model, root: one.root, field, choose };
}

describe("what the person wants now", () => {
  it("is said by a choice, and taken back by the usual", async () => {
    const { model, root, choose } = await draw({ intent: "teach me" });
    expect(root.textContent).toContain("my reasons open after each answer");
    await choose("want", "");
    expect(model.of("want")[0]?.args).toMatchObject({ intent: null, label: null });
  });

  it("asks for the class before more of it is found", async () => {
    const { model, field, choose } = await draw();
    await choose("want", "find more");
    expect(model.of("want")).toHaveLength(0);
    await choose("want-class", "1");
    expect(model.of("want")[0]?.args).toMatchObject({ intent: "find more", label: 1 });
    expect(field("want")).not.toBeNull();
  });

  it("is not offered in a report", async () => {
    const { field } = await draw({}, { frozen: true });
    expect(field("want")).toBeNull();
  });
});
