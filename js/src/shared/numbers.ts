// Numbers as the page says them.

const NUMBER = new Intl.NumberFormat("en");
const MINUS = "−";
const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** "+1.84", "−.58", "0": two digits after the point, three only where two would say nothing. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size < 0.0005) return "0";
  const digits = size >= 100 ? 0 : size < 0.005 ? 3 : 2;
  return (value < 0 ? MINUS : "+") + size.toFixed(digits).replace(/^0\./, ".");
}

/** 2497 -> "2,497" */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** plural(1, "label") -> "1 label" */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "five"; digits beyond ten. */
export function inWords(value: number): string {
  return WORDS[value] ?? count(value);
}

/** A share as percent: "5 %", "0.4 %"; one digit after the point below one percent. */
export function percent(share: number): string {
  return `${bare(share)} %`;
}

/** An interval of a share in percent: "[2, 9]". */
export function between(low: number, high: number): string {
  return `[${bare(low)}, ${bare(high)}]`;
}

/** A score as people cite it: ".73". */
export function score(value: number): string {
  return value.toFixed(2).replace(/^0\./, ".");
}

function bare(share: number): string {
  const value = 100 * share;
  return value > 0 && value < 0.95 ? value.toFixed(1) : value.toFixed(0);
}
