// Answers on their way. Each belongs to the item that was seen when its key went down; the next item
// may be drawn before the reply; a failed one is kept, with its event_id, until it is saved or left.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { newEventId, whyNot } from "./call";
import { coalesced, isDrawing } from "./frame";
import { keyTime } from "./keys";
import type { ClassIndex, ItemProps, QueueProps, Span } from "./types";

export type AnswerKind = "label" | "skip" | "keep" | "revise";

export interface Answer {
  item_id: string;
  kind: AnswerKind;
  label: ClassIndex | null;
  event_id: string;
  state: "saving" | "saved" | "failed";
  slow: boolean;
  error: string;
  /** The next item is drawn without waiting for the reply. */
  ahead: boolean;
  send(): Promise<{ seq: number }>;
}

export interface Intent {
  item_id: string;
  kind: AnswerKind;
  label: ClassIndex | null;
  ahead: boolean;
  send(event_id: string, onSlow: () => void): Promise<{ seq: number }>;
}

export interface Answers {
  /** Newest last. */
  all: readonly Answer[];
  of(item_id: string | undefined): Answer | undefined;
  give(intent: Intent): void;
  /** Sends every failed answer again, as it was. */
  retry(): void;
  /** Forgets the failed ones. */
  leave(): void;
  /** Counts the answers that were saved from here. */
  saved: number;
  /** The label given last, while it is on its way and a moment after: said on its key. */
  last: { label: ClassIndex; saved: boolean } | null;
}

const SAID = 1_200;

export function useAnswers(props: QueueProps, onSaved: (answer: Answer) => void): Answers {
  const [all, draw] = useState<readonly Answer[]>([]);
  // Known at once, drawn in the next frame: a second key may come before.
  const known = useRef(all);
  const frame = useMemo(() => coalesced(() => draw(known.current)), []);
  const setAll = (next: (answers: readonly Answer[]) => readonly Answer[]) => {
    known.current = next(known.current);
    frame.ask();
  };
  const [saved, setSaved] = useState(0);
  const [said, setSaid] = useState<ClassIndex | null>(null);
  const saying = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const current = useRef(props);
  current.current = props;
  const alive = useRef(true);
  useEffect(
    () => () => {
      alive.current = false;
      frame.stop();
      clearTimeout(saying.current);
    },
    [],
  );

  // Whatever comes after the reply knows of the answer: an item listed again was undone.
  useLayoutEffect(() => {
    const open = known.current.filter((answer) => answer.state !== "saved");
    if (open.length < known.current.length) setAll(() => open);
  }, [props]);

  const change = (event_id: string, next: Partial<Answer> | null) => {
    if (!alive.current) return;
    setAll((answers) =>
      answers.flatMap((answer) =>
        answer.event_id !== event_id ? [answer] : next === null ? [] : [{ ...answer, ...next }],
      ),
    );
  };

  const send = (answer: Answer) => {
    answer.send().then(
      ({ seq }) => {
        if (!alive.current) return;
        onSaved(answer);
        setSaved((n) => n + 1);
        setSaid(answer.label);
        clearTimeout(saying.current);
        saying.current = setTimeout(() => setSaid(null), SAID);
        const { items, seq: shown } = current.current;
        const listed = items.some((item) => item.item_id === answer.item_id);
        change(answer.event_id, listed && shown < seq ? { state: "saved" } : null);
      },
      (error: Error) => {
        change(answer.event_id, { state: "failed", error: whyNot(error), slow: false });
      },
    );
  };

  const give = (intent: Intent) => {
    const before = known.current.find((one) => one.item_id === intent.item_id);
    // A stop says itself that the label arrived: its reply need not be awaited.
    const overtaken = before?.kind === "label" && (intent.kind === "keep" || intent.kind === "revise");
    if (before && before.state !== "failed" && !overtaken) return;
    // The same answer again is the same intent: if it was saved after all, it is saved once.
    const same = before?.kind === intent.kind && before.label === intent.label;
    const event_id = same && before ? before.event_id : newEventId();
    const answer: Answer = {
      ...intent,
      event_id,
      state: "saving",
      slow: false,
      error: "",
      send: () => intent.send(event_id, () => change(event_id, { slow: true })),
    };
    setAll((answers) => [...answers.filter((one) => one.item_id !== intent.item_id), answer]);
    send(answer);
  };

  const retry = () => {
    const failed = known.current.filter((answer) => answer.state === "failed");
    for (const answer of failed) change(answer.event_id, { state: "saving", error: "" });
    failed.forEach(send);
  };

  const newest = all[all.length - 1];
  const onItsWay = newest?.state === "saving" && newest.label !== null ? newest.label : null;
  return {
    all,
    last:
      onItsWay !== null
        ? { label: onItsWay, saved: false }
        : said !== null
          ? { label: said, saved: true }
          : null,
    of: (item_id) => all.find((answer) => answer.item_id === item_id),
    give,
    retry,
    leave: () => setAll((answers) => answers.filter((answer) => answer.state !== "failed")),
    saved,
  };
}

/** The item a key answers now: the first that is not answered already. */
export function currentItem(items: readonly ItemProps[], answers: Answers): ItemProps | undefined {
  const open = items.find((item) => {
    const answer = answers.of(item.item_id);
    return !answer || answer.state === "failed" || (answer.state === "saving" && !answer.ahead);
  });
  // All that was drawn ahead is answered: the last stays until there are more.
  return open ?? items[items.length - 1];
}

export interface Draft {
  note: string;
  marked: Span[];
}

export interface Drafts {
  of(item: ItemProps | undefined): Draft;
  change(item: ItemProps, next: Partial<Draft>): void;
  drop(item_id: string): void;
}

const NOTHING: Draft = { note: "", marked: [] };

/** Where an item starts: empty, or with what was taken back. */
function beginning(item: ItemProps): Draft {
  return item.draft ? { note: item.draft.note ?? "", marked: item.draft.rationale } : NOTHING;
}

/** Notes and marks not sent yet: they live in the page, each with its item. */
/** Notes and marks not yet sent: each person's own, and each item's. */
export function useDrafts(person: string): Drafts {
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(new Map());
  const key = (item_id: string) => `${person}\n${item_id}`;
  return {
    of: (item) => (item ? (drafts.get(key(item.item_id)) ?? beginning(item)) : NOTHING),
    change: (item, next) =>
      setDrafts((all) => {
        const before = all.get(key(item.item_id)) ?? beginning(item);
        return new Map(all).set(key(item.item_id), { ...before, ...next });
      }),
    drop: (item_id) =>
      setDrafts((all) => {
        const rest = new Map(all);
        return rest.delete(key(item_id)) ? rest : all;
      }),
  };
}

export interface Paint {
  /** False for what was pressed before the person could see what stands there now. */
  saw(event: Event): boolean;
  /** Milliseconds since it was first painted. */
  since(): number;
}

// Where something appears that the person did not ask for, a key already on its way is not for it.
const SURPRISE = 400;

/** Knows when `what` was painted: a key pressed before never answers it. `away`: it is not on show. */
export function usePaint(what: string, surprise: boolean, away: boolean, onPaint: () => void): Paint {
  const at = useRef<number | null>(null);
  const told = useRef(onPaint);
  told.current = onPaint;
  useLayoutEffect(() => {
    at.current = null;
    if (away) return;
    const painted = () => {
      if (at.current !== null) return;
      at.current = performance.now();
      told.current();
    };
    if (isDrawing()) {
      painted();
      return;
    }
    const frame = requestAnimationFrame(painted);
    const late = setTimeout(painted, 250); // no frames in a page out of sight
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(late);
    };
  }, [what, away]);
  return {
    saw: (event) => at.current !== null && keyTime(event) >= at.current + (surprise ? SURPRISE : 0),
    since: () => (at.current === null ? 0 : Math.max(0, Math.round(performance.now() - at.current))),
  };
}

/** What `label` is told of an item. */
export function labelArgs(item: ItemProps, label: ClassIndex, draft: Draft, ms: number) {
  return {
    item_id: item.item_id,
    label,
    seen: item.seen,
    ms,
    rationale: draft.marked,
    note: draft.note.trim() || null,
  };
}

