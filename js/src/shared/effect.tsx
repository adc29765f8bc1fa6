// What a lesson did: its size, the way to judge it, the way back.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes, Sign, Spoken } from "./controls";
import { lm } from "./keys";
import { NotSaved } from "./notice";
import { count, inWords } from "./numbers";
import { focusQuietly, useActs, type Act } from "./root";
import type { EffectProps, FlipRow } from "./types";

/** Looks asked for at once. */
const LOOKS = 5;

export interface EffectViewProps {
  effect: EffectProps;
  classes: readonly string[];
  act: Act;
  mayTeach: boolean;
  /** On its own in a view: the list has the room. */
  large?: boolean;
}

export function EffectView({ effect, classes: names, act, mayTeach, large }: EffectViewProps) {
  const acts = useActs(act);
  const [folded, setFolded] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const asked = useRef(false);
  const { lesson, pending, undone, flips, shown, looks, blind_left: blind } = effect;
  const worse = looks.judged >= LOOKS && looks.worse > looks.better;

  // The button that asked for the list is gone when it comes: the focus goes on to the list.
  useLayoutEffect(() => {
    if (asked.current && shown) focusQuietly(list.current);
    asked.current = false;
  }, [shown === null]);

  const waiting = looks.asked > looks.judged;
  const next = waiting ? 0 : Math.min(LOOKS, blind);
  const settled = mayTeach && !pending && !undone;
  return (
    <div class={classes("rhml-effect", large && "is-large", undone && "is-undone")}>
      <div class="rhml-effect-card" aria-live="polite" aria-atomic="true" aria-busy={pending}>
        <Words effect={effect} large={large === true} />
        {!pending && looks.asked > 0 && <Looks looks={looks} />}
        {mayTeach && !(undone && !pending) && (
          <div class="rhml-row">
            {settled && next > 0 && (
              <Button
                look={worse ? "plain" : "main"}
                action="judge-flips"
                off={acts.busy}
                title="They are asked in the queue; what was before and after is told when you have answered."
                onClick={() => void acts.act("judge_flips", { lesson, n: next })}
              >
                {`Judge ${next} ${looks.judged > 0 ? "more " : ""}blind`}
              </Button>
            )}
            {settled && flips > 0 && !shown && (
              <Button
                look={next === 0 && !waiting && !worse ? "main" : "plain"}
                action="show-flips"
                off={acts.busy}
                title="Once shown, they cannot be judged blind any more."
                onClick={() => {
                  asked.current = true;
                  acts.act("show_flips", { lesson }).catch(() => (asked.current = false));
                }}
              >
                {flips === 1 ? "Show me which" : `Show me the ${count(flips)}`}
              </Button>
            )}
            {!undone && (
              <Button
                look={worse && settled ? "main" : "plain"}
                action="undo-lesson"
                off={acts.busy}
                onClick={() => void acts.act("undo_lesson", { lesson })}
              >
                Undo
              </Button>
            )}
            {acts.slow && <span class="rhml-muted">saving…</span>}
          </div>
        )}
      </div>
      <NotSaved of={acts} />
      {shown && shown.length > 0 && !pending && (
        <>
          <div class="rhml-flips-head">
            <p class="rhml-muted">{directions(shown, names)}</p>
            <Button look="link" small aria-expanded={!folded} onClick={() => setFolded(!folded)}>
              {folded ? "Open the list" : "Fold the list"}
            </Button>
          </div>
          {!folded && <Flips box={list} rows={shown} flips={flips} names={names} />}
        </>
      )}
    </div>
  );
}

function Words({ effect, large }: { effect: EffectProps; large: boolean }) {
  const { words, pending, undone, version, flips, total, looks, shown, blind_left: blind } = effect;
  const lead = <strong class="rhml-effect-lead">{words}</strong>;
  if (pending) {
    return (
      <div class="rhml-effect-pending">
        <p class="rhml-effect-words" dir="auto">
          {lead} {undone ? "Taking it back: refitting…" : "Refitting…"}
          <span class="rhml-effect-work" aria-hidden="true" />
        </p>
        {/* The room that the answer will take: nothing below moves when it comes. */}
        <div class="rhml-effect-room" aria-hidden="true">
          {large && <p class="rhml-effect-size"><b>0</b></p>}
          <p class="rhml-effect-words">
            {`${words} Refitted as v00. 00 of ${count(total)} predictions changed. `}
            Whether for the better, five blind looks will tell.
          </p>
        </div>
      </div>
    );
  }
  const refitted = version === null ? "" : `Refitted as v${version}. `;
  if (undone) {
    return (
      <p class="rhml-effect-words" dir="auto">
        <s>{words}</s> Taken back. {refitted}The model reads as it did without it.
      </p>
    );
  }
  if (flips === 0) {
    return (
      <p class="rhml-effect-words" dir="auto">
        {lead} {refitted}No prediction changed: none of the {count(total)} hung on it alone. The
        lesson is kept, and every refit from now on heeds it.
      </p>
    );
  }
  const next = Math.min(LOOKS, blind);
  return (
    <>
      {large && (
        <p class="rhml-effect-size" aria-hidden="true">
          <b>{count(flips)}</b> of {count(total)} predictions changed
        </p>
      )}
      <p class="rhml-effect-words" dir="auto">
        {lead} {refitted}
        {large ? null : (
          <>
            <b class="rhml-number">{count(flips)}</b> of {count(total)} predictions changed.{" "}
          </>
        )}
        {looks.asked === 0 && !shown && next > 0
          ? `Whether for the better, ${inWords(next)} blind ${next === 1 ? "look" : "looks"} will tell.`
          : null}
        {shown && looks.judged === 0
          ? `You have seen ${flips === 1 ? "it: your judgment of it" : "them: your judgment of them"} is not blind from here.`
          : null}
      </p>
    </>
  );
}

/** Better: your blind answer is what it says now. Worse: it is what it said before. */
function Looks({ looks }: { looks: EffectProps["looks"] }) {
  const { asked, judged, better, worse, neither } = looks;
  const waiting = asked - judged;
  const others = [
    worse > 0 && `${count(worse)} worse`,
    neither > 0 && `${count(neither)} neither`,
    waiting > 0 && `${count(waiting)} waiting in the queue`,
  ].filter(Boolean);
  return (
    <div class="rhml-looks">
      <span class="rhml-looks-marks" aria-hidden="true">
        {signs("is-better", better)}
        {signs("is-neither", neither)}
        {signs("is-worse", worse)}
        {signs("is-waiting", waiting)}
      </span>
      <p>
        {judged === 0 ? (
          `${count(asked)} waiting in the queue, unmarked: answer as you would any other.`
        ) : (
          <>
            <b>{`${count(better)} of ${count(judged)} better`}</b>
            {others.length > 0 && `, ${others.join(", ")}`}
          </>
        )}
      </p>
    </div>
  );
}

function signs(kind: string, n: number) {
  return Array.from({ length: Math.min(n, 30) }, (_, i) => <i key={`${kind}${i}`} class={kind} />);
}

/** “22 from how-to to trade, 9 from chatter to trade” */
function directions(rows: readonly FlipRow[], names: readonly string[]): string {
  const sizes = new Map<string, number>();
  for (const { before, after } of rows) {
    const way = `from ${names[before]} to ${names[after]}`;
    sizes.set(way, (sizes.get(way) ?? 0) + 1);
  }
  const ways = [...sizes].sort((a, b) => b[1] - a[1]);
  const rest = ways.slice(3).reduce((sum, [, size]) => sum + size, 0);
  const listed = ways.slice(0, 3).map(([way, size]) => `${count(size)} ${way}`);
  return [...listed, ...(rest ? [`${count(rest)} in other ways`] : [])].join(", ");
}

interface FlipsProps {
  box: { current: HTMLOListElement | null };
  rows: readonly FlipRow[];
  flips: number;
  names: readonly string[];
}

function Flips({ box, rows, flips, names }: FlipsProps) {
  return (
    <ol
      ref={box}
      class="rhml-flips"
      aria-label="What changed: each text, before and after"
      tabIndex={0}
      {...lm}
    >
      {rows.map((row) => (
        <li key={row.item_id} class="rhml-flip" data-flip-id={row.item_id}>
          <p class="rhml-flip-text" dir="auto">
            {row.text}
          </p>
          <p class="rhml-flip-change">
            <Sign of="model" />
            <span class="rhml-muted">{names[row.before]}</span>
            <span aria-label="became">→</span>
            <b class="rhml-model">{names[row.after]}</b>
            {row.judged !== null && (
              <Spoken by={row.judged === row.after ? "pair" : "human"}>
                {row.judged === row.after
                  ? `you said so, too`
                  : `you said ${names[row.judged]}`}
              </Spoken>
            )}
          </p>
        </li>
      ))}
      {rows.length < flips && (
        <li class="rhml-flip rhml-muted">
          The first {count(rows.length)} of {count(flips)}.
        </li>
      )}
    </ol>
  );
}
