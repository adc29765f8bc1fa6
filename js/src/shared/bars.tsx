// Contributions as bars around a zero line, and what they add up to.

import { classes } from "./controls";
import { signed } from "./numbers";
import type { ReasonsProps } from "./types";

interface BarProps {
  value: number;
  before: number | null;
  full: number;
  /** Not a reason of its own: paler. */
  quiet?: boolean;
}

function side(value: number): string {
  return value < 0 ? "is-against" : "is-for";
}

/** For: to the right, solid. Against: to the left, hatched. Before: an outline. */
export function Bar({ value, before, full, quiet }: BarProps) {
  const width = (size: number) => `${((Math.abs(size) / full) * 50).toFixed(2)}%`;
  return (
    <span
      class={classes("rhml-bar", quiet && "is-quiet", before !== null && "is-compared")}
      aria-hidden="true"
    >
      <i class={classes("rhml-bar-now", side(value))} style={{ width: width(value) }} />
      {before !== null && (
        <i class={classes("rhml-bar-before", side(before))} style={{ width: width(before) }} />
      )}
    </span>
  );
}

interface SumProps {
  reasons: ReasonsProps;
  names: readonly string[];
  full: number;
}

/** What makes the bars add up: nothing is left out of the sum. */
export function Sum({ reasons, names, full }: SumProps) {
  const { rest, baseline, gap, prediction, prediction_before: before, unit, label } = reasons;
  const against = reasons.against === null ? undefined : names[reasons.against];
  const whose = `${unit} for ${names[label]}${against === undefined ? "" : ` over ${against}`}`;
  const compared = before !== null && signed(before) !== signed(prediction);
  // No description list: notebooks style its parts.
  return (
    <ul class="rhml-sum" aria-label="What the reasons add up to">
      <Part name="everything else" value={rest} full={full} bar />
      <Part name="baseline" value={baseline} full={full} />
      <Part name="not accounted for" value={gap} full={full} />
      <li class="rhml-sum-row is-total">
        <span class="rhml-sum-name">adds up to</span>
        <span class="rhml-sum-unit" dir="auto">
          {whose}
        </span>
        <span class="rhml-reason-was">{compared ? `${signed(before)} →` : ""}</span>
        <span class="rhml-reason-value">{signed(prediction)}</span>
      </li>
    </ul>
  );
}

interface PartProps {
  name: string;
  value: number;
  full: number;
  bar?: boolean;
}

function Part({ name, value, full, bar }: PartProps) {
  if (signed(value) === "0") return null;
  return (
    <li class="rhml-sum-row">
      <span class="rhml-sum-name">{name}</span>
      <span>{bar && <Bar value={value} before={null} full={full} quiet />}</span>
      <span />
      <span class="rhml-reason-value">{signed(value)}</span>
    </li>
  );
}
