// A sweep: a page of which the model says one thing. The odd ones are put out, the rest is accepted.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { usePaint } from "./answers";
import { Button, classes as names, Heading, Sign } from "./controls";
import { focusedIn, focusQuietly } from "./focus";
import { isButton, lm } from "./keys";
import { lettersOf } from "./letters";
import { NotSaved, Notice } from "./notice";
import { count, plural } from "./numbers";
import { Glance } from "./picture";
import { useActs, useKeys, useView, type Act } from "./root";
import type { CardProps, ClassIndex, QueueProps, SweepProps } from "./types";

/** More classes than this are chosen from a list. */
const SIDE_BY_SIDE = 8;

/** Milliseconds before a page comes to who opened the tab. */
const PASSING = 500;

export interface SweepViewProps {
  props: SweepProps;
  /** Its classes, its keys, and what undo would take back. */
  queue: QueueProps;
  seq: number;
  act: Act;
  frozen: boolean;
  gone: boolean;
}

export function SweepView({ props, queue, act, frozen, gone }: SweepViewProps) {
  const { root, silent } = useView();
  const { cards, label } = props;
  const { classes } = queue;
  const acts = useActs(act);
  const grid = useRef<HTMLDivElement>(null);
  const [odd, setOdd] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState("");
  const page = cards.map(({ item_id }) => item_id).join(" ");
  const live = !frozen && !gone && !props.off && !silent;
  const paint = usePaint(silent ? "" : page, true, silent, () => {});
  const name = label === null ? "" : (classes[label]?.name ?? "?");
  const rest = cards.filter(({ item_id }) => !odd.has(item_id));
  const out = cards.filter(({ item_id }) => odd.has(item_id));
  const n = props.classes.find((one) => one.label === label)?.n ?? cards.length;
  const letters = lettersOf(queue, false, frozen);
  const letter = letters.of("undo");

  // What is on a page tells what the model says of it: it comes when somebody looks.
  // Arrows through the tabs pass by it: only who stays is shown what I say.
  useEffect(() => {
    if (!live || cards.length) return;
    const stays = setTimeout(() => void acts.act("sweep", { label: null }).catch(() => {}), PASSING);
    return () => clearTimeout(stays);
  }, [live, cards.length === 0]);
  useLayoutEffect(() => setOdd(new Set()), [page]);

  const turn = (label: ClassIndex) => {
    setDone("");
    acts.act("sweep", { label }).catch(() => {});
  };
  const toggle = (card: CardProps) => {
    if (!live || acts.busy) return;
    setOdd((before) => {
      const next = new Set(before);
      if (!next.delete(card.item_id)) next.add(card.item_id);
      return next;
    });
  };
  const accept = () => {
    if (!live || acts.busy || label === null || !cards.length) return;
    const ids = (some: CardProps[]) => some.map(({ item_id }) => item_id);
    const args = { item_ids: ids(rest), odd: ids(out), label, ms: paint.since() };
    acts.act("verify", args).then(
      ({ n }) => {
        const asked = out.length ? ` ${out.length} you took out ${out.length > 1 ? "are" : "is"} asked next.` : "";
        setDone(`${n} accepted as “${name}”.${asked}`);
      },
      () => {},
    );
  };
  const undo = () => {
    setDone("");
    void acts.act("undo", {});
  };
  const step = (by: number) => {
    const all = [...(grid.current?.querySelectorAll<HTMLElement>(".rhml-sweep-card") ?? [])];
    const at = all.findIndex((one) => one === focusedIn(root));
    focusQuietly(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  /** How many cards stand side by side: as many as share the first one's top. */
  const across = () => {
    const all = [...(grid.current?.querySelectorAll<HTMLElement>(".rhml-sweep-card") ?? [])];
    const top = all[0]?.offsetTop;
    return Math.max(1, all.filter((one) => one.offsetTop === top).length);
  };

  useKeys((event) => {
    if (!live || event.repeat) return false;
    const at = focusedIn(root);
    const card = at?.closest(".rhml-sweep-card") ?? null;
    const moves: Record<string, () => number> = {
      ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: across, ArrowUp: () => -across(),
    };
    const move = moves[event.key];
    if (move && (card || !at || at === root)) {
      step(move());
      return true;
    }
    if (event.key === "Enter" && (card || !isButton(event))) {
      if (paint.saw(event)) accept();
      return true;
    }
    if (letters.meant(["undo"], event)) {
      if (queue.undo) undo();
      return true;
    }
    return false;
  });

  const off = !live || acts.busy;
  return (
    <section class="rhml-sweep rhml-pad" aria-label="Sweep">
      <Heading why={label === null ? null : `I read ${count(n)} unjudged ${n === 1 ? "item" : "items"} so`}>
        {label === null ? "Sweep" : `Are all of these “${name}”?`}
      </Heading>
      <Chooser props={props} queue={queue} off={off} onChoose={turn} />
      <div class="rhml-sweep-grid" ref={grid} role="group" aria-label={`Cards: ${name}`}>
        {cards.map((card, i) => {
          const isOdd = odd.has(card.item_id);
          return (
            <button
              key={card.item_id}
              type="button"
              {...lm}
              class={names("rhml-sweep-card", isOdd && "rhml-sweep-odd")}
              data-item-id={card.item_id}
              aria-pressed={isOdd}
              tabIndex={i === 0 ? 0 : -1}
              onClick={() => toggle(card)}
            >
              {card.image ? (
                <Glance src={card.image} words={card.text} />
              ) : (
                <span class="rhml-sweep-text" dir="auto" title={card.text}>
                  {card.text || "(empty)"}
                  {card.truncated ? "…" : ""}
                </span>
              )}
              <span class="rhml-sweep-said">
                {isOdd ? (
                  <>
                    <Sign of="human" /> not “{name}”
                  </>
                ) : card.rows > 1 ? (
                  plural(card.rows, "row")
                ) : null}
              </span>
            </button>
          );
        })}
        {cards.length ? null : (
          <Notice>{acts.busy ? "Looking for like ones …" : "Nothing that nobody judged reads like that."}</Notice>
        )}
      </div>
      {cards.length ? (
        <div class="rhml-row">
          <Button look="main" action="accept" kbd="Enter" off={off} onClick={accept}>
            {rest.length ? (
              <span>
                Accept {out.length ? "the other " : "all "}
                {rest.length} as “<bdi>{name}</bdi>”
              </span>
            ) : (
              "Ask me all of them one by one"
            )}
          </Button>
          <Button
            look="quiet"
            action="undo"
            kbd={letter}
            kbdFirst
            off={off || !queue.undo}
            title={queue.undo ? `Takes back: ${queue.undo}` : undefined}
            onClick={undo}
          >
            undo
          </Button>
          <span class="rhml-hint">Click the odd ones, or go by arrows and press Space.</span>
        </div>
      ) : null}
      <p class="rhml-sweep-done" aria-live="polite">
        {acts.slow ? "saving…" : done}
      </p>
      <NotSaved of={acts} />
      <p class="rhml-muted rhml-small">
        {props.swept ? `${count(props.swept)} accepted in sweeps so far` : "Some of what you accept comes again among the checks"}
        {props.looks ? `: ${props.looks}.` : "."}
        {label === null ? null : (
          <>
            {" "}
            <Button
              look="link"
              action="seek"
              aria-pressed={props.sought === label}
              off={off}
              title="Beside the usual items and the checks; outside all estimates"
              onClick={() => acts.act("seek", { label: props.sought === label ? null : label }).catch(() => {})}
            >
              {props.sought === label ? `I look for more “${name}”: stop` : `Look for more “${name}” in the queue`}
            </Button>
          </>
        )}
      </p>
    </section>
  );
}

interface ChooserProps {
  props: SweepProps;
  queue: QueueProps;
  off: boolean;
  onChoose(label: ClassIndex): void;
}

/** Which class: how many unjudged items are called so. */
function Chooser({ props, queue, off, onChoose }: ChooserProps) {
  const all = props.classes.filter(({ n, label }) => n > 0 || label === props.label);
  if (all.length < 2) return null;
  if (all.length <= SIDE_BY_SIDE) {
    return (
      <div class="rhml-row rhml-sweep-classes" role="group" aria-label="Which class">
        {all.map(({ label, n }) => (
          <Button key={label} small off={off} aria-pressed={label === props.label} onClick={() => onChoose(label)}>
            <bdi>{queue.classes[label]?.name}</bdi> <span class="rhml-muted">· {count(n)}</span>
          </Button>
        ))}
      </div>
    );
  }
  return (
    <select
      {...lm}
      class="rhml-input rhml-sweep-choose"
      aria-label="Which class"
      disabled={off}
      value={String(props.label ?? "")}
      onChange={(event) => onChoose(Number(event.currentTarget.value))}
    >
      {[...all]
        .sort((a, b) => b.n - a.n)
        .map(({ label, n }) => (
          <option key={label} value={String(label)}>
            {queue.classes[label]?.name} · {count(n)}
          </option>
        ))}
    </select>
  );
}
