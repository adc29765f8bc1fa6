// The confusion matrix: a table of buttons, walked by arrows; a cell, opened, lists its items.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes, Heading } from "./controls";
import { lm } from "./keys";
import { NotSaved } from "./notice";
import { count, plural } from "./numbers";
import { focusQuietly, useActs, useUid, type Act } from "./root";
import type { ConfusionProps } from "./types";

export interface ConfusionViewProps {
  props: ConfusionProps;
  act: Act;
  /** In a report, or without a kernel: nothing can be opened. */
  frozen: boolean;
}

export function ConfusionView({ props, act, frozen }: ConfusionViewProps) {
  const acts = useActs(act);
  const name = useUid("compare");
  const { of, choices, about, words, cell } = props;
  const chosen = choices.find((one) => one.of === of);
  return (
    <section class="rhml-confusion rhml-pad" aria-label="Where we differ">
      <Heading>Where do we differ?</Heading>
      {frozen || choices.length < 2 ? (
        <p class="rhml-muted">{chosen?.name}</p>
      ) : (
        <label class="rhml-row" for={name}>
          <span class="rhml-muted">Compare</span>
          <select
            {...lm}
            id={name}
            class="rhml-input rhml-grow"
            data-action="compare"
            value={of}
            onChange={(event) => {
              void acts.act("compare", { of: event.currentTarget.value }).catch(() => {});
            }}
          >
            {choices.map((one) => (
              <option key={one.of} value={one.of}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="rhml-prose" dir="auto">
        <b>{words}</b>
      </p>
      <Matrix props={props} off={frozen || acts.busy} onOpen={(row, column) => {
        void acts.act("open_cell", { row, column }).catch(() => {});
      }} />
      <p class="rhml-muted rhml-prose">{`Counted: ${about}.`}</p>
      {cell ? <Cell key={`${of} ${cell.row} ${cell.column}`} props={props} cell={cell} act={act} frozen={frozen} /> : null}
      <NotSaved of={acts} />
    </section>
  );
}

/** “you said”, “I said”, “truth is”, “you first said” */
function said(who: string): string {
  if (who === "truth") return "truth is";
  if (who === "you, first") return "you first said";
  return who === "you, now" ? "you now say" : `${who} said`;
}

interface MatrixProps {
  props: ConfusionProps;
  off: boolean;
  onOpen(row: number, column: number): void;
}

function Matrix({ props, off, onOpen }: MatrixProps) {
  const { labels, counts, classes: names, rows, columns, outside, cell } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const [row, column] = [Math.min(at[0], labels.length - 1), Math.min(at[1], labels.length - 1)];

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const last = labels.length - 1;
    const next: [number, number] = [
      Math.min(last, Math.max(0, row + (step[0] ?? 0))),
      Math.min(last, Math.max(0, column + (step[1] ?? 0))),
    ];
    setAt(next);
    focusQuietly(body.current?.rows[next[0]]?.querySelectorAll<HTMLElement>("button")[next[1]]);
  };
  if (!labels.length) return null;
  return (
    <div class="rhml-table-box" tabIndex={0} role="region" aria-label="Confusion matrix" {...lm}>
      <table class="rhml-matrix">
        <caption class="rhml-muted">
          {`Rows: ${said(rows)} … Columns: ${said(columns)} …`}
        </caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                <span title={names[label]}>{names[label]}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={walk}>
          {labels.map((label, i) => (
            <tr key={label}>
              <th scope="row">
                <span title={names[label]}>{names[label]}</span>
              </th>
              {labels.map((other, j) => {
                const n = counts[i]?.[j] ?? 0;
                const open = cell?.row === label && cell.column === other;
                return (
                  <td key={other}>
                    <button
                      type="button"
                      {...lm}
                      data-action="open-cell"
                      tabIndex={i === row && j === column ? 0 : -1}
                      aria-disabled={off || !n ? "true" : undefined}
                      aria-pressed={open}
                      aria-label={`${rows}: ${names[label]}, ${columns}: ${names[other]}: ${plural(n, "item")}`}
                      class={classes(
                        "rhml-cell",
                        i === j ? "is-same" : "is-other",
                        open && "is-open",
                        !n && "is-none",
                      )}
                      // From a fifth of its ink on: a single error is seen, too.
                      ref={(element) => {
                        const share = i === j || !n ? 0 : 0.2 + (0.8 * n) / most;
                        element?.style.setProperty("--share", share.toFixed(2));
                      }}
                      onFocus={() => setAt([i, j])}
                      onClick={off || !n ? undefined : () => onOpen(label, other)}
                    >
                      {count(n)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {outside > 0 ? (
        <p class="rhml-muted">
          {`The ${labels.length} most confused of ${count(names.length)} classes; ${plural(outside, "item")} of others.`}
        </p>
      ) : null}
    </div>
  );
}

interface CellProps {
  props: ConfusionProps;
  cell: NonNullable<ConfusionProps["cell"]>;
  act: Act;
  frozen: boolean;
}

function Cell({ props, cell, act, frozen }: CellProps) {
  const acts = useActs(act);
  const list = useRef<HTMLOListElement>(null);
  const [told, setTold] = useState("");
  const { classes: names, rows, columns, may_act } = props;
  useLayoutEffect(() => {
    if (!frozen) list.current?.scrollIntoView?.({ block: "nearest" });
  }, []);
  return (
    <div class="rhml-cell-items">
      <Heading why={`${plural(cell.n, "item")}`}>
        {`${said(rows)} ${names[cell.row]}, ${said(columns)} ${names[cell.column]}`}
      </Heading>
      <ol ref={list} class="rhml-flips" aria-label="The items of this cell" tabIndex={0} {...lm}>
        {cell.items.map((item) => (
          <li key={item.item_id} class="rhml-flip">
            <p class="rhml-flip-text" dir="auto">
              {item.text || "(empty)"}
            </p>
            {cell.reasons && !frozen ? (
              <Button
                look="link"
                small
                action="explain"
                onClick={() => {
                  void acts
                    .act("explain", { item_id: item.item_id, label: null, against: null })
                    .then(() => setTold("Its reasons are open in the ExplanationPanel and the Workbench of this session."), () => {});
                }}
              >
                Why?
              </Button>
            ) : null}
          </li>
        ))}
        {cell.items.length < cell.n ? (
          <li class="rhml-flip rhml-muted">{`${count(cell.items.length)} of ${count(cell.n)} are listed.`}</li>
        ) : null}
        {cell.closed > 0 ? (
          <li class="rhml-flip rhml-muted">{`${plural(cell.closed, "more stays", "more stay")} closed for now.`}</li>
        ) : null}
      </ol>
      {frozen ? null : (
        <div class="rhml-row">
          {may_act ? (
            <Button
              action="more-like-cell"
              off={acts.busy || !cell.n}
              title="The unjudged items most like these are asked next; like all you pick, they count in no estimate."
              onClick={() => {
                if (acts.busy) return;
                void acts
                  .act("more_like_cell", {})
                  .then(({ asked: n }) => setTold(n ? `${plural(n, "item")} like these come next.` : "Nothing unjudged is like them."), () => {});
              }}
            >
              Ask me more like these
            </Button>
          ) : null}
          <Button look="quiet" action="close-cell" onClick={() => void acts.act("close_cell", {}).catch(() => {})}>
            Close
          </Button>
          <span role="status" class="rhml-muted">
            {told}
          </span>
        </div>
      )}
      <NotSaved of={acts} />
    </div>
  );
}
