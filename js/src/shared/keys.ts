// One listener on the root: keys act here and are never heard by the notebook around us, where "d d"
// would delete a cell. Tab stays free. Ctrl/Cmd chords pass (save, find, copy) but for Enter, which
// would run the cell.

/** Returns true where the key was meant for it. */
export type KeyHandler = (event: KeyboardEvent) => boolean;

/** For every focusable element: the notebook's shortcuts look for it. */
export const lm = { "data-lm-suppress-shortcuts": "" } as const;

const FIELDS =
  "input:not([readonly]), textarea:not([readonly]), select, [contenteditable]:not([contenteditable='false'])";

function origin(event: Event): Element | null {
  const first = event.composedPath()[0] ?? event.target;
  return first instanceof Element ? first : null;
}

/** True where the person is writing: letters and digits are text there. */
export function isWriting(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || !!origin(event)?.closest(FIELDS);
}

export function isButton(event: Event): boolean {
  return !!origin(event)?.closest("button, summary, a[href], [role='menuitem'], [role='option']");
}

/** A key with nothing held but Shift. */
export function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey;
}

/**
 * The key as printed: "s" for S, "1" for the key of digit one, also where the layout needs Shift for it.
 */
export function keyNames(event: KeyboardEvent): string[] {
  const names = [event.key];
  if (event.key.length === 1) names.push(event.key.toLowerCase());
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code ?? "");
  if (digit?.[1]) names.push(digit[1]);
  return names;
}

/** When the key went down, on the clock of `performance.now()`. */
export function keyTime(event: Event): number {
  const now = performance.now();
  const at = event.timeStamp;
  return at > 0 && at <= now && now - at < 60_000 ? at : now;
}

/** Keeps the keys of `root` inside it, and offers them to `handlers`, the newest first. */
export function guardKeys(root: HTMLElement, handlers: readonly KeyHandler[]): () => void {
  const listen = (event: KeyboardEvent) => {
    const chord = event.ctrlKey || event.metaKey;
    const enter = event.key === "Enter";
    if (!chord || enter) event.stopPropagation();
    if (enter && (chord || event.shiftKey || event.altKey)) {
      event.preventDefault(); // Shift+Enter runs cells; here it would press the focused button
      return;
    }
    // A held key presses its button again and again.
    if (event.repeat && (enter || event.key === " ") && isButton(event)) event.preventDefault();
    if (event.defaultPrevented || event.key === "Tab") return;
    if (isWriting(event) || !isPlain(event)) return;
    for (const handler of [...handlers].reverse()) {
      if (handler(event)) {
        event.preventDefault();
        return;
      }
    }
  };
  root.addEventListener("keydown", listen);
  return () => root.removeEventListener("keydown", listen);
}
