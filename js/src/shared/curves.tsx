// What each of us knows: the curve with its words, its truth regime and its table.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TipContent, VegaExports } from "../vega";
import { type Chart, type ChartData, drawChart } from "./chart";
import { Button, Heading } from "./controls";
import { lm } from "./keys";
import { ProblemNotice } from "./notice";
import { useTrait, useView } from "./root";
import type { CurvesProps } from "./types";

export interface CurvesViewProps {
  props: CurvesProps;
  /** The shared chart module; null where there is none: the table stands in. */
  vega: Promise<VegaExports> | null;
  frozen: boolean;
  /** Sentences that stand beside it: none is said twice. */
  told?: readonly string[];
}

/** The shared chart module behind the trait `vega`; null where the model names none. */
export function useVega(): Promise<VegaExports> | null {
  const { host } = useView();
  const reference = useTrait<string | null | undefined>("vega");
  return useMemo(() => {
    if (!reference || !host) return null;
    const module = host.getWidget<VegaExports>(reference).then(({ exports }) => exports);
    // Said where the chart would be.
    module.catch(() => {});
    return module;
  }, [reference, host]);
}

/** Nothing here changes anything: a frozen one is as alive as a live one. */
export function CurvesView({ props, vega, told }: CurvesViewProps) {
  // null: not chosen; then the table is shown where no chart can be.
  const [open, setOpen] = useState<boolean | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const spec = JSON.stringify(props.spec);
  useEffect(() => setFailure(null), [spec, vega]);

  if (props.empty || !props.spec) {
    return (
      <section class="rhml-curves" aria-label="What each of us knows">
        <Head regime={props.regime} />
        <p class="rhml-empty" dir="auto">
          {props.empty || "Nothing to draw yet."}
        </p>
      </section>
    );
  }
  const charted = vega !== null && failure === null;
  const tabled = open ?? !charted;
  return (
    <section class="rhml-curves" aria-label="What each of us knows">
      <Head regime={props.regime} />
      {!told?.includes(props.summary) && (
        <p class="rhml-curves-summary" dir="auto">
          {props.summary}
        </p>
      )}
      {(props.drift ?? []).map((sentence) => (
        <p key={sentence} class="rhml-curves-drift rhml-muted" dir="auto">
          {sentence}
        </p>
      ))}
      {failure !== null && (
        <ProblemNotice
          problem={{
            kind: "chart",
            title: "The chart could not be drawn.",
            text: failure,
            hint: "The table holds the same numbers.",
          }}
        />
      )}
      {vega !== null && failure === null && (
        <Plot
          key={spec}
          spec={props.spec}
          rows={props.rows}
          versions={props.versions}
          summary={[props.summary, ...(props.drift ?? [])].join(" ")}
          vega={vega}
          onFailure={setFailure}
        />
      )}
      <Button
        look="link"
        small
        action="table"
        aria-expanded={tabled}
        onClick={() => setOpen(!tabled)}
      >
        {tabled ? "Hide the table" : "Show the table"}
      </Button>
      {tabled && <Table table={props.table} />}
    </section>
  );
}

function Head({ regime }: { regime: string }) {
  return <Heading why={regime}>What each of us knows</Heading>;
}

interface PlotProps {
  spec: Record<string, unknown>;
  rows: CurvesProps["rows"];
  versions: CurvesProps["versions"];
  summary: string;
  vega: Promise<VegaExports>;
  onFailure(text: string): void;
}

interface Tip {
  content: Exclude<TipContent, null>;
  x: number;
  y: number;
  /** Opens towards the middle of the chart. */
  leftwards: boolean;
}

/** One embedding: remounted (by its key) when the spec changes, fed when only the rows do. */
function Plot({ spec, rows, versions, summary, vega, onFailure }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const [tip, setTip] = useState<Tip | null>(null);
  const data: ChartData = { curve: rows, versions };
  const latest = useRef(data);
  latest.current = data;

  function failed(error: unknown): void {
    onFailure(error instanceof Error ? error.message : String(error));
  }

  function showTip(content: TipContent, event: MouseEvent): void {
    const frame = box.current?.getBoundingClientRect();
    if (content === null || content === "" || !frame) return setTip(null);
    const x = event.clientX - frame.left;
    setTip({ content, x, y: event.clientY - frame.top, leftwards: x > frame.width / 2 });
  }

  useEffect(() => {
    let gone = false;
    const drawing = vega.then((module) => {
      if (gone || !box.current) return null;
      return drawChart(box.current, module, spec, latest.current, showTip);
    });
    drawing.then(
      (done) => {
        if (gone) return done?.finalize();
        chart.current = done;
        // What came while it was drawn.
        return done?.update(latest.current);
      },
    ).catch((error) => {
      if (!gone) failed(error);
    });
    return () => {
      gone = true;
      chart.current?.finalize();
      chart.current = null;
    };
  }, [vega]);

  useEffect(() => {
    chart.current?.update(latest.current).catch(failed);
  }, [rows, versions]);

  return (
    <div class="rhml-plot" onMouseLeave={() => setTip(null)}>
      <div ref={box} class="rhml-plot-box" role="img" aria-label={summary} />
      {tip && (
        <div
          class={tip.leftwards ? "rhml-tip is-leftwards" : "rhml-tip"}
          aria-hidden="true"
          style={{ left: `${tip.x}px`, top: `${tip.y}px` }}
        >
          {typeof tip.content === "string"
            ? tip.content
            : Object.entries(tip.content).map(([name, value]) => (
                <div key={name}>
                  <span>{name}</span> <b>{String(value)}</b>
                </div>
              ))}
        </div>
      )}
    </div>
  );
}

function Table({ table }: { table: CurvesProps["table"] }) {
  return (
    <div
      class="rhml-table-box"
      role="region"
      aria-label="The curve as a table"
      tabIndex={0}
      {...lm}
    >
      <table class="rhml-table">
        <thead>
          <tr>
            {table.columns.map((name, i) => (
              <th key={i} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} dir="auto">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
