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
              {excerpt}
            </span>
            <span
              class="rhml-muted rhml-neighbor-like"
              title={`Likeness of the words (cosine): ${similarity.toFixed(2)}, 1 is the same words`}
            >
              {likeness(similarity)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function likeness(similarity: number): string {
  if (similarity >= 0.995) return "the same words";
  if (similarity >= 0.6) return "much alike";
  if (similarity >= 0.3) return "alike";
  if (similarity >= 0.1) return "a little alike";
  return "hardly alike";
}
