// More classes than keys: letters filter, arrows move, Enter answers.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "./controls";
import { find } from "./find";
import { focusQuietly } from "./focus";
import { isPlain, lm } from "./keys";
import { LabelButton, type ClassKeysProps } from "./label-button";
import { isTyped, living, livingNames } from "./letters";
import { count } from "./numbers";
import { plain } from "./text";
import type { ClassIndex } from "./types";

interface FinderProps extends ClassKeysProps {
  uid: string;
  onPoint(label: ClassIndex | null): void;
}

export function Finder(props: FinderProps) {
  const { classes, off, onChoose, letters, fresh, onNew, field, onLeave, uid, onPoint } = props;
  const [query, setQuery] = useState("");
  const [at, setAt] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const own = useRef<HTMLInputElement | null>(null);
  const input = field ?? own;
  const n = living(classes).length;
  const all = useMemo(() => livingNames(classes), [classes]);
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
  const row = (index: ClassIndex) => (
    <LabelButton
      key={classes[index]?.name}
      {...props}
      onChoose={choose}
      index={index}
      id={`${uid}-${index}`}
      compact
      best={index === best}
    />
  );
  // In a report nothing is looked for: all are to be seen.
  if (props.keyed === false) {
    return (
      <div class="rhml-class-list rhml-class-all" role="listbox" aria-label="Classes">
        {found.map(row)}
      </div>
    );
  }
  return (
    <>
      <div class="rhml-find">
        <input
          {...lm}
          ref={input}
          class="rhml-input rhml-grow"
          type="text"
          data-action="find"
          placeholder={`find one of ${count(n)} classes`}
          aria-label={`Find one of ${count(n)} classes`}
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
          {found.map(row)}
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
              Show all {count(n)}
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
