// What opens under the keys, one at a time and in place: why skip, a new class, the last answers.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names, Kbd, Sign } from "./controls";
import { find } from "./find";
import { isPlain, lm } from "./keys";
import { Notice, NotSaved } from "./notice";
import { useActs, useKeys, type Act } from "./root";
import type { ClassIndex, ClassProps, HistoryRow, StopProps } from "./types";

function enterOrLeave(onEnter: () => void, onLeave: () => void) {
  return (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229 || !isPlain(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!event.repeat) onEnter();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  };
}

export interface StopCardProps {
  stop: StopProps;
  classes: readonly ClassProps[];
  revising: boolean;
  /** Class keys were pressed in vain. */
  nudged: boolean;
  busy: boolean;
  onKeep(event: Event): void;
  onRevise(): void;
  onBack(): void;
  onWhy(): void;
}

/** Advice that stands until Enter or R: the person has the last word. */
export function StopCard(props: StopCardProps) {
  const { stop, classes, revising, nudged, busy, onKeep, onRevise, onBack, onWhy } = props;
  const yours = classes[stop.yours]?.name ?? "your answer";
  return (
    <div class="rhml-notice rhml-notice-model rhml-stop" role="group" aria-label="We disagree">
      <p class="rhml-prose">
        <Sign of="model" /> <b class="rhml-model">{stop.words}</b>
        {stop.record ? ` ${stop.record}` : ""} You have the last word.
      </p>
      <div class="rhml-row">
        {revising ? (
          <>
            <span class="rhml-stop-choose">
              <Sign of="human" /> Choose the class it is.
            </span>
            <Button action="revise" kbd="Esc" aria-pressed="true" off={busy} onClick={onBack}>
              Back
            </Button>
          </>
        ) : (
          <>
            <Button look="main" action="keep" kbd="Enter" off={busy} onClick={onKeep}>
              <span>
                Keep “<bdi>{yours}</bdi>” and go on
              </span>
            </Button>
            <Button action="revise" kbd="R" off={busy} onClick={onRevise}>
              Revise
            </Button>
          </>
        )}
        <Button action="why" kbd="W" off={busy} onClick={onWhy}>
          I am reading the wrong words …
        </Button>
        <span class="rhml-stop-hint" aria-live="polite">
          {nudged && !revising ? "Class keys wait: Enter, or R." : ""}
        </span>
      </div>
    </div>
  );
}

export interface SkipMenuProps {
  reasons: readonly string[];
  onSkip(why: string | null): void;
  onClose(): void;
}

export function SkipMenu({ reasons, onSkip, onClose }: SkipMenuProps) {
  const [words, setWords] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useKeys((event) => {
    if (event.key === "Escape") {
      onClose();
      return true;
    }
    if (event.repeat) return true;
    if (event.key === "Enter") {
      if ((event.target as Element).closest("button")) return false;
      onSkip(null);
      return true;
    }
    const reason = /^[1-9]$/.test(event.key) ? reasons[Number(event.key) - 1] : undefined;
    if (reason !== undefined) {
      onSkip(reason);
      return true;
    }
    // A letter begins words of one's own: it lands in the field.
    const letter = /^\p{L}$/u.test(event.key);
    if (letter) input.current?.focus({ preventScroll: true });
    return !letter;
  });
  return (
    <div class="rhml-card rhml-tray" role="group" aria-label="Why skip it?">
      <p class="rhml-tray-title">
        Skip it. Why? <span class="rhml-muted">It comes back when the rest is done.</span>
      </p>
      <div class="rhml-row">
        {reasons.slice(0, 9).map((reason, i) => (
          <Button key={reason} kbd={String(i + 1)} kbdFirst onClick={() => onSkip(reason)}>
            {reason}
          </Button>
        ))}
      </div>
      <div class="rhml-row">
        <input
          {...lm}
          ref={input}
          type="text"
          class="rhml-input rhml-grow"
          placeholder="or in your words"
          aria-label="Why, in your words"
          dir="auto"
          maxLength={500}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={enterOrLeave(() => onSkip(words.trim() || null), onClose)}
        />
        <Button look="main" kbd="Enter" onClick={() => onSkip(words.trim() || null)}>
          {words.trim() ? "Skip" : "Skip without a reason"}
        </Button>
        <Button look="quiet" kbd="Esc" onClick={onClose}>
          Back
        </Button>
      </div>
    </div>
  );
}

export interface NewClassProps {
  classes: readonly ClassProps[];
  act: Act;
  onDone(): void;
  onClose(): void;
}

/** Two names that read the same are one class; the kernel has the last word. */
function taken(classes: readonly { name: string }[], name: string): boolean {
  return classes.some((one) => one.name.trim() === name.trim());
}

export function NewClass({ classes, act, onDone, onClose }: NewClassProps) {
  const [name, setName] = useState("");
  const [definition, setDefinition] = useState("");
  const acts = useActs(act);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus({ preventScroll: true }), []);
  const double = taken(classes, name) && name.trim() !== "";
  const add = () => {
    if (!name.trim()) return first.current?.focus({ preventScroll: true });
    if (double || acts.busy) return;
    acts.act("add_class", { name: name.trim(), definition: definition.trim() || null }).then(onDone, () => {});
  };
  const onKeyDown = enterOrLeave(add, onClose);
  return (
    <div class="rhml-card rhml-tray" role="group" aria-label="A new class">
      <p class="rhml-tray-title">A new class</p>
      <div class="rhml-class-form">
        <label class="rhml-label">
          Name
          <input
            {...lm}
            ref={first}
            class="rhml-input"
            type="text"
            dir="auto"
            maxLength={200}
            aria-invalid={double ? "true" : undefined}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </label>
        <label class="rhml-label">
          What belongs to it, if you like
          <input
            {...lm}
            class="rhml-input"
            type="text"
            dir="auto"
            maxLength={1000}
            value={definition}
            onInput={(event) => setDefinition(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </label>
      </div>
      <NotSaved of={acts} />
      <div class="rhml-row">
        <Button look="main" kbd="Enter" off={!name.trim() || double || acts.busy} onClick={add}>
          Add it
        </Button>
        <Button look="quiet" kbd="Esc" onClick={onClose}>
          Back
        </Button>
        <span class="rhml-hint" aria-live="polite">
          {double ? `There is a class “${name.trim()}” already.` : acts.slow ? "saving…" : ""}
        </span>
      </div>
    </div>
  );
}

/** Before the first item: at least two classes, by name. */
export function FirstClasses({ classes, act }: { classes: readonly ClassProps[]; act: Act }) {
  const missing = Math.max(0, 2 - classes.length);
  const [rows, setRows] = useState(() =>
    Array.from({ length: Math.max(2, missing) }, () => ({ name: "", definition: "" })),
  );
  const acts = useActs(act);
  const box = useRef<HTMLDivElement>(null);
  const given = rows.filter((row) => row.name.trim());
  const twice = given.find((row, i) => {
    const before = [...classes, ...given.slice(0, i)];
    return taken(before, row.name);
  });
  const enough = classes.length + given.length >= 2 && !twice;
  const change = (i: number, next: Partial<{ name: string; definition: string }>) =>
    setRows((all) => all.map((row, k) => (k === i ? { ...row, ...next } : row)));
  const more = () => setRows((all) => [...all, { name: "", definition: "" }]);
  const start = async () => {
    if (!enough || acts.busy) return;
    for (const row of given) {
      try {
        await acts.act("add_class", { name: row.name.trim(), definition: row.definition.trim() || null });
      } catch {
        return; // said in place; the rest stays in the form
      }
      setRows((all) => all.filter((one) => one !== row));
    }
  };
  const next = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || !isPlain(event)) return;
    event.preventDefault();
    const fields = [...(box.current?.querySelectorAll<HTMLInputElement>("input") ?? [])];
    const empty = fields.find((field) => field.dataset["field"] === "name" && !field.value.trim());
    if (enough) void start();
    else empty?.focus();
  };
  return (
    <div class="rhml-card rhml-tray" role="group" aria-label="Name the classes" ref={box}>
      <p class="rhml-tray-title">Name the classes</p>
      <p class="rhml-prose rhml-muted">
        What can an item be? Two names are enough to begin; more can come at any time. A definition
        keeps you, and me, to the same meaning.
      </p>
      {classes.length ? (
        <p>
          There is <b dir="auto">{classes.map(({ name }) => name).join(", ")}</b> already.
        </p>
      ) : null}
      {rows.map((row, i) => (
        <div class="rhml-class-form" key={i}>
          <Kbd>{String(classes.length + i + 1)}</Kbd>
          <input
            {...lm}
            class="rhml-input"
            type="text"
            dir="auto"
            data-field="name"
            aria-label={`Name of class ${classes.length + i + 1}`}
            placeholder="name"
            maxLength={200}
            value={row.name}
            onInput={(event) => change(i, { name: event.currentTarget.value })}
            onKeyDown={next}
          />
          <input
            {...lm}
            class="rhml-input"
            type="text"
            dir="auto"
            aria-label={`Definition of class ${classes.length + i + 1}`}
            placeholder="what belongs to it, if you like"
            maxLength={1000}
            value={row.definition}
            onInput={(event) => change(i, { definition: event.currentTarget.value })}
            onKeyDown={next}
          />
        </div>
      ))}
      <NotSaved of={acts} />
      <div class="rhml-row">
        <Button look="main" action="new-class" kbd="Enter" off={!enough || acts.busy} onClick={() => void start()}>
          Begin
        </Button>
        <Button onClick={more}>One more class</Button>
        <span class="rhml-hint" aria-live="polite">
          {twice ? `“${twice.name.trim()}” is there twice.` : ""}
        </span>
      </div>
    </div>
  );
}

export interface HistoryProps {
  rows: readonly HistoryRow[];
  classes: readonly ClassProps[];
  act: Act;
  /** Shown, not to be changed. */
  off: boolean;
  onClose(): void;
}

export function History({ rows, classes, act, off, onClose }: HistoryProps) {
  const [open, setOpen] = useState<string | null>(null);
  const acts = useActs(act);
  useKeys((event) => {
    if (event.key !== "Escape") return false;
    if (open !== null) setOpen(null);
    else onClose();
    return true;
  });
  const change = (row: HistoryRow, label: ClassIndex) => {
    setOpen(null);
    if (label !== row.label) void acts.act("correct", { item_id: row.item_id, label });
  };
  return (
    <div class="rhml-card rhml-tray" role="group" aria-label="Your last answers">
      <div class="rhml-row">
        <p class="rhml-tray-title rhml-grow">Your last answers</p>
        <Button look="quiet" kbd="Esc" onClick={onClose}>
          Close
        </Button>
      </div>
      <NotSaved of={acts} />
      {rows.length === 0 ? <p class="rhml-muted">None yet.</p> : null}
      <ol class="rhml-history">
        {rows.map((row) => {
          const opened = open === row.item_id;
          return (
            <li key={`${row.seq} ${row.item_id}`} class={names("rhml-history-row", opened && "rhml-history-open")}>
              <span class="rhml-history-label rhml-human" dir="auto">
                <Sign of="human" /> {classes[row.label]?.name ?? "?"}
              </span>
              <span class="rhml-history-text" dir="auto" title={row.excerpt}>
                {row.excerpt}
              </span>
              <span class="rhml-history-stage rhml-muted rhml-small">
                {row.stage}
                {row.note ? (
                  <span title={row.note} dir="auto">
                    {row.stage ? " · " : ""}“{row.note}”
                  </span>
                ) : null}
              </span>
              {off ? null : (
                <Button
                  small
                  look="quiet"
                  aria-expanded={opened}
                  aria-label={`Change “${row.excerpt}”, now ${classes[row.label]?.name ?? "?"}`}
                  onClick={() => setOpen(opened ? null : row.item_id)}
                >
                  {opened ? "Leave it" : "Change"}
                </Button>
              )}
              {opened ? (
                <Picker
                  classes={classes}
                  now={row.label}
                  onPick={(label) => change(row, label)}
                  onClose={() => setOpen(null)}
                />
              ) : null}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** One of the classes, small: for an answer that is changed. */
function Picker(props: {
  classes: readonly ClassProps[];
  now: ClassIndex;
  onPick(label: ClassIndex): void;
  onClose(): void;
}) {
  const { classes, now, onPick, onClose } = props;
  const [query, setQuery] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const many = classes.length > 10;
  const found = find(classes.map(({ name }) => name), query);
  useLayoutEffect(() => box.current?.querySelector<HTMLElement>("input, button")?.focus({ preventScroll: true }), []);
  return (
    <div class="rhml-picker rhml-row" role="group" aria-label="It is rather" ref={box}>
      {many ? (
        <input
          {...lm}
          class="rhml-input"
          type="text"
          dir="auto"
          placeholder="find a class"
          aria-label="Find a class"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={enterOrLeave(
            () => {
              const [best] = found;
              if (query.trim() && best !== undefined) onPick(best);
            },
            () => (query ? setQuery("") : onClose()),
          )}
        />
      ) : null}
      {(many ? found.slice(0, 8) : found).map((i) => (
        <Button key={i} small aria-pressed={i === now} onClick={() => onPick(i)}>
          <span dir="auto">{classes[i]?.name}</span>
        </Button>
      ))}
    </div>
  );
}

/** Nothing to ask: what it means, and what can be done. */
export function Ended({ title, text }: { title: string; text: string }) {
  return (
    <Notice title={title} class="rhml-ended">
      {text ? <p class="rhml-prose">{text}</p> : null}
    </Notice>
  );
}
