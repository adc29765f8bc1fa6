// The largest text of the page, in a box that keeps its size: the keys under it never move.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names } from "./controls";
import { Fields, type FieldMark } from "./fields";
import { Picture } from "./picture";
import type { ContentProps, ItemProps, Span, StopProps } from "./types";
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

const A_LINE = 40;
const A_FIELD = 60;

/** Characters' worth of room that an item takes. */
function worth({ kind, text, fields = [] }: ContentProps): number {
  const apart = fields.some(({ unseen }) => unseen) ? A_FIELD : 0;
  const below = A_FIELD * fields.length + apart;
  if (kind === "image") return Infinity;
  return kind === "row" ? below : text.length + A_LINE * (text.split("\n").length - 1) + below;
}

/** Lines to keep free: by the largest item at hand when the view opens, then for good. */
function room(items: readonly ContentProps[]): "short" | "middle" | "long" {
  const longest = Math.max(0, ...items.map(worth));
  return longest <= 180 ? "short" : longest <= 420 ? "middle" : "long";
}

export function ItemBox(props: ItemBoxProps) {
  const { item, stop, text, items, marked, enter, off, open, more, onOpen, onMark } = props;
  const size = useRef<string | null>(null);
  if (items.length || stop) size.current ??= room(stop ? [...items, stop] : items);
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
          <Stopped stop={stop} marks={spans} />
        ) : !item ? (
          <p class="rhml-muted">The next item comes …</p>
        ) : item.kind === "row" ? (
          <Fields
            key={item.item_id}
            fields={item.fields ?? []}
            marked={marked}
            onMark={onMark}
            enter={enter}
            off={off}
            label="The item. Mark the columns that decide: arrow keys move, space marks."
          />
        ) : (
          <>
            {item.kind === "image" ? (
              <Picture src={item.image ?? ""} words={item.text} />
            ) : (
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
            )}
            {item.fields?.length ? <Fields fields={item.fields} label="The item" /> : null}
          </>
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

/** The item again, with what spoke for the model's reading. */
function Stopped({ stop, marks }: { stop: StopProps; marks: TextMark[] }) {
  const rest = stop.fields?.length ? <Fields fields={stop.fields} label="The item" /> : null;
  if (stop.kind === "row") {
    const spoke = stop.spans.map(([place]): [number, FieldMark] => [
      place,
      { kind: "model", title: "spoke for my reading" },
    ]);
    return <Fields fields={stop.fields ?? []} marks={new Map(spoke)} label="The item" />;
  }
  if (stop.kind === "image") {
    const parts = (stop.boxes ?? []).map((box) => ({ box, strength: 1, title: "spoke for my reading" }));
    return (
      <>
        <Picture src={stop.image ?? ""} words={stop.text} parts={parts} />
        {rest}
      </>
    );
  }
  return (
    <>
      <MarkedText class="rhml-item-text" text={stop.text} marks={marks} />
      {rest}
    </>
  );
}
