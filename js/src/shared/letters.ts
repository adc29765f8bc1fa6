// Which key does what: the classes' keys first, then the actions', as the session gives them.

import { keyNames } from "./keys";
import type { ClassIndex, ClassProps, KeyedAction, QueueProps } from "./types";

/** Where the kernel names none. */
const USUAL: QueueProps["keys"] = {
  skip: "S", undo: "U", mark: "M", note: "N", history: "H", why: "W", "new-class": "+", find: "/",
  revise: "R", search: "F", twins: "T", twice: "L",
};

/** True where not every class has a key: then letters find. */
export function isFinding(classes: readonly ClassProps[]): boolean {
  return classes.some(({ key }) => key === null);
}

/** True where answering is typing: most classes have no key. */
export function isTyped(classes: readonly ClassProps[]): boolean {
  return classes.filter(({ key }) => key === null).length > living(classes).length / 2;
}

/** The classes that can be answered; the others keep their places, unseen. */
export function living(classes: readonly ClassProps[]): ClassProps[] {
  return classes.filter(({ gone }) => !gone);
}

/** Their names, in the places of all; "" stands for who cannot be answered. */
export function livingNames(classes: readonly ClassProps[]): string[] {
  return classes.map(({ name, gone }) => (gone ? "" : name));
}

/** The class a key answers: as it is printed, else without its case. */
export function classOf(classes: readonly ClassProps[], event: KeyboardEvent): ClassIndex | null {
  const pressed = keyNames(event);
  for (const name of pressed) {
    const at = classes.findIndex(({ key }) => key === name);
    if (at >= 0) return at;
  }
  const low = pressed[1];
  const at = low === undefined ? -1 : classes.findIndex(({ key }) => key?.toLowerCase() === low);
  return at < 0 ? null : at;
}

export interface Letters {
  /** The key to print; null where a class has it, or nothing can be pressed. */
  of(action: KeyedAction): string | null;
  /** The action among `actions` that a key means. */
  meant<A extends KeyedAction>(actions: readonly A[], event: KeyboardEvent): A | undefined;
}

/** `answering`: a class key answers now, so it wins over an action that has the same. */
export function lettersOf(props: QueueProps, answering: boolean, frozen: boolean): Letters {
  const keys = { ...USUAL, ...props.keys };
  const owned = new Set(answering ? props.classes.map(({ key }) => key?.toLowerCase()) : []);
  // Where no class has to be typed, the key that finds classes is free to find items.
  const free = !isFinding(props.classes) && !owned.has(keys.find.toLowerCase());
  const of = (action: KeyedAction) => {
    const key = action === "search" && free ? keys.find : keys[action];
    return frozen || owned.has(key.toLowerCase()) ? null : key;
  };
  return {
    of,
    meant: (actions, event) => {
      const pressed = keyNames(event);
      return actions.find((action) => {
        const letter = of(action);
        return letter !== null && (pressed.includes(letter) || pressed.includes(letter.toLowerCase()));
      });
    },
  };
}
