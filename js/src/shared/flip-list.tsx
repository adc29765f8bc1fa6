// What a lesson changed, item by item: the text, before and after, and what the person said.

import { Sign, Spoken } from "./controls";
import { lm } from "./keys";
import { count } from "./numbers";
import type { FlipRow } from "./types";

/** “22 from how-to to trade, 9 from chatter to trade” */
export function directions(rows: readonly FlipRow[], names: readonly string[]): string {
  const sizes = new Map<string, number>();
  for (const { before, after } of rows) {
    const way = `from ${names[before]} to ${names[after]}`;
    sizes.set(way, (sizes.get(way) ?? 0) + 1);
  }
  const ways = [...sizes].sort((a, b) => b[1] - a[1]);
  const rest = ways.slice(3).reduce((sum, [, size]) => sum + size, 0);
  const listed = ways.slice(0, 3).map(([way, size]) => `${count(size)} ${way}`);
  return [...listed, ...(rest ? [`${count(rest)} in other ways`] : [])].join(", ");
}

export interface FlipListProps {
  box: { current: HTMLOListElement | null };
  rows: readonly FlipRow[];
  names: readonly string[];
}

export function FlipList({ box, rows, names }: FlipListProps) {
  return (
    <ol
      ref={box}
      class="rhml-flips"
      aria-label="What changed: each text, before and after"
      tabIndex={0}
      {...lm}
    >
      {rows.map((row) => (
        <li key={row.item_id} class="rhml-flip" data-flip-id={row.item_id}>
          <p class="rhml-flip-text" dir="auto">
            {row.text}
          </p>
          <p class="rhml-flip-change">
            <Sign of="model" />
            <span class="rhml-muted">{names[row.before]}</span>
            <span aria-label="became">→</span>
            <b class="rhml-model">{names[row.after]}</b>
            {row.judged !== null && (
              <Spoken by={row.judged === row.after ? "pair" : "human"}>
                {row.judged === row.after
                  ? `you said so, too`
                  : `you said ${names[row.judged]}`}
              </Spoken>
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}
