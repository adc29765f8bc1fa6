// The item's text with its reasons in it: pointing at a word lights its reason, and the reverse.

import { useMemo } from "preact/hooks";
import { classes } from "./controls";
import { lm } from "./keys";
import { pieces } from "./pieces";
import type { ReasonRow } from "./types";

export interface ReasonTextProps {
  text: string;
  rows: readonly ReasonRow[];
  /** Terms that are pointed at, here or in the list. */
  lit: ReadonlySet<string>;
  onPoint(terms: readonly string[]): void;
  /** A click on a word: its strongest reason. */
  onChoose(term: string): void;
}

/** Who drew the line under it: the person where they said something of it, else the model. */
function kindOf(row: ReasonRow): string {
  if (row.stance === "irrelevant") return "rhml-mark-struck";
  if (row.stance === "supports") return "rhml-mark-human";
  return row.value < 0 ? "rhml-mark-against" : "rhml-mark-model";
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
        if (!strongest) return part.text;
        const terms = owners.map((row) => row.term);
        return (
          <span
            key={i}
            class={classes(
              "rhml-mark",
              kindOf(strongest),
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
