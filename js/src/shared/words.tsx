// An item's text. Where it can be marked: one span a word, an option of a listbox, by pointer and by
// keys. Where it is only read: plain text. Both show marks, whose line tells whose they are.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { classes } from "./controls";
import { focusedIn, focusQuietly } from "./focus";
import { isPlain, lm } from "./keys";
import { mergeSpans, tokens, type Token } from "./text";
import type { Span } from "./types";

export type MarkKind = "human" | "model" | "against";

/** A stretch that somebody speaks of. Offsets in code points. */
export interface TextMark {
  span: Span;
  kind: MarkKind;
  /** Exact term and source, for the tooltip. */
  title?: string;
  /** Ringed: the one pointed at elsewhere. */
  active?: boolean;
}

export interface TextProps {
  text: string;
  marks?: readonly TextMark[];
  class?: string;
}

interface Piece {
  text: string;
  kind: MarkKind | "both" | null;
  title: string | undefined;
  active: boolean;
  first: boolean;
  last: boolean;
}

/** Cuts the stretch [start, end) of code points where marks begin and end. */
function cut(points: readonly string[], start: number, end: number, marks: readonly TextMark[]): Piece[] {
  const near = marks.filter(({ span }) => span[0] < end && span[1] > start);
  const edges = new Set([start, end]);
  for (const { span } of near) {
    for (const edge of span) if (edge > start && edge < end) edges.add(edge);
  }
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, i) => {
    const to = sorted[i + 1] ?? end;
    const over = near.filter(({ span }) => span[0] <= from && span[1] >= to);
    const has = (kind: MarkKind) => over.some((mark) => mark.kind === kind);
    const kind = has("human") && has("model") ? "both"
      : has("human") ? "human" : has("model") ? "model" : has("against") ? "against" : null;
    return {
      text: points.slice(from, to).join(""),
      kind,
      title: over.map((mark) => mark.title).filter(Boolean).join("\n") || undefined,
      active: over.some((mark) => mark.active),
      first: over.some(({ span }) => span[0] === from),
      last: over.some(({ span }) => span[1] === to),
    };
  });
}

function look({ kind, active, first, last }: Piece): string {
  return classes(
    kind && "rhml-mark",
    kind && `rhml-mark-${kind}`,
    kind && first && "rhml-mark-start",
    kind && last && "rhml-mark-end",
    active && "rhml-mark-active",
  );
}

function Pieces({ of }: { of: readonly Piece[] }) {
  return (
    <>
      {of.map((piece, i) =>
        piece.kind || piece.active ? (
          <span key={i} class={look(piece)} title={piece.title}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** Text to read, with marks. `dir` follows the text. */
export function MarkedText({ text, marks = [], class: name }: TextProps) {
  const pieces = useMemo(() => {
    const points = Array.from(text);
    return points.length ? cut(points, 0, points.length, marks) : [];
  }, [text, marks]);
  return (
    <span class={classes("rhml-text", name)} dir="auto">
      <Pieces of={pieces} />
    </span>
  );
}

export interface WordsProps extends TextProps {
  /** What the person marked. */
  marked: readonly Span[];
  onMark(marked: Span[]): void;
  label: string;
  /** Not now: shown, not changed. */
  off?: boolean;
  /** Counts up where the first word shall take the focus (M). */
  enter?: number;
  id?: string;
}

function covered(word: Token, spans: readonly Span[]): boolean {
  return spans.some(([start, end]) => start < word.end && end > word.start);
}

/** Neighbors become one stretch, with what stands between them. */
function spansOf(words: readonly Token[], chosen: ReadonlySet<number>): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word || !chosen.has(i)) continue;
    const last = spans[spans.length - 1];
    if (last && chosen.has(i - 1)) last[1] = word.end;
    else spans.push([word.start, word.end]);
  }
  return mergeSpans(spans);
}

function between(a: number, b: number): number[] {
  const [low, high] = a < b ? [a, b] : [b, a];
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

export function Words(props: WordsProps) {
  const { text, marks = [], marked, onMark, label, off, enter = 0, id, class: name } = props;
  const box = useRef<HTMLDivElement>(null);
  const all = useMemo(() => tokens(text), [text]);
  const words = useMemo(() => all.filter((token) => token.word), [all]);
  const points = useMemo(() => Array.from(text), [text]);
  const chosen = useMemo(() => {
    const set = new Set<number>();
    words.forEach((word, i) => covered(word, marked) && set.add(i));
    return set;
  }, [words, marked]);
  const [at, setAt] = useState(0);
  // The stretch under the pointer, before it is let go.
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const dragging = useRef<{ from: number; to: number; moved: boolean; quiet: boolean } | null>(null);
  const reach = useRef<{ from: number; base: ReadonlySet<number> } | null>(null);
  const here = Math.min(at, Math.max(0, words.length - 1));

  useLayoutEffect(() => {
    setAt(0);
    reach.current = null;
    dragging.current = null;
    setDrag(null);
  }, [text]);

  const option = (i: number) => box.current?.querySelector<HTMLElement>(`[data-i="${i}"]`) ?? null;
  const goTo = (i: number) => {
    const next = Math.max(0, Math.min(words.length - 1, i));
    setAt(next);
    const element = option(next);
    focusQuietly(element);
    element?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    return next;
  };
  useLayoutEffect(() => {
    if (enter > 0) goTo(here);
  }, [enter]);

  const choose = (set: ReadonlySet<number>) => onMark(spansOf(words, set));
  const toggle = (range: readonly number[]) => {
    const next = new Set(chosen);
    const whole = range.every((i) => chosen.has(i));
    for (const i of range) whole ? next.delete(i) : next.add(i);
    choose(next);
  };

  /** The word a line up or down, nearest across. */
  const vertical = (step: 1 | -1): number => {
    const from = option(here)?.getBoundingClientRect();
    if (!from) return here;
    const middle = from.left + from.width / 2;
    let best = here;
    let line: number | null = null;
    let distance = Infinity;
    for (let i = here + step; i >= 0 && i < words.length; i += step) {
      const box = option(i)?.getBoundingClientRect();
      if (!box || Math.abs(box.top - from.top) < from.height / 2) continue;
      line ??= box.top;
      if (Math.abs(box.top - line) > from.height / 2) break;
      const off = Math.abs(box.left + box.width / 2 - middle);
      if (off < distance) [best, distance] = [i, off];
    }
    return best;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (off || !isPlain(event) || event.isComposing) return;
    const rtl = box.current ? getComputedStyle(box.current).direction === "rtl" : false;
    const targets: Record<string, () => number> = {
      ArrowLeft: () => here + (rtl ? 1 : -1),
      ArrowRight: () => here + (rtl ? -1 : 1),
      ArrowUp: () => vertical(-1),
      ArrowDown: () => vertical(1),
      Home: () => 0,
      End: () => words.length - 1,
    };
    const target = targets[event.key];
    if (target) {
      event.preventDefault();
      const next = Math.max(0, Math.min(words.length - 1, target()));
      if (event.shiftKey) {
        reach.current ??= { from: here, base: new Set(chosen) };
        const { from, base } = reach.current;
        choose(new Set([...base, ...between(from, next)]));
      } else reach.current = null;
      goTo(next);
    } else if (event.key === " ") {
      event.preventDefault();
      reach.current = null;
      if (!event.repeat) toggle([here]);
    }
  };

  const wordAt = (event: PointerEvent): number | null => {
    const root = box.current?.getRootNode() as Document | ShadowRoot | undefined;
    const hit = root?.elementFromPoint?.(event.clientX, event.clientY) ?? (event.target as Element);
    const span = hit?.closest?.("[data-i]");
    return span && box.current?.contains(span) ? Number((span as HTMLElement).dataset["i"]) : null;
  };
  const onPointerDown = (event: PointerEvent) => {
    if (off || event.button !== 0) return;
    const word = wordAt(event);
    if (word === null) return;
    const root = box.current?.closest<HTMLElement>(".rhml-root");
    // The first click into the view only brings the focus; a drag already marks.
    const quiet = !!root && !focusedIn(root);
    dragging.current = { from: word, to: word, moved: false, quiet };
    box.current?.setPointerCapture?.(event.pointerId);
    setDrag(quiet ? null : { from: word, to: word });
  };
  const onPointerMove = (event: PointerEvent) => {
    const now = dragging.current;
    if (!now) return;
    const word = wordAt(event) ?? now.to;
    if (word === now.to && (now.moved || word === now.from)) return;
    now.to = word;
    now.moved = true;
    setDrag({ from: now.from, to: word });
  };
  const onPointerUp = () => {
    const now = dragging.current;
    dragging.current = null;
    setDrag(null);
    if (!now) return;
    goTo(now.to);
    reach.current = null;
    if (now.quiet && !now.moved) return;
    if (now.from === now.to) toggle([now.from]);
    else toggle(between(now.from, now.to));
  };
  const onPointerCancel = () => {
    dragging.current = null;
    setDrag(null);
  };

  const painted: TextMark[] = useMemo(
    () => [...marks, ...marked.map((span): TextMark => ({ span, kind: "human" }))],
    [marks, marked],
  );
  const drawn = useMemo(
    () => all.map((token) => cut(points, token.start, token.end, painted)),
    [all, points, painted],
  );
  const low = drag ? Math.min(drag.from, drag.to) : 1;
  const high = drag ? Math.max(drag.from, drag.to) : 0;

  let i = -1;
  return (
    <div
      ref={box}
      id={id}
      class={classes("rhml-text", "rhml-words", off && "rhml-words-off", name)}
      dir="auto"
      role="listbox"
      aria-multiselectable="true"
      aria-label={label}
      aria-disabled={off ? "true" : undefined}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerCancel}
    >
      {all.map((token, t) => {
        const pieces = drawn[t] ?? [];
        if (!token.word) return <Pieces key={t} of={pieces} />;
        i++;
        const index = i;
        const whole = pieces.length === 1 ? pieces[0] : undefined;
        return (
          <span
            key={t}
            {...lm}
            data-i={index}
            class={classes(
              "rhml-word",
              whole && look(whole),
              index >= low && index <= high && "rhml-word-dragged",
            )}
            title={whole?.title}
            role="option"
            aria-selected={chosen.has(index) ? "true" : "false"}
            tabIndex={!off && index === here ? 0 : -1}
          >
            {whole ? token.text : <Pieces of={pieces} />}
          </span>
        );
      })}
    </div>
  );
}

