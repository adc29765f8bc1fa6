// Where the focus is in the view: keys mean different things at home, in the words, in a tray.

import { useEffect, useState } from "preact/hooks";
import { focusedIn } from "./focus";

/** beside: at the reasons, next to the queue. */
export type Place = "home" | "words" | "tray" | "beside";

export function placeOf(element: Element | null): Place {
  if (element?.closest(".rhml-words")) return "words";
  if (element?.closest(".rhml-tray")) return "tray";
  return element?.closest(".rhml-side") ? "beside" : "home";
}

/** What a tray belongs to: its own button is no elsewhere, where a click closes it by toggling. */
function isOpener(element: Element): boolean {
  return element.closest("[data-action][aria-expanded='true']") !== null;
}

/** Follows the focus; `onElsewhere` hears that it is in no tray (any more). */
export function usePlace(root: HTMLElement, onElsewhere: () => void): Place {
  const [place, setPlace] = useState<Place>(() => placeOf(focusedIn(root)));
  useEffect(() => {
    const ending = new AbortController();
    const go = (to: EventTarget | null) => {
      const element = to instanceof Element && root.contains(to) ? to : null;
      setPlace(placeOf(element));
      if (!element || (placeOf(element) !== "tray" && !isOpener(element))) onElsewhere();
    };
    const { signal } = ending;
    root.addEventListener("focusin", (event) => go(event.target), { signal });
    root.addEventListener(
      "focusout",
      (event) => {
        // Nowhere: another window, or what had it vanished. That is not leaving.
        if (event.relatedTarget && !root.contains(event.relatedTarget as Node)) go(event.relatedTarget);
      },
      { signal },
    );
    return () => ending.abort();
  }, [root]);
  return place;
}
