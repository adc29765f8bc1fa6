// Type to find: which classes a few letters mean, the likeliest first.

import { plain } from "./text";

/** Rank of a name for a query, lower is nearer; null: not meant. */
export function rank(name: string, query: string): number | null {
  const wanted = plain(query);
  const have = plain(name);
  if (!wanted) return 0;
  if (have === wanted) return 0;
  if (have.startsWith(wanted)) return 1;
  if (` ${have}`.includes(` ${wanted}`)) return 2;
  const words = have.split(" ");
  const parts = wanted.split(" ");
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return 3;
  if (have.includes(wanted)) return 4;
  return parts.every((part) => have.includes(part)) ? 5 : null;
}

/** Indices into `names` that a query means; those of one rank keep their order, "" is never meant. */
export function find(names: readonly string[], query: string): number[] {
  return names
    .map((name, i) => ({ i, rank: name === "" ? null : rank(name, query) }))
    .filter((one): one is { i: number; rank: number } => one.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .map(({ i }) => i);
}
