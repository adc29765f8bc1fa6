// A report's host: draws what was packed with what the notebook draws with, and is nobody's kernel.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import explanationPanel from "../src/explanation-panel";
import { drawAll, frozenModel } from "../src/host";
import { settled } from "./fake-model";

function page(models: Record<string, unknown>, ...places: [string, string][]) {
  const island = document.createElement("script");
  island.type = "application/json";
  island.dataset["rhmlModels"] = "";
  island.textContent = JSON.stringify({ models });
  const divs = places.map(([id, view]) => {
    const div = document.createElement("div");
    div.dataset["rhmlModel"] = id;
    div.dataset["rhmlView"] = view;
    div.textContent = "for who runs no scripts";
    return div;
  });
  document.body.append(...divs, island);
  return divs;
}

beforeEach(() => {
  globalThis.rhmlViews = {};
});
afterEach(() => {
  document.body.replaceChildren();
  globalThis.rhmlViews = undefined;
});

describe("a frozen model", () => {
  it("holds its traits, is frozen, and tells of changes until it is left", () => {
    const model = frozenModel({ props: { seq: 1 }, frozen: false });
    expect([model.get("props"), model.get("frozen"), model.get("none")]).toEqual([{ seq: 1 }, true, undefined]);
    const heard = vi.fn();
    model.on("change:props", heard);
    model.set("props", { seq: 2 });
    model.off("change:props", heard);
    model.set("props", { seq: 3 });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(model.get("props")).toEqual({ seq: 3 });
  });

  it("answers every action alike", async () => {
    const model = frozenModel({});
    const replies: unknown[] = [];
    model.on("msg:custom", (reply: unknown) => replies.push(reply));
    model.send({ id: "a-1", action: "undo", args: {} });
    await Promise.resolve();
    expect(replies).toEqual([
      { id: "a-1", ok: false, error: { type: "ReadOnlyReport", message: "This is a report: nothing can be changed." } },
    ]);
  });
});

describe("drawing", () => {
  it("gives each place its own traits and its own view", async () => {
    const render = vi.fn(({ model, el }) => el.append(model.get("props").words));
    globalThis.rhmlViews = { flips: { render } };
    const divs = page({ a: { props: { words: "one" } }, b: { props: { words: "<b>two" } } }, ["a", "flips"], ["b", "flips"]);
    await drawAll(document);
    expect(divs.map((div) => div.textContent)).toEqual(["one", "<b>two"]);
    expect(divs[1]?.children).toHaveLength(0);
  });

  it("starts a shared module once, by either form of reference", async () => {
    const initialize = vi.fn(() => ({ embed: true }));
    const seen: unknown[] = [];
    const render = async ({ host }: { host: { getWidget(ref: string): Promise<{ exports: unknown }> } }) => {
      seen.push((await host.getWidget("vega")).exports, (await host.getWidget("anywidget:vega")).exports);
    };
    globalThis.rhmlViews = { flips: { render } as never, vega: { initialize } };
    page({ a: {}, b: {} }, ["a", "flips"], ["b", "flips"]);
    await drawAll(document);
    expect(seen).toEqual(Array(4).fill({ embed: true }));
    expect(initialize).toHaveBeenCalledTimes(1);
  });

  it("says in its place what failed, and draws the others", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    globalThis.rhmlViews = {
      flips: { render: () => { throw new Error("broken <b>"); } },
      workbench: { render: ({ el }) => el.append("fine") },
    };
    const divs = page({ a: {}, b: {}, c: {} }, ["a", "flips"], ["b", "sweep"], ["c", "workbench"], ["d", "workbench"]);
    await drawAll(document);
    expect(divs.map((div) => div.textContent)).toEqual([
      "This panel could not be drawn: broken <b>",
      "This panel could not be drawn: not in this report: sweep b",
      "fine",
      "This panel could not be drawn: not in this report: workbench d",
    ]);
    expect(errors).toHaveBeenCalledTimes(3);
  });

  it("does nothing on a page without views", async () => {
    await drawAll(document);
    expect(document.body.childElementCount).toBe(0);
  });

  it("draws a real view as a read-only report", async () => {
    globalThis.rhmlViews = { "explanation-panel": explanationPanel as never };
    const props = {
      seq: 1, classes: ["a"], empty: "Press W.", item: null, heading: "", reasons: null,
      neighbors: [], effect: null, may_teach: true, problem: null,
    };
    const [div] = page({ a: { props } }, ["a", "explanation-panel"]);
    await drawAll(document);
    await settled();
    expect(div?.querySelector('[role="status"]')?.textContent).toBe("read-only report");
    expect(div?.querySelectorAll("button")).toHaveLength(0);
    expect(div?.textContent).toContain("No reasons were open.");
  });
});
