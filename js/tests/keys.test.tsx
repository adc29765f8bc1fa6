import { afterEach, describe, expect, it } from "vitest";
import labelQueue from "../src/label-queue";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someClasses, someItem, someQueue } from "./fixtures";

let mounted: Mounted[] = [];
const heard: string[] = [];
const hear = (event: KeyboardEvent) => void heard.push(event.key);
document.addEventListener("keydown", hear);
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
  heard.length = 0;
});

async function draw(props = someQueue()) {
  const model = fakeModel({ props });
  const one = await mount(labelQueue.render, model);
  mounted.push(one);
  return { model, root: one.root };
}

const KEYS = ["1", "j", "k", "m", "y", "a", "b", "d", "d", "x", "0", "0", "Enter", "Escape", "ArrowDown", " "];

describe("keys never reach the notebook", () => {
  it.each([
    ["the root", ".rhml-root"],
    ["a label button", "[data-label=trade]"],
    ["an action", "[data-action=undo]"],
    ["the note", "[data-action=note]"],
    ["a word", "[role=option]"],
  ])("with the focus on %s", async (_name, selector) => {
    const { root } = await draw();
    const target = root.matches(selector) ? root : root.querySelector<HTMLElement>(selector);
    for (const key of KEYS) {
      target?.focus();
      press(root, key);
    }
    press(root, "Enter", { shiftKey: true });
    press(root, "Enter", { ctrlKey: true });
    press(root, "Enter", { metaKey: true });
    press(root, "Enter", { altKey: true });
    await settled();
    expect(heard).toEqual([]);
  });

  it("nor while the keys are typed into the field that finds", async () => {
    const { root } = await draw(
      someQueue({ classes: someClasses(Array.from({ length: 12 }, (_, i) => `topic ${i}`)) }),
    );
    root.querySelector<HTMLElement>("[data-action=find]")?.focus();
    for (const key of KEYS) press(root, key);
    expect(heard).toEqual([]);
  });

  it("but for Ctrl and Cmd chords, which are the notebook's and the browser's", async () => {
    const { root } = await draw();
    press(root, "s", { ctrlKey: true });
    press(root, "c", { metaKey: true });
    expect(heard).toEqual(["s", "c"]);
  });

  it("leaves Tab free, and does nothing with chords itself", async () => {
    const { model, root } = await draw();
    root.focus();
    expect(press(root, "Tab").defaultPrevented).toBe(false);
    press(root, "1", { ctrlKey: true });
    press(root, "1", { altKey: true });
    press(root, "1", { isComposing: true });
    await settled();
    expect(model.of("label")).toHaveLength(0);
  });

  it("does not let Shift+Enter press the focused button, nor a held Enter", async () => {
    const { root } = await draw();
    root.querySelector<HTMLElement>("[data-label=trade]")?.focus();
    expect(press(root, "Enter", { shiftKey: true }).defaultPrevented).toBe(true);
    expect(press(root, "Enter", { repeat: true }).defaultPrevented).toBe(true);
    expect(press(root, "Enter").defaultPrevented).toBe(false);
  });

  it("carries the notebook's own mark on the root and on each control", async () => {
    const { root } = await draw();
    expect(root.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
    for (const control of root.querySelectorAll("button, input, [tabindex]")) {
      expect(control.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
    }
  });

  it("takes the digit of a layout that has it behind Shift", async () => {
    const { model, root } = await draw();
    root.focus();
    press(root, "&", { code: "Digit1" });
    await settled();
    expect(model.of("label")[0]?.args).toMatchObject({ label: 0 });
  });
});

describe("focus", () => {
  it("comes back to the root when the focused control vanishes", async () => {
    const { model, root } = await draw(someQueue({ items: [someItem(1)] }));
    root.querySelector<HTMLElement>("[data-label=trade]")?.focus();
    model.put({ props: someQueue({ seq: 11, state: "done", items: [] }) });
    await settled();
    expect(document.activeElement).toBe(root);
  });

  it("is not taken from elsewhere", async () => {
    const other = document.createElement("input");
    document.body.append(other);
    const { model, root } = await draw();
    root.querySelector<HTMLElement>("[data-label=trade]")?.focus();
    other.focus();
    model.put({ props: someQueue({ seq: 11, state: "done", items: [] }) });
    await settled();
    expect(document.activeElement).toBe(other);
    other.remove();
  });

  it("two views of one page do not hear one another's keys or replies", async () => {
    const one = await draw();
    const two = await draw();
    one.root.focus();
    press(one.root, "1");
    await settled();
    expect(one.model.of("label")).toHaveLength(1);
    expect(two.model.of("label")).toHaveLength(0);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
