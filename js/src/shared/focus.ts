// Where the focus is, and where it goes.

/** The focused element, where it is inside `root`; works in a shadow root, too. */
export function focusedIn(root: HTMLElement): HTMLElement | null {
  const active = (root.getRootNode() as Document | ShadowRoot).activeElement;
  return active instanceof HTMLElement && root.contains(active) ? active : null;
}

export function focusQuietly(element: HTMLElement | null | undefined): void {
  element?.focus({ preventScroll: true });
}

/** When a control vanishes under the focus, the next key would go to the notebook. */
export function keepFocus(root: HTMLElement, signal: AbortSignal): void {
  let last: EventTarget | null = null;
  root.addEventListener("focusin", (event) => (last = event.target), { signal });
  root.addEventListener(
    "focusout",
    (event) => {
      const left = event.target;
      if (event.relatedTarget) {
        last = null; // the focus has gone elsewhere; inside, focusin follows
        return;
      }
      // Left by the person: still there. Taken away: not.
      queueMicrotask(() => {
        if (last === left && (left as Node).isConnected) last = null;
      });
    },
    { signal },
  );
  const watch = new MutationObserver(() => {
    if (last instanceof Node && !last.isConnected) {
      last = null;
      if (root.isConnected && !focusedIn(root)) focusQuietly(root);
    }
  });
  watch.observe(root, { childList: true, subtree: true });
  signal.addEventListener("abort", () => watch.disconnect());
}
