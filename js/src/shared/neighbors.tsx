// The nearest items the person labeled: what the model has to go by.

import { Spoken } from "./controls";
import type { NeighborRow } from "./types";

export interface NeighborsProps {
  rows: readonly NeighborRow[];
  classes: readonly string[];
}

export function Neighbors({ rows, classes: names }: NeighborsProps) {
  if (rows.length === 0) return null;
  return (
    <div class="rhml-neighbors">
      <h3 class="rhml-h2">
        <span>Nearest you have labeled</span>
      </h3>
      <ul>
        {rows.map(({ item_id, excerpt, label, similarity }) => (
          <li key={item_id} class="rhml-neighbor">
            <Spoken by="human">{names[label]}</Spoken>
            <span class="rhml-neighbor-text" dir="auto" title={excerpt}>
              “{excerpt}”
            </span>
            <span class="rhml-muted rhml-number" title="Likeness of the words: 1 is the same text">
              {similarity.toFixed(2).replace(/^0\./, ".")} alike
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
