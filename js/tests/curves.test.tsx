// The curve: drawn once, then fed; words, table and a notice where there is no chart.

import type { Host } from "@anywidget/types";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import learningCurves from "../src/learning-curves";
import { extension } from "../src/shared/chart";
import type { CurvesProps } from "../src/shared/types";
import vega, { type Drawn, type VegaExports } from "../src/vega";
import { fakeModel, mount, settled, type FakeModel, type Mounted } from "./fake-model";

// Vega keeps the `fetch` it finds when it is loaded.
const fetched = vi.hoisted(() => (globalThis.fetch = vi.fn(async () => new Response("[]"))));

type Rows = CurvesProps["rows"];

const SPEC = { width: "container", data: { name: "curve" }, mark: "line" };

function rows(n: number, from = 0): Rows {
  return Array.from({ length: n }, (_, i) => ({ n_labels: from + i, value: (from + i) / 100 }));
}

let seq = 0;

function curves(more: Partial<CurvesProps> = {}): CurvesProps {
  return {
    seq: ++seq, empty: "", spec: { ...SPEC }, rows: rows(3), versions: [],
    summary: "The model agrees with you on 33 of 41 checks.", regime: "blind checks, drawn at random",
    table: { columns: ["checks", "agrees"], rows: [["41", "33 <b>"]] }, ...more,
  };
}

/** Vega as this view uses it, with a log of what is asked of it. */
function fakeVega(embed?: VegaExports["embed"]) {
  const log = {
    embeds: [] as Record<string, unknown>[],
    inserted: [] as [string, unknown[]][],
    replaced: [] as [string, unknown[]][],
    finalized: 0,
    tip: null as unknown as (content: never, event: never) => void,
  };
  const view = {
    change(name: string, change: { rows: unknown[]; removes: boolean }) {
      (change.removes ? log.replaced : log.inserted).push([name, change.rows]);
      return view;
    },
    runAsync: async () => view,
    width: () => view,
  };
  const exports = {
    async embed(_el: HTMLElement, spec: Record<string, unknown>, options: { onTip: never }) {
      log.embeds.push(spec);
      log.tip = options.onTip;
      return { view, finalize: () => void log.finalized++ } as unknown as Drawn;
    },
    changeset() {
      const change = {
        rows: [] as unknown[],
        removes: false,
        insert: (more: unknown[]) => (change.rows.push(...more), change),
        remove: () => ((change.removes = true), change),
      };
      return change;
    },
    ...(embed ? { embed } : {}),
  } as unknown as VegaExports;
  const host = { getWidget: vi.fn(async () => ({ exports, render: async () => {} })) };
  return { log, host: host as unknown as Host, asked: host.getWidget };
}

let model: FakeModel;
let shown: Mounted;

async function draw(first: CurvesProps, host?: Host, traits: Record<string, unknown> = {}) {
  // As the widget has it: `props` is empty, everything travels in `curves`.
  model = fakeModel({ props: {}, curves: first, vega: "anywidget:v1", ...traits });
  shown = await mount(learningCurves.render, model, host);
  await settled();
}

async function next(more: CurvesProps) {
  model.put({ curves: more });
  await settled();
}

const text = (selector: string) => shown.root.querySelector(selector)?.textContent ?? null;

beforeAll(() => {
  vi.stubGlobal("ResizeObserver", class {
    observe() {}
    disconnect() {}
  });
});
afterEach(() => shown?.end());

describe("extension", () => {
  it("is what was added, where nothing else changed", () => {
    expect(extension([], rows(2))).toEqual(rows(2));
    expect(extension(rows(2), rows(3))).toEqual(rows(1, 2));
    expect(extension(rows(2), rows(2))).toEqual([]);
  });

  it("is null where a row went, changed, or has other fields", () => {
    expect(extension(rows(2), rows(1))).toBeNull();
    expect(extension(rows(2), [...rows(1), { n_labels: 1, value: 0.5 }, ...rows(1, 2)])).toBeNull();
    expect(extension(rows(1), [{ n_labels: 0 }])).toBeNull();
    expect(extension(rows(1), [{ n_labels: 0, value: 0, label: "x" }])).toBeNull();
  });
});

describe("the chart", () => {
  let fake: ReturnType<typeof fakeVega>;
  beforeEach(() => {
    fake = fakeVega();
  });

  it("is embedded once, with its rows, from the model's own reference", async () => {
    await draw(curves(), fake.host);
    expect(fake.asked).toHaveBeenCalledWith("anywidget:v1");
    expect(fake.log.embeds).toEqual([{ ...SPEC, datasets: { curve: rows(3), versions: [] } }]);
  });

  it("inserts what was added, replaces what changed, and leaves alone what did not", async () => {
    await draw(curves(), fake.host);
    await next(curves({ rows: rows(5) }));
    expect(fake.log.inserted).toEqual([["curve", rows(2, 3)]]);
    await next(curves({ rows: rows(2), versions: [{ version: 1 }] }));
    expect(fake.log.replaced).toEqual([["curve", rows(2)]]);
    expect(fake.log.inserted).toEqual([["curve", rows(2, 3)], ["versions", [{ version: 1 }]]]);
    await next(curves({ rows: rows(2), versions: [{ version: 1 }] }));
    expect(fake.log.inserted).toHaveLength(2);
    expect(fake.log.replaced).toHaveLength(1);
    expect(fake.log.embeds).toHaveLength(1);
  });

  it("is fed with what came while it was drawn", async () => {
    let drawn: () => void = () => {};
    const slow = fakeVega();
    const embed: VegaExports["embed"] = async (...given) => {
      await new Promise<void>((resolve) => (drawn = resolve));
      return (await slow.host.getWidget<VegaExports>("")).exports.embed(...given);
    };
    fake = fakeVega(embed);
    await draw(curves(), fake.host);
    await next(curves({ rows: rows(4) }));
    drawn();
    await settled();
    // Both logs are of one chart: the embedding in `slow`, its changes, too.
    expect(slow.log.embeds).toHaveLength(1);
    expect(slow.log.inserted).toEqual([["curve", rows(1, 3)]]);
  });

  it("is embedded anew only for another spec, and the old one ends", async () => {
    await draw(curves(), fake.host);
    await next(curves({ spec: { ...SPEC } }));
    expect(fake.log.embeds).toHaveLength(1);
    await next(curves({ spec: { ...SPEC, mark: "point" } }));
    expect(fake.log.embeds).toHaveLength(2);
    expect(fake.log.finalized).toBe(1);
    shown.end();
    await settled();
    expect(fake.log.finalized).toBe(2);
  });

  it("does not let Vega write into the rows it keeps", async () => {
    await draw(curves(), fake.host);
    const given = (fake.log.embeds[0]?.["datasets"] as { curve: Rows }).curve;
    for (const row of given) row["vega"] = 1;
    await next(curves({ rows: rows(4) }));
    expect(fake.log.replaced).toEqual([]);
  });

  it("shows a tip as text, inside itself", async () => {
    await draw(curves(), fake.host);
    fake.log.tip({ count: "33 of 41 <b>" } as never, { clientX: 1, clientY: 1 } as never);
    await settled();
    expect(text(".rhml-tip")).toBe("count 33 of 41 <b>");
    fake.log.tip(null as never, {} as never);
    await settled();
    expect(text(".rhml-tip")).toBeNull();
  });
});

describe("words and table", () => {
  it("says the summary and the regime, and folds the table", async () => {
    await draw(curves(), fakeVega().host);
    expect(text(".rhml-curves-summary")).toBe("The model agrees with you on 33 of 41 checks.");
    expect(text(".rhml-why")).toBe("blind checks, drawn at random");
    expect(text("table")).toBeNull();
    const toggle = shown.root.querySelector<HTMLButtonElement>('[data-action="table"]');
    expect(toggle?.getAttribute("aria-expanded")).toBe("false");
    toggle?.click();
    await settled();
    expect(toggle?.getAttribute("aria-expanded")).toBe("true");
    expect(Array.from(shown.root.querySelectorAll("th, td"), (cell) => cell.textContent)).toEqual([
      "checks", "agrees", "41", "33 <b>",
    ]);
    expect(shown.root.querySelectorAll("td b")).toHaveLength(0);
  });

  it("has words while there is too little, and then draws", async () => {
    const fake = fakeVega();
    await draw(curves({ empty: "Too little to draw yet.", spec: null, rows: [] }), fake.host);
    expect(text(".rhml-empty")).toBe("Too little to draw yet.");
    expect(fake.log.embeds).toEqual([]);
    await next(curves());
    expect(fake.log.embeds).toHaveLength(1);
  });

  it("shows the table at once where there is no chart module", async () => {
    await draw(curves(), undefined, { vega: null });
    expect(text("td")).toBe("41");
    expect(text(".rhml-notice")).toBeNull();
  });

  it.each([
    ["drawing fails", () => fakeVega(async () => Promise.reject(new Error("no such mark"))).host],
    ["the module cannot be had", () => ({ getWidget: async () => { throw new Error("no such mark"); } }) as unknown as Host],
  ])("says so and shows the table where %s", async (_name, host) => {
    await draw(curves(), host());
    expect(text(".rhml-notice-title")).toBe("The chart could not be drawn.");
    expect(text(".rhml-problem-text")).toBe("no such mark");
    expect(text("td")).toBe("41");
  });

  it("tries again with another spec", async () => {
    let fails = true;
    const fake = fakeVega();
    const real = (await fake.host.getWidget<VegaExports>("")).exports;
    const host = fakeVega(async (...given) => {
      if (fails) throw new Error("no such mark");
      return real.embed(...given);
    }).host;
    await draw(curves(), host);
    fails = false;
    await next(curves({ spec: { ...SPEC, mark: "point" } }));
    expect(text(".rhml-notice")).toBeNull();
    expect(fake.log.embeds).toHaveLength(1);
  });
});

describe("the shared module", () => {
  it("draws SVG without eval and without style elements, and takes rows", async () => {
    // jsdom has no canvas to measure text with; Vega then estimates.
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    const { embed, changeset } = vega.initialize();
    const el = document.createElement("div");
    document.body.append(el);
    const spec = {
      data: { name: "curve" },
      datasets: { curve: rows(2) },
      transform: [{ calculate: "datum.value * 2", as: "double" }],
      mark: "point",
      encoding: {
        x: { field: "n_labels", type: "quantitative" },
        y: { field: "double", type: "quantitative" },
      },
      usermeta: { embedOptions: { defaultStyle: true, actions: true } },
    };
    const { view, finalize } = await embed(el, spec, { config: {}, onTip() {} });
    const points = () => el.querySelectorAll("svg .mark-symbol path").length;
    expect(points()).toBe(2);
    view.change("curve", changeset().insert(rows(3, 2)));
    await view.runAsync();
    expect(points()).toBe(5);
    expect(document.querySelectorAll("style, summary, details")).toHaveLength(0);
    finalize();
  });

  it("refuses to load anything", async () => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    const el = document.createElement("div");
    const spec = { data: { url: "https://example.org/rows.json" }, mark: "point" };
    await vega.initialize().embed(el, spec, { config: {}, onTip() {} });
    expect(fetched).not.toHaveBeenCalled();
  });
});
