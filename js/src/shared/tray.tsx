// What opens under the keys lies over what follows: nothing moves.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { lm } from "./keys";
import { focusedIn, focusQuietly } from "./focus";
import { useKeys, useView } from "./root";
import type { KeyHandler } from "./keys";

const GAP = 12;

export interface TrayProps {
  /** What a screen reader calls it. */
  label: string;
  onClose(): void;
  /** Keys pressed in it, but in fields. */
  onKey?: KeyHandler;
  children: ComponentChildren;
}

/** Takes the focus; keys are its own while it has it; Esc closes. */
export function Tray({ label, onClose, onKey, children }: TrayProps) {
  const { root } = useView();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tray = box.current;
    const first = tray?.querySelector<HTMLElement>("[data-first]");
    focusQuietly(first ?? tray);
    tray?.scrollIntoView?.({ block: "nearest" });
  }, []);
  // Where the view ends before the tray does, the view grows.
  useLayoutEffect(() => {
    const tray = box.current;
    const view = tray?.closest<HTMLElement>(".rhml-view");
    if (!tray || !view) return;
    const fit = () => {
      const height = tray.getBoundingClientRect().bottom - view.getBoundingClientRect().top;
      view.style.minBlockSize = `${Math.ceil(height + GAP)}px`;
    };
    fit();
    const watch = typeof ResizeObserver === "function" ? new ResizeObserver(fit) : null;
    watch?.observe(tray);
    return () => {
      watch?.disconnect();
      view.style.minBlockSize = "";
    };
  }, []);
  useKeys((event) => {
    if (!box.current?.contains(focusedIn(root))) return false;
    if (event.key === "Escape") {
      onClose();
      return true;
    }
    return onKey?.(event) ?? false;
  });
  return (
    <div ref={box} {...lm} class="rhml-card rhml-tray rhml-over" role="group" aria-label={label} tabIndex={-1}>
      {children}
    </div>
  );
}
