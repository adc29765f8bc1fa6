import { afterEach, describe, expect, it } from "vitest";
import type { GateProps, OversightProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, settled, type Mounted } from "./fake-model";
import { someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function gate(more: Partial<GateProps> = {}): GateProps {
  return {
    gate: 90, version: 15, against: 14, aside: "", n_judged: 6, kept: false, shown: null,
    words: "Version 15 forgets 6 of 40 right answers of version 14 and gets 2 others right.",
    ...more,
  };
}

function bench(oversight: Partial<OversightProps> | undefined): WorkbenchProps {
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
    ...(oversight && {
      oversight: {
        mode: "adaptive", mode_words: "I learn from each answer.", proposals: [], flags: [], gate: null, may: true,
        ...oversight,
      },
    }),
  };
}

async function draw(props: WorkbenchProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, curves: {}, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  one.root.focus();
  const button = (action: string) => one.root.querySelector<HTMLElement>(`[data-action=${action}]`);
  return { model, root: one.root, button };
}

describe("oversight", () => {
  it("is missing in pages from before there was a gate", async () => {
    const { root } = await draw(bench(undefined));
    expect(root.querySelector(".rhml-oversight")).toBeNull();
  });

  it("shows the mode, and sets the other one", async () => {
    const { model, root, button } = await draw(bench({}));
    expect(root.querySelector("[data-mode-badge]")?.textContent).toBe("adaptive mode");
    button("mode")?.click();
    await settled();
    expect(model.of("set_mode")[0]?.args).toMatchObject({ mode: "stable" });
    expect(model.of("set_mode")[0]?.args).toHaveProperty("event_id");
  });

  it("says what a refit forgets; each choice is one button", async () => {
    const { model, root, button } = await draw(bench({ gate: gate({ aside: "2 of them are kept aside." }) }));
    const card = root.querySelector(".rhml-gate")?.textContent;
    expect(card).toContain("forgets 6 of 40 right answers");
    expect(card).toContain("2 of them are kept aside.");
    expect(button("roll-back")?.textContent).toBe("Keep version 14");
    button("accept")?.click();
    await settled();
    button("roll-back")?.click(); // one at a time
    await settled();
    expect(model.of("decide").map(({ args }) => args)).toMatchObject([{ gate: 90, choice: "accept" }]);
    model.reply(model.of("decide")[0], { seq: 91 });
    await settled();
    button("roll-back")?.click();
    await settled();
    expect(model.of("decide")[1]?.args).toMatchObject({ gate: 90, choice: "roll_back" });
  });

  it("lists what is forgotten on request, and takes the focus there", async () => {
    const { model, root, button } = await draw(bench({ gate: gate() }));
    button("see-unlearned")?.focus();
    button("see-unlearned")?.click();
    await settled();
    expect(model.of("show_unlearned")[0]?.args).toEqual({ gate: 90 });
    const shown = [{ item_id: "a", text: "selling logs", before: 0, after: 1, judged: 0 }];
    model.put({ props: bench({ gate: gate({ shown }) }) });
    model.reply(model.of("show_unlearned")[0], { n: 1 });
    await settled();
    expect(root.querySelector("[data-flip-id=a]")?.textContent).toContain("you said trade");
    expect(button("see-unlearned")).toBeNull();
    expect(root.contains(document.activeElement)).toBe(true);
  });

  it("stays quiet about what was not taken, and still offers it", async () => {
    const { root, button } = await draw(bench({ gate: gate({ kept: true }) }));
    expect(root.querySelector(".rhml-gate")?.textContent).toContain("You stay with version 14");
    expect(button("roll-back")).toBeNull();
    expect(button("accept")?.textContent).toBe("Take version 15 after all");
  });

  it("proposes, and lets the person stay", async () => {
    const { model, root, button } = await draw(bench({ mode: "stable", proposals: ["Let me learn again: it drifted."] }));
    expect(root.querySelector(".rhml-proposal")?.textContent).toContain("it drifted");
    button("stay")?.click();
    await settled();
    expect(model.of("set_mode")[0]?.args).toMatchObject({ mode: "stable" });
  });

  it("tells what cannot be kept, and offers nothing where nothing may be changed", async () => {
    const { root } = await draw(
      bench({ may: false, flags: ["I cannot keep “x” out."], proposals: ["p"], gate: gate() }),
    );
    const section = root.querySelector(".rhml-oversight");
    expect(section?.textContent).toContain("I cannot keep “x” out.");
    expect(section?.querySelectorAll("button")).toHaveLength(0);
  });
});
