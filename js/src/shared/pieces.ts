// A text cut where reasons begin and end.

import type { Span } from "./types";

export interface Piece {
  text: string;
  /** Numbers of the spans' owners that cover this piece. */
  owners: number[];
}

/**
 * Cut `text` at the ends of all spans: code points, as Python counts them. Spans may overlap (a
 * term of two words and its parts), and may reach beyond a shortened text.
 */
export function pieces(text: string, spans: readonly (readonly Span[])[]): Piece[] {
  const points = Array.from(text);
  const cuts = new Set([0, points.length]);
  for (const span of spans.flat()) {
    for (const at of span) cuts.add(Math.max(0, Math.min(points.length, at)));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(1).map((end, i) => {
    const start = edges[i] ?? 0;
    return {
      text: points.slice(start, end).join(""),
      owners: spans.flatMap((own, owner) =>
        own.some(([from, to]) => from <= start && end <= to) ? [owner] : [],
      ),
    };
  });
}
