// The item with its reasons in it: pointing at a word, a column or a part of an image lights its
// reason, and the reverse.

import { useMemo, useState } from "preact/hooks";
import { Button, classes } from "./controls";
import { Fields, type FieldMark } from "./fields";
import { lm } from "./keys";
import { Picture } from "./picture";
import { pieces } from "./pieces";
import type { ContentProps, ReasonRow } from "./types";

export interface ReasonItemProps extends Reasons {
  item: ContentProps;
}

/** Whatever the item is, its reasons are shown where they stand in it. */
export function ReasonItem({ item, ...reasons }: ReasonItemProps) {
  const { rows, lit, onPoint, onChoose } = reasons;
  const fields = item.fields ?? [];
  if (item.kind === "row") {
    const marks = new Map<number, FieldMark>();
    fields.forEach(({ name, unseen }, place) => {
      const row = unseen ? undefined : rows.find(({ term }) => term === name);
      if (row) marks.set(place, { kind: kindOf(row), lit: lit.has(name) });
    });
    const named = (place: number) => (marks.has(place) ? fields[place]?.name : undefined);
    return (
      <div class="rhml-reason-row-item" role="group" aria-label="The item" tabIndex={0} {...lm}>
        <Fields
          fields={fields}
          marks={marks}
          label="The item"
          onPoint={(place) => {
            const name = place === null ? undefined : named(place);
            onPoint(name === undefined ? [] : [name]);
          }}
          onChoose={(place) => {
            const name = named(place);
            if (name !== undefined) onChoose(name);
          }}
        />
      </div>
    );
  }
  const rest = fields.length ? <Fields fields={fields} label="The item" /> : null;
  if (item.kind === "image") {
    const full = Math.max(...rows.map(({ value }) => Math.abs(value)), 1e-9);
    const parts = rows.flatMap(({ term, value, boxes = [] }) =>
      boxes.map((box) => ({ box, strength: value / full, title: term, lit: lit.has(term) })),
    );
    return (
      <div class="rhml-reason-picture">
        <Picture src={item.image ?? ""} words={item.text} parts={parts} />
        {rest}
      </div>
    );
  }
  return (
    <>
      <ReasonText text={item.text} {...reasons} />
      {rest}
    </>
  );
}

const LONGEST = 600;
const KEPT = 160;

/** What no reason stands in; long, it folds around the reasons beside it. */
function Quiet({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const points = useMemo(() => (text.length > LONGEST ? Array.from(text) : []), [text]);
  if (open || points.length <= LONGEST) return <>{text}</>;
  const hidden = points.length - 2 * KEPT;
  return (
    <>
      {points.slice(0, KEPT).join("")}
      <Button small look="link" action="unfold" onClick={() => setOpen(true)}>
        {`… ${hidden.toLocaleString("en")} more characters …`}
      </Button>
      {points.slice(-KEPT).join("")}
    </>
  );
}

export interface ReasonTextProps extends Reasons {
  text: string;
}

interface Reasons {
  rows: readonly ReasonRow[];
  /** Terms that are pointed at, here or in the list. */
  lit: ReadonlySet<string>;
  onPoint(terms: readonly string[]): void;
  /** A click on a word: its strongest reason. */
  onChoose(term: string): void;
}

/** Who drew the line under it: the person where they said something of it, else the model. */
function kindOf(row: ReasonRow): NonNullable<FieldMark["kind"]> {
  if (row.stance === "irrelevant") return "struck";
  if (row.stance === "supports") return "human";
  return row.value < 0 ? "against" : "model";
}

export function ReasonText({ text, rows, lit, onPoint, onChoose }: ReasonTextProps) {
  const parts = useMemo(() => pieces(text, rows.map((row) => row.spans)), [text, rows]);
  return (
    // A long text scrolls: then it has to be reachable by keys.
    <div
      class="rhml-text rhml-reason-text"
      dir="auto"
      role="group"
      aria-label="The item"
      tabIndex={0}
      {...lm}
      onMouseLeave={() => onPoint([])}
    >
      {parts.map((part, i) => {
        const owners = part.owners
          .flatMap((owner) => rows[owner] ?? [])
          .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
        const [strongest] = owners;
        if (!strongest) return <Quiet key={i} text={part.text} />;
        const terms = owners.map((row) => row.term);
        return (
          <span
            key={i}
            class={classes(
              "rhml-mark",
              `rhml-mark-${kindOf(strongest)}`,
              terms.some((term) => lit.has(term)) && "is-lit",
            )}
            onMouseEnter={() => onPoint(terms)}
            onMouseLeave={() => onPoint([])}
            onClick={() => onChoose(strongest.term)}
          >
            {part.text}
          </span>
        );
      })}
    </div>
  );
}
