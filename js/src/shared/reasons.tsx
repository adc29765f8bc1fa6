// The reasons, a row each: term, bar, value, what the person said of it, and the menu to say it.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bar, Sum } from "./bars";
import { Button, classes, Sign } from "./controls";
import { isPlain, lm } from "./keys";
import { signed } from "./numbers";
import { focusQuietly } from "./root";
import { TeachMenu } from "./teach-menu";
import type { ClassIndex, ReasonRow, ReasonsProps } from "./types";

export type Stance = NonNullable<ReasonRow["stance"]>;

export interface ReasonsViewProps {
  /** Names the item explained: another one starts afresh. */
  of: string;
  reasons: ReasonsProps;
  classes: readonly string[];
  /** Places of classes that cannot be answered any more. */
  gone: readonly ClassIndex[];
  mayTeach: boolean;
  lit: ReadonlySet<string>;
  onPoint(terms: readonly string[]): void;
  /** The row the focus is on; null when it left. */
  onReach(term: string | null): void;
  /** The term whose menu is open. */
  open: string | null;
  onOpen(term: string | null): void;
  /** Terms on their way to the journal. */
  saving: ReadonlySet<string>;
  onTeach(term: string, stance: Stance, label: ClassIndex | null): void;
  onUndo(lesson: number): void;
}

/** A refit may weigh the rows anew; under the pointer they stay where they are. */
function useSteadyOrder(of: string, rows: readonly ReasonRow[]): readonly ReasonRow[] {
  const first = useRef<{ of: string; places: Map<string, number> }>({ of: "", places: new Map() });
  return useMemo(() => {
    if (first.current.of !== of) first.current = { of, places: new Map() };
    const { places } = first.current;
    for (const { term } of rows) if (!places.has(term)) places.set(term, places.size);
    return [...rows].sort((a, b) => (places.get(a.term) ?? 0) - (places.get(b.term) ?? 0));
  }, [of, rows]);
}

export function ReasonsView(view: ReasonsViewProps) {
  const { reasons, classes: names } = view;
  const rows = useSteadyOrder(view.of, reasons.rows);
  const list = useRef<HTMLOListElement>(null);
  const [at, setAt] = useState(0);
  const here = Math.min(at, Math.max(0, rows.length - 1));
  const sizes = rows.flatMap(({ value, before }) => [Math.abs(value), Math.abs(before ?? 0)]);
  const full = Math.max(...sizes, Math.abs(reasons.rest), 1e-9);

  const rowAt = (i: number) =>
    list.current?.querySelectorAll<HTMLElement>(".rhml-reason-row")[i] ?? null;

  // A word clicked in the text opens the menu here: the focus follows it.
  useLayoutEffect(() => {
    const i = rows.findIndex(({ term }) => term === view.open);
    if (i >= 0) setAt(i);
  }, [view.open]);

  function onKeyDown(event: KeyboardEvent): void {
    if (!isPlain(event) || view.open !== null) return;
    const to: Record<string, number> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const place = Math.max(0, Math.min(rows.length - 1, next));
    setAt(place);
    focusQuietly(rowAt(place));
  }

  return (
    <>
      <ol
        ref={list}
        class="rhml-reasons"
        aria-label={
          view.mayTeach
            ? "Reasons. Arrow keys move, Enter says something of one."
            : "Reasons. Arrow keys move."
        }
        onKeyDown={onKeyDown}
        onMouseLeave={() => view.onPoint([])}
      >
        {rows.map((row, i) => (
          <Reason
            key={row.term}
            row={row}
            full={full}
            view={view}
            reached={i === here}
            onReach={() => setAt(i)}
            refocus={() => focusQuietly(rowAt(i))}
          />
        ))}
      </ol>
      <Sum reasons={reasons} names={names} full={full} />
    </>
  );
}

interface ReasonProps {
  row: ReasonRow;
  full: number;
  view: ReasonsViewProps;
  reached: boolean;
  onReach(): void;
  refocus(): void;
}

/** The class a reason speaks for in the model's eyes; null: only against, of nobody in particular. */
function speaksFor({ value }: ReasonRow, { label, against }: ReasonsProps): ClassIndex | null {
  return value < 0 ? against : label;
}

function moved({ value, before }: ReasonRow): boolean {
  return before !== null && signed(before) !== signed(value);
}

function Reason({ row, full, view, reached, onReach, refocus }: ReasonProps) {
  const { reasons, classes: names, mayTeach } = view;
  const { term, value, before } = row;
  const open = view.open === term;
  const sided = speaksFor(row, reasons);
  const speech = signed(value) === "0"
    ? "says nothing"
    : `speaks ${value < 0 && sided === null ? "against" : `for ${names[sided ?? reasons.label]}`}`;
  const change = moved(row) ? `, before ${signed(before as number)}` : "";
  const said = stanceWords(row, names);
  const lesson = said ? (row.stance_lesson ?? null) : null;
  // After what is to be seen: who speaks to the page says what is on it.
  const spoken = `${speech}${change}${said && `; you: ${said}`}`;
  const shared = {
    class: "rhml-reason-row",
    tabIndex: reached ? 0 : -1,
    onFocus: () => {
      onReach();
      view.onReach(term);
    },
    onBlur: () => view.onReach(null),
    ...lm,
  };
  const cells = (
    <>
      <span class="rhml-reason-term" dir="auto" title={term}>
        {term}
      </span>
      <Bar value={value} before={moved(row) ? before : null} full={full} />
      <span class="rhml-reason-was" aria-hidden="true">{moved(row) ? `${signed(before as number)} →` : ""}</span>
      <span class="rhml-reason-value">{signed(value)}</span>
      <span class="rhml-visually-hidden">: {spoken}</span>
    </>
  );
  return (
    <li
      class={classes(
        "rhml-reason",
        view.lit.has(term) && "is-lit",
        open && "is-open",
        row.stance === "irrelevant" && "is-struck",
      )}
      data-term={term}
      onMouseEnter={() => view.onPoint([term])}
    >
      {mayTeach ? (
        <button
          type="button"
          {...shared}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => view.onOpen(open ? null : term)}
        >
          {cells}
        </button>
      ) : (
        <div role="group" aria-label={`${term} ${signed(value)}: ${spoken}`} {...shared}>
          {cells}
        </div>
      )}
      {(said || view.saving.has(term)) && (
        <span class={classes("rhml-stance", leaning(row) < 0 && "is-after")}>
          <Sign of="human" />
          <span class="rhml-stance-words" dir="auto" title={said}>
            {view.saving.has(term) ? "saving…" : said}
          </span>
          {mayTeach && lesson !== null && !view.saving.has(term) && (
            <Button
              look="link"
              class="rhml-stance-undo"
              action="undo-lesson"
              aria-label={`undo: ${term}, ${said}`}
              onClick={() => view.onUndo(lesson)}
            >
              undo
            </Button>
          )}
        </span>
      )}
      {open && (
        <TeachMenu
          term={term}
          classes={names}
          gone={view.gone}
          speaksFor={signed(value) === "0" ? null : sided}
          faint={signed(value) === "0"}
          stance={row.stance}
          stanceLabel={row.stance_label}
          onUndo={
            lesson === null
              ? null
              : () => {
                  view.onUndo(lesson);
                  view.onOpen(null);
                  refocus();
                }
          }
          onSupports={(label) => {
            view.onTeach(term, "supports", label);
            refocus();
          }}
          onIrrelevant={() => {
            view.onTeach(term, "irrelevant", null);
            refocus();
          }}
          onClose={(back) => {
            if (back) refocus();
            view.onOpen(null);
          }}
        />
      )}
    </li>
  );
}

/** Which half of the bar's track is taken: of a struck word, by what it was. */
function leaning({ value, before }: ReasonRow): number {
  return signed(value) === "0" ? (before ?? value) : value;
}

function stanceWords(row: ReasonRow, names: readonly string[]): string {
  if (row.stance === "irrelevant") return "struck";
  if (row.stance !== "supports") return "";
  const name = row.stance_label === null ? undefined : names[row.stance_label];
  return name === undefined ? "backed" : `for ${name}`;
}
