// Tabs: which job the left column does. A tab is there when its part is; one without a job now says why.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { classes } from "./controls";
import { focusQuietly } from "./focus";
import { isPlain, lm } from "./keys";
import { Notice } from "./notice";
import { Silent, useUid } from "./root";

export interface Tab {
  id: string;
  name: string;
  /** Why there is nothing to do here now: said in place of the body. */
  off?: string | null;
  body: ComponentChildren;
}

export interface TabsState {
  tabs: readonly Tab[];
  /** The id of the open one. */
  open: string;
  setOpen(id: string): void;
  /** Begins the ids that aria attributes name. */
  uid: string;
}

/** Which tab is open is the page's own: it stays over new props, and goes back to the first with its tab. */
export function useTabs(tabs: readonly Tab[]): TabsState {
  const [chosen, setOpen] = useState("");
  const open = tabs.some(({ id }) => id === chosen) ? chosen : (tabs[0]?.id ?? "");
  return { tabs, open, setOpen, uid: useUid("tab") };
}

export function TabList({ of: { tabs, open, setOpen, uid } }: { of: TabsState }) {
  if (tabs.length < 2) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    const list = event.currentTarget as HTMLElement;
    const rtl = getComputedStyle(list).direction === "rtl";
    const at = tabs.findIndex(({ id }) => id === open);
    const targets: Record<string, number> = {
      ArrowRight: at + (rtl ? -1 : 1),
      ArrowLeft: at + (rtl ? 1 : -1),
      Home: 0,
      End: tabs.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || !isPlain(event)) return;
    event.preventDefault();
    const next = tabs[(target + tabs.length) % tabs.length];
    if (!next) return;
    setOpen(next.id);
    focusQuietly(list.querySelector<HTMLElement>(`[data-tab="${next.id}"]`));
  };
  return (
    <div class="rhml-tabs" role="tablist" aria-label="What to do" onKeyDown={onKeyDown}>
      {tabs.map(({ id, name, off }) => (
        <button
          key={id}
          type="button"
          role="tab"
          {...lm}
          id={`${uid}-${id}`}
          data-tab={id}
          class={classes("rhml-tab", off && "rhml-tab-off")}
          title={off || undefined}
          aria-selected={id === open ? "true" : "false"}
          aria-controls={`${uid}-${id}-panel`}
          tabIndex={id === open ? 0 : -1}
          onClick={() => setOpen(id)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** The bodies. The closed ones stay as they were left, unseen, and hear no key. */
export function TabPanels({ of: { tabs, open, uid } }: { of: TabsState }) {
  const many = tabs.length > 1;
  return (
    <div class="rhml-front">
      {tabs.map(({ id, off, body }) => (
        <div
          key={id}
          id={`${uid}-${id}-panel`}
          class="rhml-panel"
          role={many ? "tabpanel" : undefined}
          aria-labelledby={many ? `${uid}-${id}` : undefined}
          hidden={id !== open}
        >
          <Silent off={id !== open}>
            {off ? (
              <div class="rhml-pad">
                <Notice>{off}</Notice>
              </div>
            ) : (
              body
            )}
          </Silent>
        </div>
      ))}
    </div>
  );
}
