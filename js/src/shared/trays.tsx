// What opens under the keys, one at a time and in place: advice that stands, why skip, a new class.

import { useRef, useState } from "preact/hooks";
import { Button, Sign } from "./controls";
import { isButton, isPlain, keyNames, lm } from "./keys";
import type { Letters } from "./letters";
import { NotSaved } from "./notice";
import { focusQuietly } from "./focus";
import { useActs, type Act } from "./root";
import { Tray } from "./tray";
import type { ClassProps, StopProps } from "./types";

/** For a field: Enter does it, Esc leaves it. */
export function enterOrLeave(onEnter: () => void, onLeave: () => void) {
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
  /** The keys of `revise` and `why`. */
  letters: Letters;
}

/** What a stop is about, in two words. */
export function stopWords({ model, yours }: StopProps): string {
  if (model === null) return "Look once more";
  return model === yours ? "We agree" : "We disagree";
}

/** Advice that stands until Enter or R: the person has the last word. */
export function StopCard(props: StopCardProps) {
  const { stop, classes, revising, nudged, busy, letters, onKeep, onRevise, onBack, onWhy } = props;
  const revise = letters.of("revise");
  const yours = classes[stop.yours]?.name ?? "your answer";
  return (
    <div class="rhml-notice rhml-notice-model rhml-stop" role="group" aria-label={stopWords(stop)}>
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
            <Button look="main" action="next" kbd="Enter" off={busy} onClick={onKeep}>
              <span>
                Keep “<bdi>{yours}</bdi>” and go on
              </span>
            </Button>
            <Button action="revise" kbd={revise} off={busy} onClick={onRevise}>
              Revise
            </Button>
          </>
        )}
        {stop.model === null ? null : (
          <Button
            action="why"
            kbd={letters.of("why")}
            off={busy}
            title="Do I read the wrong words? Strike them, or back the right ones"
            onClick={onWhy}
          >
            See my reasons
          </Button>
        )}
        <span class="rhml-stop-hint" aria-live="polite">
          {nudged && !revising ? `Class keys wait: Enter keeps, ${revise} revises.` : ""}
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
  const onKey = (event: KeyboardEvent) => {
    if (event.repeat) return true;
    if (isButton(event) && (event.key === "Enter" || event.key === " ")) return false;
    if (event.key === "Enter") {
      onSkip(null);
      return true;
    }
    const digit = keyNames(event).find((name) => /^[1-9]$/.test(name));
    const reason = digit === undefined ? undefined : reasons[Number(digit) - 1];
    if (reason !== undefined) onSkip(reason);
    // A letter begins words of one's own: it lands in the field.
    const letter = /^\p{L}$/u.test(event.key);
    if (letter) focusQuietly(input.current);
    return !letter;
  };
  return (
    <Tray label="Why skip it?" onClose={onClose} onKey={onKey}>
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
    </Tray>
  );
}

export interface NewClassProps {
  classes: readonly ClassProps[];
  /** What was looked for in vain. */
  named: string;
  act: Act;
  onDone(): void;
  onClose(): void;
}

/** A name that is there already; the kernel has the last word. */
export function taken(classes: readonly { name: string }[], name: string): boolean {
  return classes.some((one) => one.name.trim() === name.trim());
}

export function NewClass({ classes, named, act, onDone, onClose }: NewClassProps) {
  const [name, setName] = useState(named);
  const [definition, setDefinition] = useState("");
  const acts = useActs(act);
  const first = useRef<HTMLInputElement>(null);
  const double = taken(classes, name) && name.trim() !== "";
  const add = () => {
    if (!name.trim()) return focusQuietly(first.current);
    if (double || acts.busy) return;
    acts.act("add_class", { name: name.trim(), definition: definition.trim() || null }).then(onDone, () => {});
  };
  const onKeyDown = enterOrLeave(add, onClose);
  return (
    <Tray label="A new class" onClose={onClose}>
      <p class="rhml-tray-title">A new class</p>
      <div class="rhml-class-form">
        <label class="rhml-label">
          Name
          <input
            {...lm}
            ref={first}
            data-first=""
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
    </Tray>
  );
}
