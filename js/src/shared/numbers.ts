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
