// Who answers, and who else did: one may leave the keys to another.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, Spoken } from "./controls";
import { isButton, lm } from "./keys";
import { NotSaved } from "./notice";
import { focusQuietly } from "./focus";
import { useActs, type Act } from "./root";
import { Tray } from "./tray";
import { enterOrLeave } from "./trays";
import type { PeopleProps } from "./types";

/** How many of another's items are shared at a time. */
const SOME = 10;

export interface PeopleMenuProps {
  person: string;
  people: PeopleProps | undefined;
  act: Act;
  frozen: boolean;
}

/** “you, quiet-heron”, and what opens at it. */
export function PeopleMenu({ person, people, act, frozen }: PeopleMenuProps) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const name = (
    <>
      you, <bdi>{person}</bdi>
    </>
  );
  const may = people?.may_switch === true && !frozen;
  useLayoutEffect(() => {
    if (!may) setOpen(false);
  }, [may]);
  if (!people || !may) return <Spoken by="human">{name}</Spoken>;
  const close = () => {
    focusQuietly(opener.current);
    setOpen(false);
  };
  return (
    <>
      <button
        {...lm}
        ref={opener}
        type="button"
        class="rhml-btn rhml-btn-quiet rhml-people-open"
        data-action="people"
        aria-expanded={open}
        title="Let somebody else answer"
        onClick={() => (open ? close() : setOpen(true))}
      >
        <Spoken by="human">{name}</Spoken>
        <svg class="rhml-people-more" viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2 4 6 8 10 4" />
        </svg>
      </button>
      {open ? <People people={people} act={act} onClose={close} /> : null}
    </>
  );
}

function People({ people, act, onClose }: { people: PeopleProps; act: Act; onClose(): void }) {
  const { you, others, shareable, sharing, agreement, differ } = people;
  const [name, setName] = useState("");
  const acts = useActs(act);
  const field = useRef<HTMLInputElement>(null);
  const turn = (who: string) => {
    if (acts.busy) return;
    acts.act("switch_person", { name: who }).then(onClose, () => {});
  };
  const add = () => (name.trim() ? turn(name.trim()) : focusQuietly(field.current));
  return (
    <div class="rhml-people">
      <Tray
        label="Who answers?"
        onClose={onClose}
        onKey={(event) => event.key.length === 1 && !(event.key === " " && isButton(event))}
      >
        <div class="rhml-row">
          <p class="rhml-tray-title rhml-grow">
            Who answers?{acts.slow ? <span class="rhml-muted"> · saving…</span> : null}
          </p>
          <Button look="quiet" kbd="Esc" onClick={onClose}>
            Close
          </Button>
        </div>
        <NotSaved of={acts} />
        <div class="rhml-row" role="group" aria-label="People">
          <Button small aria-pressed="true" dir="auto" data-first="" onClick={onClose}>
            {you}
          </Button>
          {others.map((who) => (
            <Button key={who} small aria-pressed="false" dir="auto" data-person={who} off={acts.busy} onClick={() => turn(who)}>
              {who}
            </Button>
          ))}
        </div>
        <div class="rhml-row">
          <input
            {...lm}
            ref={field}
            class="rhml-input rhml-grow"
            type="text"
            dir="auto"
            maxLength={60}
            placeholder="somebody new"
            aria-label="A pseudonym for somebody new"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onKeyDown={enterOrLeave(add, onClose)}
          />
          <Button action="switch-person" off={!name.trim() || acts.busy} onClick={add}>
            Switch
          </Button>
        </div>
        <p class="rhml-small rhml-muted">
          A pseudonym is kept with each answer: choose one that names nobody. History, drafts and undo
          stay each person’s own, and nobody is told another’s answer before their own.
        </p>
        {shareable > 0 || sharing > 0 ? (
          <div class="rhml-row">
            {shareable > 0 ? (
              <Button
                action="share"
                off={acts.busy}
                onClick={() => acts.act("share", { n: SOME }).then(onClose, () => {})}
              >
                Judge {Math.min(SOME, shareable)} of theirs blind
              </Button>
            ) : null}
            <span class="rhml-small rhml-muted rhml-grow">
              {sharing > 0
                ? `${sharing} of theirs wait${sharing === 1 ? "s" : ""} for you.`
                : "It tells how far two people agree: the ceiling for the model."}
            </span>
          </div>
        ) : null}
        {agreement || differ ? (
          <p class="rhml-small">
            {agreement}
            {differ
              ? ` ${differ} ${differ === 1 ? "item is" : "items are"} labeled differently; both answers are kept.`
              : ""}
          </p>
        ) : null}
      </Tray>
    </div>
  );
}
