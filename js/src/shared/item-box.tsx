// The largest text of the page, in a box that keeps its size: the keys under it never move.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names } from "./controls";
import { Fields, type FieldMark } from "./fields";
import { lm } from "./keys";
import { Picture } from "./picture";
import type { ContentProps, ItemProps, Span, StopProps } from "./types";
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
const A_LINE = 40;
const A_FIELD = 60;

/** Characters' worth of room that an item takes. */
function worth({ kind, text, fields = [] }: ContentProps): number {
  const apart = fields.some(({ unseen }) => unseen) ? A_FIELD : 0;
  const below = A_FIELD * fields.length + apart;
  if (kind === "image") return Infinity;
  return kind === "row" ? below : text.length + A_LINE * (text.split("\n").length - 1) + below;
}

/** Lines that an item needs. */
function room(content: ContentProps): number {
  const length = worth(content);
  return length <= 180 ? 0 : length <= 420 ? 1 : 2;
}

export function ItemBox(props: ItemBoxProps) {
  const { item, stop, items, marked, enter, off, waiting, onMark } = props;
  const { text, opened: open, more, open: onOpen } = props.whole;
  const shown = stop ?? (item && { ...item, text });
  // By the largest item at hand when the view opens; later a larger one makes room, for good.
  const size = useRef(Math.max(0, ...items.map(room)));
  if (shown) size.current = Math.max(size.current, room(shown));
  const box = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);
  const id = stop?.item_id ?? item?.item_id;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = 0;
    const measure = () => {
      // The room made for the button under what overflows is none of it.
      const { paddingBlockStart, paddingBlockEnd } = getComputedStyle(element);
      const made = parseFloat(paddingBlockEnd) - parseFloat(paddingBlockStart) || 0;
      setOverflows(element.scrollHeight - made > element.clientHeight + 2);
    };
    measure();
    if (typeof ResizeObserver !== "function") return;
    const watch = new ResizeObserver(measure);
    // What is in it may grow later, as an image does.
    for (const one of [element, ...element.children]) watch.observe(one);
    return () => watch.disconnect();
  }, [id, text, open]);
  const spans: TextMark[] = stop
    ? stop.spans.map((span) => ({ span, kind: "model", title: spoke(stop) }))
    : (item?.look?.spans ?? []).map((span) => ({ span, kind: "model", title: WEIGHED }));
  const longer = more || overflows || open;
  return (
    <div
      class={names("rhml-item", `rhml-item-${ROOMS[size.current]}`, open && "rhml-item-open", overflows && "rhml-item-over")}
      data-item-id={id}
    >
      <div
        class="rhml-item-scroll"
        ref={box}
        // Without words or columns to go to, keys have to reach it to scroll.
        {...((stop || item?.kind === "image") && overflows
          ? { ...lm, tabIndex: 0, role: "group", "aria-label": "The item" }
          : {})}
      >
        {stop ? (
          <Stopped stop={stop} marks={spans} />
        ) : !item ? (
          <p class="rhml-muted">{waiting}</p>
        ) : item.kind === "row" ? (
          <Fields
            key={item.item_id}
            fields={item.fields ?? []}
            marks={new Map(spans.map(({ span: [place], title }): [number, FieldMark] => [place, { kind: "model", title }]))}
            marked={marked}
            onMark={onMark}
            enter={enter}
            off={off}
            label="The item. Mark the columns that decide: arrow keys move, space marks."
          />
        ) : (
          <>
            {item.kind === "image" ? (
              <Picture
                src={item.image ?? ""}
                words={item.text}
                parts={(item.look?.boxes ?? []).map((box) => ({ box, strength: 1, title: WEIGHED }))}
              />
            ) : text.trim() ? (
              <Words
                key={item.item_id}
                class="rhml-item-text"
                text={text}
                marks={spans}
                marked={marked}
                onMark={onMark}
                enter={enter}
                off={off}
                label="The item. Mark the words that decide: arrow keys move, space marks."
              />
            ) : (
              <Empty />
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

function Empty() {
  return <p class="rhml-muted">(empty)</p>;
}

const WEIGHED = "weighed with me";

/** What the marks of a stop say; where only evidence is shown, nothing of what for. */
function spoke(stop: StopProps): string {
  return stop.model === null ? WEIGHED : "spoke for my reading";
}

/** The item again, with what spoke for the model's reading. */
function Stopped({ stop, marks }: { stop: StopProps; marks: TextMark[] }) {
  const rest = stop.fields?.length ? <Fields fields={stop.fields} label="The item" /> : null;
  if (stop.kind === "row") {
    const places = stop.spans.map(([place]): [number, FieldMark] => [
      place,
      { kind: "model", title: spoke(stop) },
    ]);
    return <Fields fields={stop.fields ?? []} marks={new Map(places)} label="The item" />;
  }
  if (stop.kind === "image") {
    const parts = (stop.boxes ?? []).map((box) => ({ box, strength: 1, title: spoke(stop) }));
    return (
      <>
        <Picture src={stop.image ?? ""} words={stop.text} parts={parts} />
        {rest}
      </>
    );
  }
  return (
    <>
      {stop.text.trim() ? <MarkedText class="rhml-item-text" text={stop.text} marks={marks} /> : <Empty />}
      {rest}
    </>
  );
}
