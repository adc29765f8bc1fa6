// Look twice: labels that contradict each other. A note says so; on request one of them stands in the
// queue's place, settled by one key. The queue stays as it was left and hears no key meanwhile.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { usePaint } from "./answers";
import { Button, Heading, Sign } from "./controls";
import { focusedIn, focusQuietly } from "./focus";
import { keyNames, lm } from "./keys";
import { lettersOf } from "./letters";
import { NotSaved, Notice } from "./notice";
import { Glance } from "./picture";
import { placeOf } from "./place";
import { Silent, useActs, useKeys, useView, type Act, type Acts } from "./root";
import type { ClassProps, TwiceCardProps, TwiceProps, TwiceSide, WorkbenchProps } from "./types";

export interface Twice {
  props: TwiceProps | null;
  classes: readonly ClassProps[];
  card: TwiceCardProps | null;
  /** There is something to say. */
  on: boolean;
  /** It can be opened now. */
  may: boolean;
  /** The key that opens it; null: a class has it. */
  letter: string | null;
  acts: Acts;
  open(): void;
}

/** Third looks asked for at a time. */
const SOME = 10;

export function useTwice(props: WorkbenchProps, act: Act, off: boolean): Twice {
  const twice = props.twice ?? null;
  const { queue } = props;
  const acts = useActs(act);
  const card = off ? null : (twice?.card ?? null);
  const may = !!twice?.may_resolve && !off && !card && !acts.busy && queue.state !== "stopped";
  // Only while class keys answer do they take the letter.
  const letter = lettersOf(queue, true, off).of("twice");
  return {
    props: twice,
    classes: queue.classes,
    card,
    on: twice !== null,
    may,
    letter,
    acts,
    open: () => {
      if (!may) return;
      // Whose labels are told of nobody before their own: a third look is a blind answer.
      if (twice.n) void acts.act("look_twice", { wanted: true });
      else void acts.act("share", { n: SOME, differing: true });
    },
  };
}

/** Where the queue stands, or what is looked at twice. */
export function TwicePlace({ of, children }: { of: Twice; children: ComponentChildren }) {
  const { card, acts, classes } = of;
  const { root } = useView();
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    // What had the focus is gone or out of sight: keys go to the root again.
    const now = card?.id ?? null;
    if (now !== before.current && !focusedIn(root)?.closest("input, textarea")) {
      if (focusedIn(root)) focusQuietly(root);
    }
    before.current = now;
  }, [card?.id]);
  return (
    <>
      <div class="rhml-queue-place" hidden={card !== null}>
        <Silent off={card !== null}>{children}</Silent>
      </div>
      {card ? <TwiceCard key={card.id} card={card} classes={classes} acts={acts} /> : null}
    </>
  );
}

const BY: Record<string, string> = {
  you: "you said",
  first: "first you said",
  again: "asked again, you said",
  brought: "brought along:",
  model: "I would have expected",
};

function Side({ side, name }: { side: TwiceSide; name: string }) {
  return (
    <p class="rhml-twice-said">
      <Sign of={side.by === "model" ? "model" : "human"} />{" "}
      <span class="rhml-muted">{BY[side.by] ?? `${side.by} said`}</span>{" "}
      <b class={side.by === "model" ? "rhml-model" : "rhml-human"} dir="auto">
        {name}
      </b>
    </p>
  );
}

interface TwiceCardViewProps {
  card: TwiceCardProps;
  classes: readonly ClassProps[];
  acts: Acts;
}

/** Letters that may not fit in sight. */
const LONG = 250;

type How = "first" | "second" | "apart";

/** The key of each side: its class's own where it has one, else 1 and 2. */
function keysOf(card: TwiceCardProps, classes: readonly ClassProps[]): [string, string] {
  const [first, second] = card.sides.map(({ label }) => classes[label]?.key?.toLowerCase() ?? "");
  return first && second && first !== second && first !== "k" && second !== "k" ? [first, second] : ["1", "2"];
}

export function TwiceCard({ card, classes, acts }: TwiceCardViewProps) {
  const { silent } = useView();
  const paint = usePaint(card.id, true, silent, () => {});
  const names = card.sides.map(({ label }) => classes[label]?.name ?? "");
  const alone = card.items.length === 1;
  const busy = acts.busy;
  const keys = keysOf(card, classes);
  const means: Record<string, How> = { [keys[0]]: "first", [keys[1]]: "second", k: "apart" };
  const settle = (how: How) => {
    if (busy) return;
    void acts.act("resolve", { contradiction: card.id, how, seen: card.seen, ms: paint.since() });
  };
  const later = () => {
    if (!busy) void acts.act("look_twice", { wanted: false });
  };
  useKeys((event) => {
    if (event.key === "Escape") {
      later();
      return true;
    }
    const how = keyNames(event).map((name) => means[name.toLowerCase()]).find(Boolean);
    // A key on its way to another item or card is not for this one.
    if (how && !event.repeat && paint.saw(event)) settle(how);
    return how !== undefined;
  });
  const both = alone ? "" : " for both";
  return (
    <section class="rhml-pad rhml-twice" aria-label="Look twice">
      <Heading why={card.why}>Look twice</Heading>
      <div class="rhml-notice rhml-notice-twice rhml-twice-card">
        <p class="rhml-notice-title">{card.heading}</p>
        <div class={alone ? "rhml-twice-items" : "rhml-twice-items rhml-twice-pair"}>
          {card.items.map(({ item_id, text, image }, i) => (
            <div key={item_id} class="rhml-twice-item" data-item-id={item_id}>
              {image ? (
                <Glance src={image} words={text} />
              ) : (
                <p
                  class="rhml-twice-text"
                  dir="auto"
                  // A long one scrolls: keys have to reach it.
                  {...(text.length > LONG ? { ...lm, tabIndex: 0, role: "group", "aria-label": "The item" } : {})}
                >
                  {text.trim() ? text : <span class="rhml-muted">(empty)</span>}
                </p>
              )}
              {(alone ? card.sides : [card.sides[i] as TwiceSide]).map((side, k) => (
                <Side key={k} side={side} name={names[alone ? k : i] ?? ""} />
              ))}
            </div>
          ))}
        </div>
        <div class="rhml-row rhml-twice-keys">
          {(["first", "second"] as const).map((how, i) => (
            <Button key={how} action={how} kbd={keys[i]} kbdFirst off={busy} onClick={() => settle(how)}>
              <span>
                <bdi>{`“${names[i]}”`}</bdi>
                {both}
              </span>
            </Button>
          ))}
          <Button action="apart" kbd="K" kbdFirst off={busy} onClick={() => settle("apart")}>
            {card.apart}
          </Button>
          <Button action="later" look="quiet" kbd="Esc" kbdFirst off={busy} onClick={later}>
            later
          </Button>
        </div>
      </div>
      <NotSaved of={acts} />
    </section>
  );
}

/** That there is something to look at twice, and the way to it. */
export function TwiceNote({ of }: { of: Twice }) {
  const { props, card, may, letter, acts, open } = of;
  const { root } = useView();
  useKeys((event) => {
    if (!letter || !may || event.repeat || placeOf(focusedIn(root)) === "tray") return false;
    if (!keyNames(event).some((name) => name.toLowerCase() === letter.toLowerCase())) return false;
    open();
    return true;
  });
  if (!props) return null;
  return (
    <>
      <Notice
        tone="twice"
        class="rhml-twice-note"
        actions={
          props.may_resolve && !card ? (
            <Button small action="look-twice" kbd={letter} off={!may} onClick={open}>
              {props.n === 0 ? "Look blind" : props.n === 1 ? "Show it" : "Show them"}
            </Button>
          ) : null
        }
      >
        <p>
          <b class="rhml-notice-title">Look twice:</b> <span dir="auto">{props.words}</span>
        </p>
      </Notice>
      {card ? null : <NotSaved of={acts} />}
    </>
  );
}
