import { afterEach, describe, expect, it } from "vitest";
import type { PeopleProps, WorkbenchProps } from "../src/shared/types";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function some(more: Partial<PeopleProps> = {}): PeopleProps {
  return {
    you: "quiet-heron", others: ["loud-wren"], may_switch: true, shareable: 14, sharing: 0,
    agreement: "Two people agree on 27 of 31 shared items: the model cannot be measured finer than that.",
    differ: 3, ...more,
  };
}

async function draw(people?: PeopleProps, more: Partial<WorkbenchProps> = {}, frozen = false) {
  const queue = someQueue();
  const props: WorkbenchProps = {
    seq: 10,
    header: { journal: "triage.rhml", person: "quiet-heron", model: queue.model, labeled: "3 of 100 labeled" },
    queue, lessons: [], standing: [],
    explanation: {
      seq: 10, classes: [], empty: "none", item: null, heading: "Reasons", reasons: null, neighbors: [],
      effect: null, may_teach: true, problem: null,
    },
    ...(people ? { people } : {}),
    ...more,
  };
  const model = fakeModel({ props, curves: {}, vega: null, frozen });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  return { model, root: one.root };
}

const opener = (root: HTMLElement) => root.querySelector<HTMLButtonElement>("[data-action=people]");

async function opened(people = some()) {
  const drawn = await draw(people);
  opener(drawn.root)?.click();
  await settled();
  return drawn;
}

describe("the people's menu", () => {
  it("opens at the name, takes the focus, says what is kept, and closes by Esc", async () => {
    const { root } = await opened();
    const box = root.querySelector(".rhml-people");
    for (const words of ["loud-wren", "kept with each answer", "27 of 31", "3 items are labeled differently"]) {
      expect(box?.textContent).toContain(words);
    }
    expect(opener(root)?.getAttribute("aria-expanded")).toBe("true");
    expect(box?.contains(document.activeElement)).toBe(true);
    press((document.activeElement as HTMLElement | null) ?? root, "Escape");
    await settled();
    expect(root.querySelector(".rhml-people")).toBeNull();
    expect(document.activeElement).toBe(opener(root));
  });

  it("switches to another one, and to somebody new, once an intent", async () => {
    const { root, model } = await opened();
    root.querySelector<HTMLButtonElement>("[data-person=loud-wren]")?.click();
    expect(model.of("switch_person")[0]?.args).toMatchObject({ name: "loud-wren", event_id: expect.any(String) });
    model.reply(model.of("switch_person")[0], { person: "loud-wren" });
    await settled();
    expect(root.querySelector(".rhml-people")).toBeNull();
    opener(root)?.click();
    await settled();
    const field = root.querySelector<HTMLInputElement>(".rhml-people input");
    if (!field) throw new Error("no field");
    field.value = " slow-owl ";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    press(field, "Enter");
    expect(model.of("switch_person")[1]?.args).toMatchObject({ name: "slow-owl" });
    model.refuse(model.of("switch_person")[1], "there is “Slow-Owl” already");
    await settled();
    expect(root.querySelector(".rhml-people")?.textContent).toContain("there is “Slow-Owl” already");
  });

  it("asks for some of another's items, and never more than there are", async () => {
    const { root, model } = await opened(some({ shareable: 4 }));
    const button = root.querySelector<HTMLButtonElement>("[data-action=share]");
    expect(button?.textContent).toBe("Judge 4 of theirs blind");
    button?.click();
    expect(model.of("share")[0]?.args).toMatchObject({ n: 10 });
  });

  it("keeps the class keys away from the item behind it", async () => {
    const { root, model } = await opened();
    press((document.activeElement as HTMLElement | null) ?? root, "1");
    await settled();
    expect(model.of("label")).toHaveLength(0);
  });

  it("is only a name where nothing may be changed", async () => {
    for (const [people, frozen] of [[some({ may_switch: false }), false], [some(), true], [undefined, false]] as const) {
      const { root } = await draw(people, {}, frozen);
      expect(opener(root)).toBeNull();
      expect(root.querySelector(".rhml-header")?.textContent).toContain("you, quiet-heron");
    }
  });
});

describe("the history", () => {
  it("tells the other's answer beside one's own", async () => {
    const row = { seq: 5, item_id: "a", excerpt: "one", label: 0, stage: "", note: null };
    const { root } = await draw(some(), {
      queue: someQueue({ history: [{ ...row, others: [{ person: "loud-wren", label: 1 }] }] }),
    });
    press(root, "h");
    await settled();
    expect(root.querySelector(".rhml-history-label")?.textContent).toContain("trade");
    expect(root.querySelector(".rhml-history-others")?.textContent).toBe("loud-wren: how-to");
  });

  it("leaves a note half written to who wrote it", async () => {
    const { model, root } = await draw(some());
    const queue = someQueue();
    const note = () => root.querySelector<HTMLInputElement>("[data-action=note]") as HTMLInputElement;
    const sit = async (person: string) => {
      const props = model.get("props") as WorkbenchProps;
      model.put({ props: { ...props, queue: { ...queue, person } } });
      await settled();
    };
    await sit("ann");
    note().value = "ann's own";
    note().dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    await sit("zoe");
    expect(note().value).toBe("");
    await sit("ann");
    expect(note().value).toBe("ann's own");
  });
});
