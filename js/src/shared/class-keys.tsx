// The classes as buttons: up to ten by their keys, more by typing to find.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { Button, Check, classes as names, Kbd, Sign } from "./controls";
import { find } from "./find";
import { isPlain, lm } from "./keys";
import { isFinding, isTyped, type Letters } from "./letters";
import { count } from "./numbers";
import { focusQuietly, useUid } from "./root";
import { plain } from "./text";
import type { ClassIndex, ClassProps } from "./types";

export interface ClassKeysProps {
  classes: readonly ClassProps[];
  /** What the person answered with, and how it stands. */
  chosen: { label: ClassIndex; state: "saving" | "saved" | "failed" | "stands" } | null;
  /** The answer before: its key says "saving…", then "saved". */
  last: { label: ClassIndex; saved: boolean } | null;
  /** What the model reads, while advice stands. */
  advised: ClassIndex | null;
  /** Shown, not to be used now. */
  off: boolean;
  /** False where it was not taken. */
  onChoose(label: ClassIndex, event: Event): boolean;
  letters: Letters;
  /** For type to find. Counts up: it is empty again. */
  fresh: number;
  /** A class that is not there yet, by its name; null where none can be added. */
  onNew: ((name: string) => void) | null;
  field?: RefObject<HTMLInputElement | null>;
  /** Esc: leave the field. */
  onLeave?(): void;
  /** False where the keys are not to be used by hand: a report. */
  keyed?: boolean;
}

const SAID = { saving: "saving…", saved: "saved", failed: "not saved" } as const;

/** Long names break where people would: after a separator. */
function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=[_\-/.:])/u);
  return (
    <>
      {parts.map((part, i) => (i === 0 ? part : [<wbr key={i} />, part]))}
    </>
  );
}

/** Three short names stand side by side in a narrow cell, too. */
function isFew(classes: readonly ClassProps[]): boolean {
  return classes.length <= 3 && classes.every((one) => one.name.length <= 10 && !one.definition);
}

/** A definition of more letters does not fit on its button. */
const LONG = 120;

function LabelButton(
  props: ClassKeysProps & { index: ClassIndex; compact: boolean; best: boolean; id: string },
) {
  const { classes, chosen, last, advised, off, onChoose, index, compact, best, id, keyed = true } = props;
  const one = classes[index];
  if (!one) return null;
  const mine = chosen?.label === index ? chosen.state : null;
  // Laid over the button's end: words that come and go must not move it.
  const said =
    mine === "failed" ? "failed"
      : mine === "saving" ? "saving"
        : mine === null && last?.label === index ? (last.saved ? "saved" : "saving") : null;
  return (
    <button
      {...lm}
      type="button"
      id={id}
      class={names("rhml-class", compact && "rhml-class-compact", best && "rhml-class-best")}
      data-label={one.name}
      data-state={mine ?? undefined}
      data-advised={advised === index ? "" : undefined}
      // Among many, arrows in the field move: Tab passes by.
      tabIndex={compact ? -1 : undefined}
      role={compact ? "option" : undefined}
      aria-selected={compact ? (best ? "true" : "false") : undefined}
      aria-pressed={compact ? undefined : mine ? "true" : "false"}
      aria-disabled={off ? "true" : undefined}
      aria-keyshortcuts={one.key ?? undefined}
      title={one.definition ? `${one.name}: ${one.definition}` : undefined}
      onClick={(event) => {
        if (!off) onChoose(index, event);
      }}
    >
      {one.key !== null && keyed && <Kbd>{one.key}</Kbd>}
      <span class="rhml-class-words">
        <span class="rhml-class-line">
          <span class="rhml-class-name" dir="auto">
            <Breakable text={one.name} />
          </span>{" "}
          {compact && one.count === 0 ? null : (
            <span class="rhml-class-count">
              <span aria-hidden="true">·&nbsp;</span>
              {count(one.count)}
              <span class="rhml-visually-hidden"> so far</span>
            </span>
          )}
        </span>
        {!compact && one.definition ? (
          <span class="rhml-class-definition" dir="auto">
            {one.definition}
          </span>
        ) : null}
      </span>
      {said ? (
        <span class={names("rhml-class-said", `rhml-class-said-${said}`)}>
          {said === "saved" ? <Check /> : null}
          <span class="rhml-class-said-words">{SAID[said]}</span>
        </span>
      ) : null}
      {mine || advised === index ? (
        <span class="rhml-class-signs">
          {mine ? <Sign of="human" /> : null}
          {advised === index ? <Sign of="model" /> : null}
        </span>
      ) : null}
    </button>
  );
}

export function ClassKeys(props: ClassKeysProps) {
  const { classes } = props;
  const uid = useUid("class");
  const finding = isFinding(classes);
  const [pointed, setPointed] = useState<ClassIndex | null>(null);
  const long = classes.some(({ definition }) => (definition?.length ?? 0) > (finding ? 0 : LONG));
  const shown = pointed === null ? undefined : classes[pointed];
  const watch = {
    onPointerOver: (event: Event) => setPointed(indexAt(event.target, classes)),
    onPointerLeave: () => setPointed(null),
    onFocusIn: (event: Event) => setPointed(indexAt(event.target, classes)),
    onFocusOut: () => setPointed(null),
  };
  return (
    <div class="rhml-classes" {...watch}>
      {finding ? (
        <Finder {...props} uid={uid} onPoint={setPointed} />
      ) : (
        <div
          class={names("rhml-class-grid", isFew(classes) && "rhml-class-few")}
          role="group"
          aria-label="Classes"
        >
          {classes.map((one, i) => (
            <LabelButton
              key={one.name}
              {...props}
              index={i}
              id={`${uid}-${i}`}
              compact={false}
              best={false}
            />
          ))}
        </div>
      )}
      {long ? (
        <p class="rhml-definition" dir="auto">
          {shown?.definition ? (
            <>
              <b>{shown.name}</b> {shown.definition}
            </>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}

function indexAt(target: EventTarget | null, classes: readonly ClassProps[]): ClassIndex | null {
  const button = target instanceof Element ? target.closest<HTMLElement>("[data-label]") : null;
  const at = classes.findIndex(({ name }) => name === button?.dataset["label"]);
  return at < 0 ? null : at;
}

interface FinderProps extends ClassKeysProps {
  uid: string;
  onPoint(label: ClassIndex | null): void;
}

/** More classes than keys: letters filter, arrows move, Enter answers. */
function Finder(props: FinderProps) {
  const { classes, off, onChoose, letters, fresh, onNew, field, onLeave, uid, onPoint } = props;
  const [query, setQuery] = useState("");
  const [at, setAt] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const own = useRef<HTMLInputElement | null>(null);
  const input = field ?? own;
  const all = useMemo(() => classes.map(({ name }) => name), [classes]);
  const found = useMemo(() => find(all, query), [all, query]);
  const asked = plain(query) !== "";
  const place = at === null ? (asked && found.length ? 0 : null) : Math.min(at, found.length - 1);
  const best = place === null ? undefined : found[place];

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const button = best === undefined ? null : box.querySelector<HTMLElement>(".rhml-class-best");
    if (!button) box.scrollTop = 0;
    else if (button.offsetTop < box.scrollTop) box.scrollTop = button.offsetTop - 4;
    else if (button.offsetTop + button.offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = button.offsetTop + button.offsetHeight - box.clientHeight + 4;
    }
    if (focused) onPoint(best ?? null);
  }, [best, query, focused]);

  // Where nothing on the page has the focus, letters may as well find.
  useLayoutEffect(() => {
    const page = input.current?.getRootNode() as Document | ShadowRoot | undefined;
    const active = page?.activeElement;
    const nowhere = page && (!active || active.tagName === "BODY");
    if (!off && nowhere && isTyped(classes)) focusQuietly(input.current);
  }, []);

  const clear = () => {
    setQuery("");
    setAt(null);
  };
  useLayoutEffect(clear, [fresh]);
  const choose = (label: ClassIndex, event: Event) => {
    const taken = onChoose(label, event);
    if (taken) clear();
    return taken;
  };
  const step = (by: number) => {
    if (!found.length) return;
    const from = place ?? (by > 0 ? -1 : 0);
    setAt((from + by + found.length) % found.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (off || event.isComposing || event.keyCode === 229 || !isPlain(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!event.repeat && best !== undefined) choose(best, event);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (query) clear();
      else onLeave?.();
    }
  };

  const wanted = query.trim();
  const hint = off
    ? ""
    : !focused
      ? `Keys act now: ${letters.of("skip") ?? "S"} skips … · ${letters.of("find") ?? "click"} finds a class`
      : !found.length
        ? "Nothing fits."
        : query || at !== null
          ? "↑ ↓ choose · Enter answers · Esc clears"
          : "Type a few letters of it · Esc: keys act";
  return (
    <>
      <div class="rhml-find">
        <input
          {...lm}
          ref={input}
          class="rhml-input rhml-grow"
          type="text"
          data-action="find"
          placeholder={`find one of ${count(classes.length)} classes`}
          aria-label={`Find one of ${count(classes.length)} classes`}
          aria-describedby={`${uid}-hint`}
          aria-controls={found.length ? `${uid}-list` : undefined}
          aria-activedescendant={best === undefined ? undefined : `${uid}-${best}`}
          role="combobox"
          aria-expanded={found.length ? "true" : "false"}
          aria-autocomplete="list"
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          readOnly={off}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(null);
          }}
          onKeyDown={onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        <span id={`${uid}-hint`} class="rhml-find-hint">
          {hint}
        </span>
        <span class="rhml-visually-hidden" aria-live="polite">
          {asked && best !== undefined ? `${all[best]}, ${(place ?? 0) + 1} of ${found.length}` : ""}
        </span>
      </div>
      {found.length ? (
        <div ref={list} id={`${uid}-list`} class="rhml-class-list" role="listbox" aria-label="Classes">
          {found.map((index) => (
            <LabelButton
              key={classes[index]?.name}
              {...props}
              onChoose={choose}
              index={index}
              id={`${uid}-${index}`}
              compact
              best={index === best}
            />
          ))}
        </div>
      ) : (
        <div class="rhml-class-list rhml-class-none">
          <p>
            No class has a name like “<bdi>{wanted}</bdi>”.
          </p>
          <div class="rhml-row">
            <Button
              small
              kbd="Esc"
              onClick={() => {
                clear();
                focusQuietly(input.current);
              }}
            >
              Show all {count(classes.length)}
            </Button>
            {onNew ? (
              <Button small onClick={() => onNew(wanted)}>
                Make it a new class …
              </Button>
            ) : null}
          </div>
        </div>
      )}
    </>
  );
}
