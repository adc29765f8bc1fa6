// The queue: one item at a time, a key an answer. What the person sees when a key goes down is what
// the key answers.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { currentItem, labelArgs, useAnswers, useDrafts, usePaint } from "./answers";
import { ClassKeys, isFinding } from "./class-keys";
import { Button, Heading } from "./controls";
import { ItemBox } from "./item-box";
import { isButton, keyNames, lm } from "./keys";
import { NotSaved, Notice, ProblemNotice } from "./notice";
import { plural } from "./numbers";
import { focusedIn, focusQuietly, useActs, useKeys, useView, type ViewProps } from "./root";
import { STATES, Unsaved, WITHOUT_UNDO } from "./states";
import { StatusLine } from "./status-line";
import { Ended, FirstClasses, History, NewClass, SkipMenu, StopCard } from "./trays";
import type { ClassIndex, ItemProps, QueueProps, StopProps } from "./types";

export interface QueueViewProps extends ViewProps<QueueProps> {
  /** After the reasons were asked for: where they appear may come into sight. */
  onWhy?: () => void;
}

type Tray = "skip" | "new-class" | "history" | null;

/** Letters of the actions; a class that has the letter for its key wins. */
const LETTERS = { skip: "S", undo: "U", mark: "M", note: "N", history: "H", why: "W", "new-class": "+" } as const;
type Lettered = keyof typeof LETTERS;

export function QueueView({ props, act, frozen, gone, onWhy }: QueueViewProps) {
  const { root, call } = useView();
  const { classes, items } = props;
  const drafts = useDrafts();
  const answers = useAnswers(props, (answer) => {
    if (answer.kind === "label") drafts.drop(answer.item_id);
  });
  const acts = useActs(act);
  const [tray, setTray] = useState<Tray>(null);
  const [revising, setRevising] = useState<string | null>(null);
  const [nudged, setNudged] = useState<string | null>(null);
  const [marking, setMarking] = useState(0);
  const [whole, setWhole] = useState<ReadonlyMap<string, string>>(new Map());
  const [opened, setOpened] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const note = useRef<HTMLInputElement>(null);
  const pointed = useRef<string | null>(null);
  const told = useRef(new Set<string>());

  const finding = isFinding(classes);
  const stop = props.state === "stopped" ? props.stop : null;
  const asking = props.state === "asking" || (props.state === "stopped" && !stop);
  const readable = asking || props.state === "read-only" || props.state === "no-classes";
  const item = stop ? undefined : readable ? currentItem(items, answers) : undefined;
  const shownId = stop?.item_id ?? item?.item_id;
  const answer = answers.of(shownId);
  const failed = answers.all.filter((one) => one.state === "failed");
  const busy = answer !== undefined && answer.state !== "failed";
  const live = !frozen && !gone && (asking || stop !== null);
  const revisingNow = stop !== null && revising === stop.item_id;
  const draft = drafts.of(item);
  const text = item ? (whole.get(item.item_id) ?? item.text) : "";

  // A stop is another thing than the item it is about, and so is an item that came back unsaved.
  const seen = `${props.state} ${stop ? "stop" : ""} ${answer?.state === "failed" ? "failed" : ""} ${shownId ?? ""}`;
  const paint = usePaint(seen, answer?.state === "failed", () => {
    if (!item || !asking || frozen || told.current.has(item.item_id)) return;
    told.current.add(item.item_id);
    call("shown", { item_id: item.item_id }).catch(() => {});
  });

  /** Where keys belong between two answers. */
  const home = () => focusQuietly(finding && live && field.current ? field.current : root);
  const close = () => {
    setTray(null);
    home();
  };

  useLayoutEffect(() => {
    setTray((open) => (open === "skip" ? null : open));
    setRevising(null);
    setNudged(null);
    setOpened(null);
    // What the focus was in belonged to the former item.
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
    const ms = paint.since();
    const keep = label === on.yours;
    answers.give({
      item_id: on.item_id,
      kind: keep ? "keep" : "revise",
      label,
      ahead: false,
      send: (event_id, onSlow) =>
        keep
          ? call("keep", { item_id: on.item_id, event_id, ms }, { onSlow })
          : call("revise", { item_id: on.item_id, label, event_id, ms }, { onSlow }),
    });
    home();
  };
  const keep = () => {
    if (stop && live && !busy) settle(stop, stop.yours);
  };
  /** A class was chosen, by key, by pointer or in the field. */
  const choose = (label: ClassIndex) => {
    if (!live || busy) return;
    if (stop) {
      if (revisingNow) settle(stop, label);
      else setNudged(stop.item_id);
    } else if (item) give(item, label);
  };
  const skip = (why: string | null) => {
    if (!item || !live || busy) return;
    answers.give({
      item_id: item.item_id,
      kind: "skip",
      label: null,
      ahead: item.purpose === "teach",
      send: (event_id, onSlow) => call("skip", { item_id: item.item_id, why, event_id }, { onSlow }),
    });
    close();
  };
  const toggle = (which: Exclude<Tray, null>) => {
    if (tray === which) close();
    else setTray(which);
  };
  const explain = () => {
    const of = stop?.item_id ?? props.last;
    if (!of || frozen || gone) return;
    const [label, against] = stop ? [stop.model, stop.yours] : [null, null];
    acts.act("explain", { item_id: of, label, against }).then(() => onWhy?.(), () => {});
  };
  const revise = () => {
    if (!stop || !live || busy) return;
    setRevising(stop.item_id);
    if (finding) focusQuietly(field.current);
    else focusQuietly(root);
  };
  const pending = answers.all.some((one) => one.state === "saving");
  const can: Record<Lettered, boolean> = {
    skip: live && !stop && !!item && !busy,
    undo: !frozen && !gone && !WITHOUT_UNDO.has(props.state) && (props.undo !== null || pending),
    mark: live && !stop && !!item && !busy,
    note: live && !stop && !!item && !busy,
    history: props.history.length > 0,
    why: !frozen && !gone && props.state !== "read-only" && (stop !== null || props.last !== null),
    "new-class": props.may_add && live && !stop,
  };
  const run: Record<Lettered, () => void> = {
    skip: () => toggle("skip"),
    undo: () => {
      setTray(null);
      void acts.act("undo", {});
      home();
    },
    mark: () => setMarking((n) => n + 1),
    note: () => focusQuietly(note.current),
    history: () => toggle("history"),
    why: explain,
    "new-class": () => toggle("new-class"),
  };
  const letterOf = (which: Lettered): string | null => {
    const letter = LETTERS[which].toLowerCase();
    const taken = !stop && classes.some(({ key }) => key?.toLowerCase() === letter);
    return taken || frozen ? null : LETTERS[which];
  };

  useKeys((event) => {
    if (frozen) return false;
    const { key } = event;
    if (key === "Escape") {
      if (revisingNow) {
        setRevising(null);
        home();
      } else if (tray) close();
      else if (focusedIn(root)?.closest(".rhml-words")) home();
      else return false;
      return true;
    }
    if (tray === "skip" || tray === "new-class" || event.repeat) return false;
    const keyed = keyNames(event);
    if (stop && !revisingNow) {
      if (key === "Enter" && !isButton(event)) {
        if (paint.saw(event)) keep();
        return true;
      }
      if (keyed.includes("r")) {
        if (paint.saw(event)) revise();
        return true;
      }
    }
    const label = indexOfKey(classes, keyed);
    if (label !== null) {
      if (paint.saw(event)) choose(label);
      return true;
    }
    if (key === "/" && finding && live) {
      focusQuietly(field.current);
      return true;
    }
    for (const which of Object.keys(LETTERS) as Lettered[]) {
      const letter = letterOf(which);
      if (letter === null || !keyed.includes(letter.toLowerCase())) continue;
      if (can[which] && paint.saw(event)) run[which]();
      return true;
    }
    return false;
  });

  const action = (which: Lettered, words: string, title?: string, more: Record<string, unknown> = {}) => (
    <Button
      look="quiet"
      action={which}
      kbd={letterOf(which)}
      kbdFirst
      off={!can[which]}
      title={title}
      onClick={run[which]}
      {...more}
    >
      {words}
    </Button>
  );

  const knock = () => void call("shown", { item_id: shownId ?? "" }).catch(() => {});
  const unsaved = (
    <>
      {failed.length || gone ? (
        <Unsaved
          failed={failed}
          gone={gone}
          classes={classes}
          retry={failed.length ? answers.retry : knock}
          leave={answers.leave}
        />
      ) : null}
      {gone ? null : <NotSaved of={acts} />}
    </>
  );

  const wall = STATES[props.state];
  if (wall && props.state !== "no-classes" && props.state !== "read-only") {
    return (
      <section class="rhml-queue rhml-pad" aria-label="Labeling queue">
       <div class="rhml-queue-stack">
        <Heading>{wall.heading}</Heading>
        <Ended title={wall.title} text={props.state_text || wall.text} />
        {props.problem ? <ProblemNotice problem={props.problem} /> : null}
        {unsaved}
        {props.state === "done" && !frozen ? (
          <div class="rhml-actions">
            {action("undo", "undo", props.undo ?? undefined)}
            {action("history", "history", undefined, { "aria-expanded": tray === "history" })}
          </div>
        ) : null}
        {tray === "history" ? (
          <History rows={props.history} classes={classes} act={act} off={props.state !== "done" || gone} onClose={close} />
        ) : null}
        <StatusLine props={props} answers={answers.all} saved={answers.saved} gone={gone} frozen={frozen} />
      </section>
    );
  }

  const naming = props.state === "no-classes";
  const chosen = stop
    ? { label: answer?.label ?? stop.yours, state: answer?.state ?? ("stands" as const) }
    : answer && answer.label !== null
      ? { label: answer.label, state: answer.state }
      : null;
  const heading = stop ? "We disagree" : naming ? "The first item" : "What is this?";
  const why = stop
    ? "to check me where I am confident"
    : item
      ? [
          item.draft ? "taken back: it is yours again" : `why this one: ${item.why}`,
          item.rows > 1 ? `stands for ${plural(item.rows, "row")}` : "",
        ].filter(Boolean).join(" · ")
      : "";

  return (
    <section
      ref={section}
      class="rhml-queue rhml-pad"
      aria-label="Labeling queue"
      onPointerDown={() => (pointed.current = shownId ?? null)}
      onPointerUp={(event) => {
        // A click beside the controls brings the keys home.
        const hit = event.target as Element;
        if (!hit.closest("button, input, [role='option'], .rhml-tray, summary")) home();
      }}
    >
      {frozen ? (
        <Notice class="rhml-wall">A read-only report: it shows where the session stood.</Notice>
      ) : wall && !naming ? (
        <Notice class="rhml-wall" title={wall.title}>
          {props.state_text || wall.text}
        </Notice>
      ) : null}
      <Heading why={item?.draft ? <span class="rhml-pair">{why}</span> : why}>{heading}</Heading>
      <ItemBox
        item={item}
        stop={stop}
        text={text}
        items={items}
        marked={draft.marked}
        enter={marking}
        off={!live || busy || stop !== null}
        open={opened !== null && opened === shownId}
        more={!!item?.truncated && !whole.has(item.item_id) && !frozen && !gone}
        onOpen={(open) => {
          setOpened(open ? (shownId ?? null) : null);
          if (!open || !item?.truncated || whole.has(item.item_id) || frozen) return;
          const { item_id } = item;
          acts.act("full_text", { item_id }).then(
            ({ text: all }) => setWhole((texts) => new Map(texts).set(item_id, all)),
            () => setOpened(null),
          );
        }}
        onMark={(marked) => item && drafts.change(item, { marked })}
      />
      {naming ? (
        <FirstClasses classes={classes} act={act} />
      ) : (
        <>
          <ClassKeys
            classes={classes}
            chosen={chosen}
            last={answers.last}
            advised={stop?.model ?? null}
            off={!live || (stop !== null && !revisingNow)}
            keyed={!frozen}
            field={field}
            onLeave={() => {
              if (revisingNow) setRevising(null);
              focusQuietly(root);
            }}
            onChoose={(label, event) => {
              const byPointer = event instanceof MouseEvent && event.detail > 0;
              if (byPointer && pointed.current !== (shownId ?? null)) return; // the item changed in between
              if (event instanceof KeyboardEvent && !paint.saw(event)) return;
              choose(label);
            }}
          />
          {frozen ? null : (
            <div class="rhml-actions">
              {action("skip", "skip …", undefined, { "aria-expanded": tray === "skip" })}
              {action("undo", "undo", props.undo ? `Takes back: ${props.undo}` : "Nothing to take back")}
              {action("mark", "mark words", "Drag over the words that decide, or M and the arrow keys")}
              {action("history", "history", undefined, { "aria-expanded": tray === "history" })}
              {props.may_add
                ? action("new-class", "new class", undefined, { "aria-expanded": tray === "new-class" })
                : null}
              {stop ? null : action("why", "why", "The reasons for the item you answered last")}
              <input
                {...lm}
                ref={note}
                class="rhml-input rhml-note"
                type="text"
                data-action="note"
                dir="auto"
                maxLength={2000}
                placeholder={`a note, if you like${letterOf("note") ? " (N)" : ""}`}
                aria-label="A note to this answer"
                aria-keyshortcuts={letterOf("note") ?? undefined}
                readOnly={!can.note}
                value={draft.note}
                onInput={(event) => item && drafts.change(item, { note: event.currentTarget.value })}
                onKeyDown={(event) => {
                  if (event.isComposing || event.keyCode === 229) return;
                  if (event.key === "Enter" || event.key === "Escape") {
                    event.preventDefault();
                    home();
                  }
                }}
              />
            </div>
          )}
          {stop ? (
            <StopCard
              stop={stop}
              classes={classes}
              revising={revisingNow}
              nudged={nudged === stop.item_id}
              busy={!live || busy}
              onKeep={(event) => {
                const byPointer = event instanceof MouseEvent && event.detail > 0;
                if (!byPointer || pointed.current === stop.item_id) keep();
              }}
              onRevise={revise}
              onBack={() => {
                setRevising(null);
                home();
              }}
              onWhy={explain}
            />
          ) : null}
        </>
      )}
      <div class="rhml-under">
        {tray === "skip" && item && live ? (
          <SkipMenu reasons={props.skip_reasons} onSkip={skip} onClose={close} />
        ) : null}
        {tray === "new-class" && live ? (
          <NewClass classes={classes} act={act} onDone={close} onClose={close} />
        ) : null}
        {tray === "history" ? (
          <History rows={props.history} classes={classes} act={act} off={frozen || gone || !asking} onClose={close} />
        ) : null}
        {unsaved}
        {props.problem ? <ProblemNotice problem={props.problem} /> : null}
        {asking && classes.length === 1 && !frozen ? (
          <Notice>One class so far. I can learn only what I can tell apart: name a second one with “new class”.</Notice>
        ) : null}
      </div>
      <StatusLine props={props} answers={answers.all} saved={answers.saved} gone={gone} frozen={frozen} />
    </section>
  );
}

function indexOfKey(classes: QueueProps["classes"], keyed: readonly string[]): ClassIndex | null {
  for (const name of keyed) {
    const at = classes.findIndex(({ key }) => key === name);
    if (at >= 0) return at;
  }
  const low = keyed[1];
  const at = low === undefined ? -1 : classes.findIndex(({ key }) => key?.toLowerCase() === low);
  return at < 0 ? null : at;
}
