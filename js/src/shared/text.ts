// Offsets are code points, as in Python: JavaScript's own count UTF-16 units. The text is never
// normalized, else the two sides would count differently.

import type { Span } from "./types";

export function codePointLength(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/** `text[start:end]` as Python slices it. */
export function slice(text: string, [start, end]: Span): string {
  return Array.from(text).slice(start, end).join("");
}

/** A word, or what stands between words. Offsets in code points. */
export interface Token {
  start: number;
  end: number;
  text: string;
  word: boolean;
}

// Emoji are not word-like to the segmenter, flags are neither, and people do mark them.
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const PLAIN = /[\p{L}\p{M}\p{N}_'’\u200c\u200d]+|[^\p{L}\p{M}\p{N}_'’\u200c\u200d]/gu;

let segmenter: Intl.Segmenter | null | undefined;

function* pieces(text: string): Iterable<{ segment: string; word: boolean }> {
  if (segmenter === undefined) {
    segmenter =
      typeof Intl.Segmenter === "function" ? new Intl.Segmenter("en", { granularity: "word" }) : null;
  }
  if (segmenter) {
    for (const { segment, isWordLike } of segmenter.segment(text)) {
      yield { segment, word: isWordLike === true || PICTURE.test(segment) };
    }
  } else {
    for (const [segment] of text.matchAll(PLAIN)) {
      yield { segment, word: /[\p{L}\p{N}]/u.test(segment) || PICTURE.test(segment) };
    }
  }
}

/** The whole text as words and gaps, in order: joined they are the text. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  for (const { segment, word } of pieces(text)) {
    const end = at + codePointLength(segment);
    const last = out[out.length - 1];
    if (!word && last && !last.word) {
      last.end = end;
      last.text += segment;
    } else out.push({ start: at, end, text: segment, word });
    at = end;
  }
  return out;
}

/** Sorted, without overlaps; spans that touch become one. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (end <= start) continue;
    const last = out[out.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

/** Comparable form of a name for finding: no case, no accents, separators as spaces. */
export function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLocaleLowerCase("en")
    .replace(/[\s_\-/.:]+/gu, " ")
    .trim();
}

/** “a long text …”, cut at a code point. */
export function excerpt(text: string, length = 60): string {
  const flat = text.replace(/\s+/gu, " ").trim();
  const points = Array.from(flat);
  return points.length <= length ? flat : `${points.slice(0, length - 1).join("").trimEnd()}…`;
}
