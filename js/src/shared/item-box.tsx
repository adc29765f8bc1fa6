// The largest text of the page, in a box that keeps its size: the keys under it never move.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names } from "./controls";
import type { ItemProps, Span, StopProps } from "./types";
import { MarkedText, Words, type TextMark } from "./words";

export interface ItemBoxProps {
  item: ItemProps | undefined;
  stop: StopProps | null;
  text: string;
  items: readonly ItemProps[];
  marked: readonly Span[];
  enter: number;
  off: boolean;
  open: boolean;
  /** There is more text than was sent. */
  more: boolean;
  onOpen(open: boolean): void;
  onMark(marked: Span[]): void;
}

/** Lines to keep free: by the longest text at hand when the view opens, then for good. */
function room(texts: readonly string[]): "short" | "middle" | "long" {
  const longest = Math.max(0, ...texts.map((text) => text.length + 40 * (text.split("\n").length - 1)));
  return longest <= 180 ? "short" : longest <= 420 ? "middle" : "long";
}

export function ItemBox(props: ItemBoxProps) {
  const { item, stop, text, items, marked, enter, off, open, more, onOpen, onMark } = props;
  const size = useRef<string | null>(null);
  if (items.length || stop) size.current ??= room([...items.map((one) => one.text), stop?.text ?? ""]);
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
      class={names("rhml-item", `rhml-item-${size.current ?? "short"}`, open && "rhml-item-open", overflows && "rhml-item-over")}
      data-item-id={id}
    >
      <div class="rhml-item-scroll" ref={box}>
        {stop ? (
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
          <p class="rhml-muted">The next item comes …</p>
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
