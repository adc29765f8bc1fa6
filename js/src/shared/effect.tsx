// What a lesson did: its size, the way to judge it, the way back.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes } from "./controls";
import { directions, FlipList } from "./flip-list";
import { NotSaved } from "./notice";
import { count, inWords } from "./numbers";
import { focusQuietly, useActs, useView, type Act } from "./root";
import type { EffectProps } from "./types";

/** Looks asked for at once. */
const LOOKS = 5;

export interface EffectViewProps {
  effect: EffectProps;
  classes: readonly string[];
  act: Act;
  mayTeach: boolean;
  /** On its own in a view: the list has the room. */
  large?: boolean;
  /** True where the person waits for it right here: then it comes into sight, once. */
  askedFor?: { current: boolean };
}

export function EffectView({ effect, classes: names, act, mayTeach, large, askedFor }: EffectViewProps) {
  const { root } = useView();
  const acts = useActs(act);
  const [folded, setFolded] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const asked = useRef(false);
  const { lesson, pending, undone, flips, shown, looks, blind_left: blind } = effect;
  const waiting = looks.asked > looks.judged;
  const settled = mayTeach && !pending && !undone;
  const next = settled && !waiting ? Math.min(LOOKS, blind) : 0;
  const most = Math.min(flips, effect.most ?? flips);
  const unseen = most - (shown?.length ?? 0);
  const worse = !waiting && looks.judged >= LOOKS && looks.worse > looks.better;

  useLayoutEffect(() => {
    if (askedFor?.current) card.current?.scrollIntoView?.({ block: "nearest" });
    if (askedFor) askedFor.current = false;
  }, []);

  // The button that asked for the list is gone when it comes: the focus goes on to the list.
  useLayoutEffect(() => {
    if (asked.current && shown) {
      focusQuietly(list.current);
      list.current?.scrollIntoView?.({ block: "nearest" });
    }
    asked.current = false;
  }, [shown?.length]);

  async function judge(): Promise<void> {
    try {
      await acts.act("judge_flips", { lesson, n: next });
    } catch {
      return; // NotSaved says it
    }
    // They come next in the queue, whose keys act wherever the focus is in the view.
    focusQuietly(root);
    root.querySelector("[data-item-id]")?.scrollIntoView?.({ block: "nearest" });
  }

  async function show(): Promise<void> {
    setFolded(false);
    asked.current = true;
    await acts.act("show_flips", { lesson }).catch(() => (asked.current = false));
  }

  const actions = (
    <>
      {next > 0 && (
        <Button
          look={worse ? "plain" : "main"}
          action="judge-flips"
          off={acts.busy}
          title="They come next in the queue, like any other item: what I read in them is told afterwards."
          onClick={() => void judge()}
        >
          {`Judge ${next} ${looks.judged > 0 ? "more " : ""}blind`}
        </Button>
      )}
      {settled && unseen > 0 && unseen <= flips && !(shown && (waiting || next > 0)) && (
        <Button
          look={next === 0 && !waiting && !worse && !shown ? "main" : "plain"}
          action="show-flips"
          off={acts.busy}
          title="What you have seen cannot be judged blind any more."
          onClick={() => void show()}
        >
          {shown
            ? `Show me the other ${count(unseen)}`
            : flips === 1
              ? "Show me which"
              : `Show me ${most < flips ? `${count(most)} of ` : ""}the ${count(flips)}`}
        </Button>
      )}
      {mayTeach && !undone && (
        <Button
          look={worse && settled ? "main" : "plain"}
          action="undo-lesson"
          off={acts.busy}
          onClick={() => void acts.act("undo_lesson", { lesson })}
        >
          Undo
        </Button>
      )}
    </>
  );
  return (
    <div class={classes("rhml-effect", large && "is-large", undone && "is-undone")}>
      <div ref={card} class="rhml-effect-card" aria-live="polite" aria-atomic="true" aria-busy={pending}>
        <Words effect={effect} large={large === true} next={next} />
        {!pending && !undone && looks.asked > 0 && <Looks looks={looks} />}
        {mayTeach && (!undone || pending) && (
          <div class="rhml-row">
            {actions}
            {acts.slow && <span class="rhml-muted">saving…</span>}
          </div>
        )}
      </div>
      <NotSaved of={acts} />
      {shown && shown.length > 0 && !pending && !undone && (
        <>
          <div class="rhml-flips-head">
            <p class="rhml-muted">
              {shown.length < flips ? `${count(shown.length)} of ${count(flips)} are listed. ` : ""}
              {directions(shown, names)}
            </p>
            <Button look="link" small aria-expanded={!folded} onClick={() => setFolded(!folded)}>
              {folded ? "Open the list" : "Fold the list"}
            </Button>
          </div>
          {!folded && <FlipList box={list} rows={shown} names={names} />}
        </>
      )}
    </div>
  );
}

interface WordsProps {
  effect: EffectProps;
  large: boolean;
  /** How many can be judged blind at once, now. */
  next: number;
}

function Words({ effect, large, next }: WordsProps) {
  const { words, pending, undone, version, flips, total, looks, shown, since } = effect;
  const lead = <strong class="rhml-effect-lead">{words}</strong>;
  if (pending) {
    return (
      <div class="rhml-effect-pending">
        <p class="rhml-effect-words" dir="auto">
          {lead} {undone ? "I take it back: refitting…" : "I learn it: refitting…"}
          <span class="rhml-effect-work" aria-hidden="true" />
        </p>
        {/* The room that the answer will take: nothing below moves when it comes. */}
        <div class="rhml-effect-room" aria-hidden="true">
          {large && <p class="rhml-effect-size"><b>0</b></p>}
          <p class="rhml-effect-words">
            {`${words} I refitted as v00: 00 of my ${count(total)} predictions changed. ${invitation(LOOKS)}`}
          </p>
        </div>
      </div>
    );
  }
  if (undone) {
    return (
      <p class="rhml-effect-words" dir="auto">
        <s>{words}</s> Taken back.{" "}
        {version === null ? "" : `I refitted as v${version} without it; all else you told me stays.`}
      </p>
    );
  }
  const refitted = version === null ? "" : `I refitted as v${version}`;
  const size = count(flips);
  return (
    <>
      {large && flips > 0 && (
        <p class="rhml-effect-size" aria-hidden="true">
          <b>{size}</b> of {count(total)} predictions changed
        </p>
      )}
      <p class="rhml-effect-words" dir="auto">
        {lead} {refitted}
        {flips === 0 ? (
          `${refitted && ": "}none of my ${count(total)} predictions changed. I keep the lesson for every fit to come.`
        ) : large ? (
          refitted && "."
        ) : (
          <>
            {refitted && ": "}
            <b class="rhml-number">{size}</b> of my {count(total)} predictions changed.
          </>
        )}
        {looks.asked === 0 && next > 0 && ` ${shown ? kept(next) : invitation(next)}`}
        {shown && next === 0 && looks.asked === 0 &&
          ` You have seen ${flips === 1 ? "it: your judgment of it" : "them: your judgment of them"} is not blind from here.`}
        {since ? ` ${since}` : null}
      </p>
    </>
  );
}

function invitation(next: number): string {
  return `For better or worse? Answer ${inWords(next)} of them blind, and I tell you.`;
}

function kept(next: number): string {
  return `I keep ${inWords(next)} unseen: for better or worse, your blind answers tell.`;
}

/** Better: your blind answer is what it says now. Worse: it is what it said before. */
function Looks({ looks }: { looks: EffectProps["looks"] }) {
  const { asked, judged, better, worse, neither, words } = looks;
  const waiting = asked - judged;
  return (
    <div class="rhml-looks">
      <span class="rhml-looks-marks" aria-hidden="true">
        {waiting > 0 ? (
          <>
            {signs("is-judged", judged)}
            {signs("is-waiting", waiting)}
          </>
        ) : (
          <>
            {signs("is-better", better)}
            {signs("is-neither", neither)}
            {signs("is-worse", worse)}
          </>
        )}
      </span>
      <p>
        <b>{words}</b>
        {waiting === 0 ? "." : judged > 0 ? "" : ": they come next in the queue, unmarked."}
      </p>
    </div>
  );
}

function signs(kind: string, n: number) {
  return Array.from({ length: Math.min(n, 30) }, (_, i) => <i key={`${kind}${i}`} class={kind} />);
}
