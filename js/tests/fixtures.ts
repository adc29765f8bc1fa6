// Props as the kernel sends them.

import type { ClassProps, ItemProps, QueueProps, StopProps } from "../src/shared/types";

export function someClasses(names: readonly string[]): ClassProps[] {
  const keyed = names.length <= 10;
  return names.map((name, i) => ({
    name,
    definition: null,
    key: Array.from(name).length === 1 ? name : keyed ? String((i + 1) % 10) : null,
    count: 0,
  }));
}

export function someItem(n: number, more: Partial<ItemProps> = {}): ItemProps {
  return {
    item_id: `item-${n}`,
    text: `the text of item ${n}`,
    truncated: false,
    purpose: "teach",
    why: "a close call",
    rows: 1,
    seen: 7,
    draft: null,
    ...more,
  };
}

export function someQueue(more: Partial<QueueProps> = {}): QueueProps {
  return {
    seq: 10,
    state: "asking",
    state_text: "",
    status: "ready",
    progress: { labeled: 3, total: 100, seconds_each: null, left: "", skipped: 0 },
    classes: someClasses(["trade", "how-to", "chatter"]),
    keys: {
      skip: "S", undo: "U", mark: "M", note: "N", history: "H", why: "W", "new-class": "+", find: "/", revise: "R",
      search: "F", twins: "T", twice: "L",
    },
    may_add: true,
    items: [1, 2, 3, 4].map((n) => someItem(n)),
    stop: null,
    undo: null,
    skip_reasons: ["unclear", "more than one class"],
    history: [],
    last: null,
    model: { name: "LogisticRegression v1", version: 1, fitting: false, behind: 0, failed: false, brought: "", added: "" },
    problem: null,
    ...more,
  };
}

export function someStop(more: Partial<StopProps> = {}): StopProps {
  return {
    item_id: "item-1",
    text: "the text of item 1",
    purpose: "challenge",
    why: "to check me where I am confident",
    yours: 0,
    model: 1,
    words: "I read “how-to”, firmly.",
    record: "When I was this sure and we differed, you kept your answer 2 times of 5.",
    spans: [[4, 8]],
    ...more,
  };
}
