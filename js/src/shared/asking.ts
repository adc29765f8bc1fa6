// What the queue is doing: the item that is asked, what was answered, what a key means now.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import {
  currentItem, labelArgs, useAnswers, useDrafts, usePaint, type Answer, type Answers, type Draft,
} from "./answers";
import { inFrame } from "./frame";
import { isButton } from "./keys";
import { classOf, isFinding, isTyped, lettersOf, type Letters } from "./letters";
import { placeOf, usePlace, type Place } from "./place";
import { focusedIn, focusQuietly } from "./focus";
import { useActs, useKeys, useView, type Acts, type ViewProps } from "./root";
import { WITHOUT_UNDO } from "./states";
import { useWhole, type Whole } from "./whole";
import type { ClassIndex, ItemProps, KeyedAction, QueueProps, Span, StopProps } from "./types";

export interface QueueViewProps extends ViewProps<QueueProps> {
  /** The reasons asked for are here: goes to them. Without it they are in another cell. */
  onWhy?: () => void;
}

export type Tray = "skip" | "new-class" | "history" | "search";

/** The actions that stand under the keys. */
export type Lettered = Exclude<KeyedAction, "find" | "revise" | "twice">;
const LETTERED: readonly Lettered[] = ["skip", "undo", "mark", "note", "history", "why", "new-class", "search", "twins"];

export interface Asking {
  section: RefObject<HTMLElement | null>;
  field: RefObject<HTMLInputElement | null>;
  note: RefObject<HTMLInputElement | null>;
  /** What is asked; undefined while advice stands. */
  item: ItemProps | undefined;
  whole: Whole;
  draft: Draft;
  stop: StopProps | null;
  shownId: string | undefined;
  /** How the answer to what is shown stands. */
  answer: Answer | undefined;
  answers: Answers;
  acts: Acts;
  /** True where a key may answer. */
  live: boolean;
  busy: boolean;
  revising: boolean;
  nudged: boolean;
  tray: Tray | null;
  /** What the new class may be called. */
  named: string;
  place: Place;
  /** The reasons were asked for, and stand in another cell. */
  apart: boolean;
  /** Counts up: the words take the focus. */
  marking: number;
  /** Counts up: the field that finds is empty again. */
  fresh: number;
  can: Record<Lettered, boolean>;
  run: Record<Lettered, () => void>;
  letters: Letters;
  /** To where keys belong between two answers. */
  home(): void;
  close(): void;
  /** False where it answers nothing now. */
  choose(label: ClassIndex, event: Event): boolean;
  keep(event: Event): void;
  revise(): void;
  back(): void;
  skip(why: string | null): void;
  /** Opens the tray for a new class. */
  name(name: string): void;
  mark(marked: Span[]): void;
  write(note: string): void;
  /** Where the pointer went down: a click answers what was seen then. */
  point(): void;
  /** Asks whether somebody is there again. */
  knock(): void;
}

/** Where a focused field would bring up the keyboard over the item. */
function isTouch(): boolean {
  return globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;
}

export function useAsking({ props, act, frozen, gone, onWhy }: QueueViewProps): Asking {
  const { root, call, silent } = useView();
  const { classes, items } = props;
  const drafts = useDrafts(props.person ?? "");
  const answers = useAnswers(props, (answer) => {
    if (answer.kind === "label") drafts.drop(answer.item_id);
  });
  const acts = useActs(act);
  const [tray, setTray] = useState<Tray | null>(null);
  const [named, setNamed] = useState("");
  const place = usePlace(root, () => setTray(null));
  // Each holds the id of what it is about: with the next item it is over.
  const [revised, setRevised] = useState<string | null>(null);
  const [nudged, setNudged] = useState<string | null>(null);
  const [explained, setExplained] = useState<string | null>(null);
  const [marking, setMarking] = useState(0);
  const [fresh, setFresh] = useState(0);
  const section = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const note = useRef<HTMLInputElement>(null);
  const pointed = useRef<string | undefined>(undefined);
  const told = useRef(new Set<string>());
  // Esc in the field: letters act, answer after answer, until the field is asked for again.
  const byLetters = useRef(false);

  const finding = isFinding(classes);
  const stop = props.state === "stopped" ? props.stop : null;
  const asked = props.state === "asking" || (props.state === "stopped" && !stop);
  const shows = asked || props.state === "read-only" || props.state === "no-classes";
  const item = !stop && shows ? currentItem(items, answers) : undefined;
  const shownId = stop?.item_id ?? item?.item_id;
  const given = answers.of(shownId);
  const answer = stop && given?.kind === "label" ? undefined : given;
  const busy = answer !== undefined && answer.state !== "failed";
  const live = !frozen && !gone && (asked || stop !== null);
  const latest = useRef(shownId);
  latest.current = shownId;
  const revising = stop !== null && revised === stop.item_id;
  const draft = drafts.of(item);
  const heard = !frozen && !gone;
  const whole = useWhole(item, shownId, acts, heard);

  // A stop is another thing than the item it is about, and so is an item that came back unsaved.
  const failed = answer?.state === "failed";
  const scene = [props.state, stop ? "stop" : "", failed ? "failed" : "", shownId ?? ""].join(" ");
  const paint = usePaint(scene, failed, silent, () => {
    if (!item || !asked || frozen || told.current.has(item.item_id)) return;
    told.current.add(item.item_id);
    call("shown", { item_id: item.item_id }).catch(() => {});
  });

  const home = () => {
    const typed = isTyped(classes) && !byLetters.current;
    const finds = typed && live && (stop === null || revising) && !isTouch();
    focusQuietly(finds && field.current ? field.current : root);
  };
  const close = () => {
    setTray(null);
    setFresh((n) => n + 1);
    home();
  };

  useLayoutEffect(() => {
    setTray((open) => (open === "skip" ? null : open));
    setRevised(null);
    setNudged(null);
    setExplained(null);
    // What had the focus belonged to the item before.
    const focused = focusedIn(root);
    const ours = focused === root || section.current?.contains(focused);
    if (focused && ours && focused !== note.current && !focused.closest(".rhml-tray")) home();
  }, [shownId, stop !== null]);

  const give = (on: ItemProps, label: ClassIndex) => {
    const args = labelArgs(on, label, draft, paint.since());
    answers.give({
      item_id: on.item_id,
      kind: "label",
      label,
      ahead: on.purpose === "teach",
      send: (event_id, onSlow) => call("label", { ...args, event_id }, { onSlow }),
    });
    setTray(null);
    home();
  };
  const settle = (on: StopProps, label: ClassIndex) => {
    const { item_id } = on;
    const ms = paint.since();
    const kept = label === on.yours;
    answers.give({
      item_id,
      kind: kept ? "keep" : "revise",
      label,
      ahead: false,
      send: (event_id, onSlow) =>
        kept
          ? call("keep", { item_id, event_id, ms }, { onSlow })
          : call("revise", { item_id, label, event_id, ms }, { onSlow }),
    });
    home();
  };

  /** True where the event was made by who saw what is shown now. */
  const meant = (event: Event): boolean => {
    if (event instanceof KeyboardEvent) return paint.saw(event);
    const byPointer = event instanceof MouseEvent && event.detail > 0;
    return !byPointer || pointed.current === shownId;
  };
  const choose = (label: ClassIndex, event: Event): boolean => {
    if (!live || busy || !meant(event)) return false;
    if (stop && !revising) {
      setNudged(stop.item_id);
      return false;
    }
    if (stop) settle(stop, label);
    else if (item) give(item, label);
    return true;
  };
  const keep = (event: Event) => {
    if (stop && live && !busy && meant(event)) settle(stop, stop.yours);
  };
  const revise = () => {
    if (!stop || !live || busy) return;
    setRevised(stop.item_id);
    focusQuietly(isTyped(classes) ? field.current : root);
  };
  const skip = (why: string | null) => {
    if (!item || !live || busy) return;
    const { item_id } = item;
    answers.give({
      item_id,
      kind: "skip",
      label: null,
      ahead: item.purpose === "teach",
      send: (event_id, onSlow) => call("skip", { item_id, why, event_id }, { onSlow }),
    });
    close();
  };
  const explain = () => {
    const of = stop?.item_id ?? props.last;
    if (!of || stop?.model === null) return;
    const [label, against] = stop ? [stop.model, stop.yours] : [null, null];
    const from = focusedIn(root);
    acts.act("explain", { item_id: of, label, against }).then(
      // The props that hold them came before the reply, and are drawn in this frame.
      () => inFrame(() => {
        const now = focusedIn(root);
        // Who has gone on to something else meanwhile stays there.
        if (latest.current !== shownId || (now !== from && now !== root)) return;
        if (onWhy) onWhy();
        else setExplained(shownId ?? null);
      }),
      () => {},
    );
  };
  const toggle = (which: Tray) => {
    if (tray === which) close();
    else setTray(which);
  };
  const name = (name: string) => {
    setNamed(name);
    setTray("new-class");
  };

  const open = live && !stop && !!item && !busy;
  const pending = answers.all.some(({ state }) => state === "saving");
  const can: Record<Lettered, boolean> = {
    skip: open,
    mark: open && item.kind !== "image",
    note: open,
    undo: heard && !WITHOUT_UNDO.has(props.state) && (props.undo !== null || pending),
    history: props.history.length > 0,
    search: live && !stop,
    twins: live && !stop && !!props.twins && !acts.busy,
    why: heard && props.state !== "read-only" && (stop !== null || props.last !== null),
    "new-class": props.may_add && live && !stop,
  };
  const run: Record<Lettered, () => void> = {
    skip: () => toggle("skip"),
    mark: () => setMarking((n) => n + 1),
    note: () => focusQuietly(note.current),
    undo: () => {
      setTray(null);
      void acts.act("undo", {});
      home();
    },
    history: () => toggle("history"),
    search: () => toggle("search"),
    twins: () => {
      if (!props.twins) return;
      void acts.act("twins", { item_id: props.twins.item_id, seen: props.twins.seq });
      home();
    },
    why: explain,
    "new-class": () => (tray === "new-class" ? close() : name("")),
  };
  const letters = lettersOf(props, stop === null || revising, frozen);
  const back = () => {
    if (!revising) byLetters.current = true;
    setRevised(null);
    focusQuietly(root);
  };

  useKeys((event) => {
    if (frozen) return false;
    const { key } = event;
    const at = placeOf(focusedIn(root));
    if (key === "Escape") {
      if (revising) back();
      else if (tray) close();
      else if (at !== "home") home();
      else return false;
      return true;
    }
    if (at === "tray" || event.repeat) return false;
    if (key === "Enter" && at === "words") {
      home();
      return true;
    }
    if (stop && !revising) {
      if (key === "Enter" && !isButton(event)) {
        keep(event);
        return true;
      }
      if (letters.meant(["revise"], event)) {
        if (meant(event)) revise();
        return true;
      }
    }
    const label = classOf(classes, event);
    if (label !== null) {
      choose(label, event);
      return true;
    }
    if (finding && live && letters.meant(["find"], event)) {
      byLetters.current = false;
      setFresh((n) => n + 1);
      focusQuietly(field.current);
      return true;
    }
    const action = letters.meant(LETTERED, event);
    if (!action) return false;
    if (action === "why" && at === "beside") home();
    else if (can[action] && meant(event)) run[action]();
    return true;
  });

  return {
    section, field, note, item, whole, draft, stop, shownId, answer, answers, acts, live, busy, revising,
    tray, named, place, marking, fresh, can, run, letters, home, close, choose, keep, revise, back,
    skip, name,
    apart: explained !== null && explained === shownId,
    nudged: stop !== null && nudged === stop.item_id,
    mark: (marked) => item && drafts.change(item, { marked }),
    write: (words) => item && drafts.change(item, { note: words }),
    point: () => (pointed.current = shownId),
    knock: () => void call("shown", { item_id: shownId ?? "" }).catch(() => {}),
  };
}
