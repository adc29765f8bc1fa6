// A row of a table, a line a column: its name, its value. Columns are marked as words are, by pointer
// and by keys; a mark is [i, i + 1], the column's place. What the model does not see stands apart.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { classes } from "./controls";
import { isPlain, lm } from "./keys";
import { focusedIn, focusQuietly } from "./root";
import type { FieldProps, Span } from "./types";
import type { MarkKind } from "./words";

/** Who drew the line under a column, and what a tooltip says of it. */
export interface FieldMark {
  kind: MarkKind | "struck";
  title?: string;
  lit?: boolean;
}

export interface FieldsProps {
  fields: readonly FieldProps[];
  /** By place; what the person marked is added to it. */
  marks?: ReadonlyMap<number, FieldMark>;
  marked?: readonly Span[];
  /** Missing: only read. */
  onMark?: (marked: Span[]) => void;
  onPoint?: (place: number | null) => void;
  onChoose?: (place: number) => void;
  label: string;
  off?: boolean;
  /** Counts up where the first column shall take the focus (M). */
  enter?: number;
}

export function Fields(props: FieldsProps) {
  const { fields, marks, marked = [], onMark, onPoint, onChoose, label, off, enter = 0 } = props;
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const quiet = useRef(false);
  const read = fields.filter(({ unseen }) => !unseen);
  const unseen = fields.filter((field) => field.unseen);
  const chosen = new Set(marked.map(([start]) => start));
  const here = Math.min(at, Math.max(0, read.length - 1));

  const goTo = (i: number) => {
    const place = Math.max(0, Math.min(read.length - 1, i));
    setAt(place);
    const line = box.current?.querySelector<HTMLElement>(`[data-i="${place}"]`) ?? null;
    focusQuietly(line);
    line?.scrollIntoView?.({ block: "nearest" });
  };
  useLayoutEffect(() => {
    if (enter > 0) goTo(here);
  }, [enter]);

  const toggle = (place: number) => {
    if (!read[place]?.markable) return;
    const next = new Set(chosen);
    if (!next.delete(place)) next.add(place);
    onMark?.([...next].sort((a, b) => a - b).map((i): Span => [i, i + 1]));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (off || !onMark || !isPlain(event) || event.isComposing) return;
    const to: Record<string, number> = {
      ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: read.length - 1,
    };
    const target = to[event.key];
    if (target !== undefined) {
      event.preventDefault();
      goTo(target);
    } else if (event.key === " ") {
      event.preventDefault();
      if (!event.repeat) toggle(here);
    }
  };

  return (
    <div class="rhml-row-item">
      <div
        ref={box}
        class={classes("rhml-fields", onMark && "rhml-words", (off || !onMark) && "rhml-words-off")}
        role={onMark ? "listbox" : "list"}
        aria-multiselectable={onMark ? "true" : undefined}
        aria-label={label}
        aria-disabled={onMark && off ? "true" : undefined}
        onKeyDown={onKeyDown}
        onMouseLeave={() => onPoint?.(null)}
        onPointerDown={() => {
          // The first click into the view only brings the focus.
          const root = box.current?.closest<HTMLElement>(".rhml-root");
          quiet.current = !!root && !focusedIn(root);
        }}
      >
        {read.map((field, i) => {
          const mark = marks?.get(i);
          const kind = chosen.has(i) ? "human" : mark?.kind;
          return (
            <div
              key={i}
              {...lm}
              data-i={i}
              data-field={field.name}
              class={classes("rhml-field", kind && `rhml-field-${kind}`, mark?.lit && "is-lit")}
              title={mark?.title}
              role={onMark ? "option" : "listitem"}
              aria-selected={onMark ? (chosen.has(i) ? "true" : "false") : undefined}
              tabIndex={onMark && !off ? (i === here ? 0 : -1) : undefined}
              onMouseEnter={() => onPoint?.(i)}
              onClick={() => {
                if (onChoose) onChoose(i);
                if (!onMark || off) return;
                goTo(i);
                if (!quiet.current) toggle(i);
              }}
            >
              <Cells field={field} />
            </div>
          );
        })}
      </div>
      {unseen.length ? (
        <div class="rhml-unseen">
          <p class="rhml-muted">Only you see this; the model does not:</p>
          <div class="rhml-fields" role="list" aria-label="What only you see">
            {unseen.map((field) => (
              <div key={field.name} class="rhml-field" role="listitem" data-field={field.name}>
                <Cells field={field} />
              </div>
            ))}
          </div>
        </div>
      ) : null}
    </div>
  );
}

function Cells({ field }: { field: FieldProps }) {
  const missing = field.value === "missing" && !field.number;
  return (
    <>
      <span class="rhml-field-name" dir="auto" title={field.name}>
        {field.name}
      </span>
      <span
        class={classes("rhml-field-value", field.number && "is-number", missing && "is-missing")}
        dir="auto"
      >
        {field.value === "" ? "(empty)" : field.value}
      </span>
    </>
  );
}
