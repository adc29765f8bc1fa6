// What can be said of a reason, at the reason: yes, it does; no, irrelevant; no, it speaks for …

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes, Spoken } from "./controls";
import { find } from "./find";
import { isPlain, isWriting, lm } from "./keys";
import { focusQuietly } from "./root";
import type { ClassIndex } from "./types";

/** Beyond these, a class is found by typing. */
const LISTED = 10;

export interface TeachMenuProps {
  term: string;
  classes: readonly string[];
  /** Places of classes that cannot be answered any more. */
  gone?: readonly number[];
  /** The class the model takes it to speak for; null where it only speaks against one, or neither. */
  speaksFor: ClassIndex | null;
  /** Too little to speak of. */
  faint: boolean;
  /** What the person says of it so far. */
  stance: "supports" | "irrelevant" | null;
  stanceLabel: ClassIndex | null;
  onSupports(label: ClassIndex): void;
  onIrrelevant(): void;
  /** Takes back what was said; null where that is no lesson of its own. */
  onUndo: (() => void) | null;
  /** Closed without a choice. `refocus`: by Esc, the reason takes the focus back. */
  onClose(refocus: boolean): void;
}

export function TeachMenu(props: TeachMenuProps) {
  const { term, speaksFor, stance, stanceLabel, onSupports, onIrrelevant, onUndo, onClose } = props;
  const names = props.classes;
  const sayable = speaksFor !== null && stance !== "irrelevant" && stanceLabel !== speaksFor;
  const box = useRef<HTMLDivElement>(null);
  const [choosing, setChoosing] = useState(false);
  const top = usePlace(box, choosing);

  useLayoutEffect(() => focusQuietly(firstItem(box.current)), [choosing]);
  useEffect(() => {
    const page = box.current?.ownerDocument;
    // The reason itself is no elsewhere: a click on it closes by toggling.
    const reason = box.current?.parentElement;
    const leave = (event: Event) => {
      if (reason && !event.composedPath().includes(reason)) onClose(false);
    };
    // Capture: a click on another reason closes this menu before it opens its own.
    page?.addEventListener("pointerdown", leave, true);
    return () => page?.removeEventListener("pointerdown", leave, true);
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      if (choosing) setChoosing(false);
      else onClose(true);
    } else if (moveAmong(box.current, event)) event.preventDefault();
    // No other key of the view acts while a menu is open.
    else if (isPlain(event) && event.key.length === 1 && event.key !== " " && !isWriting(event)) {
      event.preventDefault();
    }
  }

  return (
    <div
      ref={box}
      class="rhml-menu"
      style={{ top: `${top}px` }}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && !box.current?.parentElement?.contains(next)) onClose(false);
      }}
    >
      {choosing ? (
        <ClassChoice term={term} names={names.map((one, i) => (props.gone?.includes(i) ? "" : one))} onChoose={onSupports} />
      ) : (
        <>
          <p class="rhml-menu-says">
            <Heard {...props} />
          </p>
          <div class="rhml-row" role="menu" aria-label={`What do you say of “${term}”?`}>
            {sayable && (
              <Item action="teach-supports" onChoose={() => onSupports(speaksFor)}>
                Yes, it does
              </Item>
            )}
            {stance !== "irrelevant" && (
              <Item action="teach-irrelevant" onChoose={onIrrelevant}>
                {sayable ? "No, irrelevant" : "Irrelevant"}
              </Item>
            )}
            <Item action="teach-other" more onChoose={() => setChoosing(true)}>
              {sayable ? "No, it speaks for …" : "It speaks for …"}
            </Item>
            {onUndo && (
              <Item action="undo-lesson" onChoose={onUndo}>
                Undo
              </Item>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** Where it stands: in the person's words where they said something of it, else in the model's. */
function Heard({ term, classes: names, speaksFor, faint, stance, stanceLabel }: TeachMenuProps) {
  if (stance === "irrelevant") return <Spoken by="human">You struck “{term}”</Spoken>;
  if (stance === "supports" && stanceLabel !== null) {
    return (
      <Spoken by="human">
        You say “{term}” speaks for “{names[stanceLabel]}”
      </Spoken>
    );
  }
  if (faint) return <Spoken by="model">I hardly listen to “{term}”</Spoken>;
  return (
    <Spoken by="model">
      I take “{term}” to speak {speaksFor === null ? "against it" : `for “${names[speaksFor]}”`}
    </Spoken>
  );
}

interface ItemProps {
  action?: string;
  more?: boolean;
  /** The class chosen. */
  about?: string;
  onChoose(): void;
  children: string;
}

function Item({ action, more, about, onChoose, children }: ItemProps) {
  return (
    <Button
      action={action}
      role="menuitem"
      tabIndex={-1}
      aria-haspopup={more ? "true" : undefined}
      data-about={about}
      dir="auto"
      onClick={onChoose}
    >
      {children}
    </Button>
  );
}

interface ClassChoiceProps {
  term: string;
  names: readonly string[];
  onChoose(label: ClassIndex): void;
}

function ClassChoice({ term, names, onChoose }: ClassChoiceProps) {
  const [sought, setSought] = useState("");
  const found = find(names, sought);
  const label = `“${term}” speaks for`;
  const items = found.map((index) => (
    <Item key={index} about={names[index]} onChoose={() => onChoose(index)}>
      {names[index] ?? ""}
    </Item>
  ));
  if (names.filter(Boolean).length <= LISTED) {
    return (
      <>
        <p class="rhml-menu-says">{label} …</p>
        <div class="rhml-row" role="menu" aria-label={label}>
          {items}
        </div>
      </>
    );
  }
  return (
    <>
      <input
        class="rhml-input"
        type="text"
        aria-label={`${label} which class? Type to find`}
        placeholder={`${label} … type to find`}
        autocomplete="off"
        spellcheck={false}
        value={sought}
        {...lm}
        onInput={(event) => setSought(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found;
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          if (!event.repeat && sought && first !== undefined) onChoose(first);
        }}
      />
      <div class={classes("rhml-menu-list", sought && "is-sought")} role="menu" aria-label={label}>
        {items}
        {found.length === 0 && <p class="rhml-muted">No class is called so.</p>}
      </div>
    </>
  );
}

function stops(box: HTMLElement | null): HTMLElement[] {
  return Array.from(box?.querySelectorAll<HTMLElement>("input, [role='menuitem']") ?? []);
}

function firstItem(box: HTMLElement | null): HTMLElement | undefined {
  return stops(box)[0];
}

/** Arrows and Tab go round; Home and End are the field's own while it is written in. */
function moveAmong(box: HTMLElement | null, event: KeyboardEvent): boolean {
  const tab = event.key === "Tab" && !event.ctrlKey && !event.metaKey && !event.altKey;
  if ((!tab && !isPlain(event)) || event.isComposing) return false;
  const all = stops(box);
  const here = all.findIndex((stop) => stop.matches(":focus"));
  const writing = isWriting(event);
  const rtl = box ? getComputedStyle(box).direction === "rtl" : false;
  const next: Record<string, number> = {
    ArrowDown: here + 1,
    ArrowUp: here - 1,
    Tab: event.shiftKey ? here - 1 : here + 1,
  };
  if (!writing) {
    next[rtl ? "ArrowLeft" : "ArrowRight"] = here + 1;
    next[rtl ? "ArrowRight" : "ArrowLeft"] = here - 1;
    next.Home = 0;
    next.End = all.length - 1;
  }
  const to = next[event.key];
  if (to === undefined || all.length === 0) return false;
  const stop = all[(to + all.length) % all.length];
  focusQuietly(stop);
  stop?.scrollIntoView?.({ block: "nearest" });
  return true;
}

/** Between the menu and what it is opened at, and the sheet's edges, in px. */
const GAP = 4;

/**
 * Where the menu stands, from its reason's upper edge. The view is a sheet that clips: below the
 * reason where there is room, else above it, else over it.
 */
function usePlace(box: { current: HTMLElement | null }, choosing: boolean): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const sheet = box.current?.closest(".rhml-view, .rhml-root")?.getBoundingClientRect();
    const row = box.current?.parentElement?.getBoundingClientRect();
    if (!box.current || !sheet || !row) return;
    const size = box.current.getBoundingClientRect().height + GAP;
    const above = row.top - sheet.top - GAP;
    const below = sheet.bottom - row.bottom - GAP;
    if (size <= below) setTop(row.height + GAP);
    else if (size <= above) setTop(-size);
    else setTop(Math.max(-above, row.height + below - size + GAP));
  }, [choosing]);
  return top;
}
