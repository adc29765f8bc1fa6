// A long text: its beginning, and all of it once it was asked for.

import { useState } from "preact/hooks";
import type { Acts } from "./root";
import type { ItemProps } from "./types";

export interface Whole {
  /** As much as is here. */
  text: string;
  opened: boolean;
  /** There is more than is here. */
  more: boolean;
  open(open: boolean): void;
}

/** `heard`: somebody is there who can give the rest. */
export function useWhole(
  item: ItemProps | undefined,
  shownId: string | undefined,
  acts: Acts,
  heard: boolean,
): Whole {
  const [opened, setOpened] = useState<string | null>(null);
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const more = heard && !!item?.truncated && !texts.has(item.item_id);
  return {
    text: item ? (texts.get(item.item_id) ?? item.text) : "",
    opened: opened !== null && opened === shownId,
    more,
    open: (wide) => {
      setOpened(wide ? (shownId ?? null) : null);
      if (!wide || !more) return;
      const { item_id } = item;
      acts.act("full_text", { item_id }).then(
        (full) => setTexts((all) => new Map(all).set(item_id, full.text)),
        () => setOpened(null),
      );
    },
  };
}
