// A chart that is drawn once and then fed: Vega's side of CurvesView, without Preact.

import type { TipContent, VegaExports } from "../vega";

export type Row = Record<string, string | number | null>;
export type ChartData = Record<string, readonly Row[]>;

export interface Chart {
  /** Show other rows; resolves when they are drawn. */
  update(data: ChartData): Promise<void>;
  finalize(): void;
}

/** Rows to add so that what is drawn becomes `next`; null where adding is not enough. */
export function extension(drawn: readonly Row[], next: readonly Row[]): Row[] | null {
  if (next.length < drawn.length) return null;
  const grown = drawn.every((row, i) => sameRow(row, next[i] as Row));
  return grown ? next.slice(drawn.length) : null;
}

function sameRow(one: Row, other: Row): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => Object.is(one[key], other[key]))
  );
}

/** Vega marks the rows it is given: ours stay clean. */
function copies(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row }));
}

// Colors are CSS variables: the browser resolves them where they are drawn, so a change of theme
// needs no redraw. Marks name theirs in the spec; these are for what surrounds them.
const INK = "var(--rhml-ink2)";
const LINE = "var(--rhml-line)";
const CONFIG = {
  background: "transparent",
  view: { stroke: "transparent" },
  axis: {
    domainColor: LINE,
    gridColor: LINE,
    labelColor: INK,
    labelFontSize: 12,
    labelPadding: 6,
    tickColor: LINE,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  legend: { labelColor: INK, labelFontSize: 12, titleColor: INK, titleFontWeight: "normal" },
  title: { color: INK, fontWeight: "normal" },
  text: { color: INK, fontSize: 12 },
};

/**
 * Draw `spec`, whose named data sets are those of `data`, into `el`. Throws what Vega throws.
 */
export async function drawChart(
  el: HTMLElement,
  vega: VegaExports,
  spec: Record<string, unknown>,
  data: ChartData,
  onTip: (content: TipContent, event: MouseEvent) => void,
): Promise<Chart> {
  // A box of its own: an embedding overtaken by the next one ends in a box no longer in the page.
  const box = el.ownerDocument.createElement("div");
  el.replaceChildren(box);
  const datasets = Object.fromEntries(
    Object.entries(data).map(([name, rows]) => [name, copies(rows)]),
  );
  const { view, finalize } = await vega.embed(
    box,
    { ...spec, datasets: { ...(spec.datasets as object | undefined), ...datasets } },
    { config: CONFIG, onTip },
  );

  // Vega itself only listens to the window: a panel also changes its width without it.
  let width = box.clientWidth;
  const observer = new ResizeObserver(() => {
    if (spec.width !== "container" || box.clientWidth === width || box.clientWidth === 0) return;
    width = box.clientWidth;
    void view.width(width).runAsync();
  });
  observer.observe(box);

  let drawn = data;
  let wanted: ChartData | null = null;
  let feeding: Promise<void> | null = null;

  async function feed(): Promise<void> {
    for (let next = wanted; next; next = wanted) {
      wanted = null;
      let changed = false;
      for (const [name, rows] of Object.entries(next)) {
        const added = extension(drawn[name] ?? [], rows);
        if (added?.length === 0) continue;
        const change = vega.changeset();
        if (added) change.insert(copies(added));
        else change.remove(() => true).insert(copies(rows));
        view.change(name, change);
        changed = true;
      }
      drawn = next;
      if (changed) await view.runAsync();
    }
  }

  return {
    update(next) {
      wanted = next;
      feeding ??= feed().finally(() => {
        feeding = null;
      });
      return feeding;
    },
    finalize() {
      observer.disconnect();
      finalize();
    },
  };
}
