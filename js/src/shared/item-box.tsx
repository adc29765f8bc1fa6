// The largest text of the page, in a box that keeps its size: the keys under it never move.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names } from "./controls";
import { lm } from "./keys";
import type { ItemProps, Span, StopProps } from "./types";
import type { Whole } from "./whole";
import { MarkedText, Words, type TextMark } from "./words";

export interface ItemBoxProps {
  item: ItemProps | undefined;
  stop: StopProps | null;
  whole: Whole;
  items: readonly ItemProps[];
  marked: readonly Span[];
  enter: number;
  off: boolean;
  /** Said where there is no item yet. */
  waiting: string;
  onMark(marked: Span[]): void;
}

const ROOMS = ["short", "middle", "long"] as const;

/** Lines that a text needs. */
function room(text: string): number {
  const length = text.length + 40 * (text.split("\n").length - 1);
  return length <= 180 ? 0 : length <= 420 ? 1 : 2;
}

export function ItemBox(props: ItemBoxProps) {
  const { item, stop, items, marked, enter, off, waiting, onMark } = props;
  const { text, opened: open, more, open: onOpen } = props.whole;
  // By the longest text at hand when the view opens; later a longer one makes room, for good.
  const size = useRef(Math.max(0, ...items.map((one) => room(one.text))));
  size.current = Math.max(size.current, room(stop?.text ?? text));
  const box = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);
  const id = stop?.item_id ?? item?.item_id;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = 0;
    const measure = () => setOverflows(element.scrollHeight > element.clientHeight + 2);
    measure();
    if (typeof ResizeObserver !== "function") return;
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [id, text, open]);
  const spans: TextMark[] = stop
    ? stop.spans.map((span) => ({ span, kind: "model", title: "spoke for my reading" }))
    : [];
  const longer = more || overflows || open;
  return (
    <div
      class={names("rhml-item", `rhml-item-${ROOMS[size.current]}`, open && "rhml-item-open", overflows && "rhml-item-over")}
      data-item-id={id}
    >
      <div
        class="rhml-item-scroll"
        ref={box}
        // Without words to go to, keys have to reach it to scroll.
        {...(stop && overflows ? { ...lm, tabIndex: 0, role: "group", "aria-label": "The item" } : {})}
      >
        {!(stop?.text ?? (item ? text : " ")).trim() && (stop || item) ? (
          <p class="rhml-muted">(empty)</p>
        ) : stop ? (
          <MarkedText class="rhml-item-text" text={stop.text} marks={spans} />
        ) : item ? (
          <Words
            key={item.item_id}
            class="rhml-item-text"
            text={text}
            marked={marked}
            onMark={onMark}
            enter={enter}
            off={off}
            label="The item. Mark the words that decide: arrow keys move, space marks."
          />
        ) : (
          <p class="rhml-muted">{waiting}</p>
        )}
      </div>
      {longer ? (
        <Button small class="rhml-item-more" aria-expanded={open} onClick={() => onOpen(!open)}>
          {open ? "Show less" : "Show all"}
        </Button>
      ) : null}
    </div>
  );
}
