// The queue: one item at a time, a key an answer. What the person sees when a key goes down is what
// the key answers.

import { useAsking, type Asking, type Lettered, type QueueViewProps } from "./asking";
import { ClassKeys } from "./class-keys";
import { Button, Heading } from "./controls";
import { ItemBox } from "./item-box";
import { lm } from "./keys";
import { NotSaved, Notice, ProblemNotice } from "./notice";
import { plural } from "./numbers";
import { Ended, FROZEN, STATES, Unsaved } from "./states";
import { StatusLine } from "./status-line";
import { FirstClasses } from "./first-classes";
import { History } from "./history";
import { NewClass, SkipMenu, StopCard } from "./trays";
import type { QueueProps } from "./types";

export type { QueueViewProps };

export function QueueView(view: QueueViewProps) {
  const { props, act, frozen, gone } = view;
  const asking = useAsking(view);
  const { answers, item, stop } = asking;
  const state = STATES[props.state];
  const ended = state?.ends ?? false;
  return (
    <section
      ref={asking.section}
      class="rhml-queue rhml-pad"
      aria-label="Labeling queue"
      onPointerDown={asking.point}
      onPointerUp={(event) => {
        // A click beside the controls brings the keys home.
        const hit = event.target as Element;
        if (!hit.closest("button, input, [role='option'], .rhml-tray")) asking.home();
      }}
    >
      <div class="rhml-queue-stack">
        {frozen ? (
          <Notice class="rhml-wall">{FROZEN}</Notice>
        ) : props.state === "read-only" ? (
          <Notice class="rhml-wall" title={state?.title}>
            {props.state_text}
          </Notice>
        ) : null}
        {ended ? (
          <>
            <Heading>{state?.heading}</Heading>
            <Ended title={state?.title ?? ""} text={props.state_text || (state?.text ?? "")} />
            {props.state === "done" && !frozen ? <Actions of={asking} only={["undo", "history"]} /> : null}
          </>
        ) : (
          <>
            <Top of={asking} state={props.state} />
            <ItemBox
              item={item}
              stop={stop}
              text={asking.text}
              items={props.items}
              marked={asking.draft.marked}
              enter={asking.marking}
              off={!asking.live || asking.busy || stop !== null}
              open={asking.opened}
              more={asking.more}
              onOpen={asking.open}
              onMark={asking.mark}
            />
            {props.state === "no-classes" ? (
              frozen ? null : <FirstClasses classes={props.classes} act={act} />
            ) : (
              <Answering of={asking} props={props} frozen={frozen} />
            )}
          </>
        )}
        <div class="rhml-under">
          {asking.tray === "skip" && item && asking.live ? (
            <SkipMenu reasons={props.skip_reasons} onSkip={asking.skip} onClose={asking.close} />
          ) : null}
          {asking.tray === "new-class" && asking.live ? (
            <NewClass classes={props.classes} act={act} onDone={asking.close} onClose={asking.close} />
          ) : null}
          {asking.tray === "history" ? (
            <History
              rows={props.history}
              classes={props.classes}
              act={act}
              off={frozen || gone || !MAY_CORRECT.has(props.state)}
              onClose={asking.close}
            />
          ) : null}
          <Unsaved
            failed={answers.all.filter((one) => one.state === "failed")}
            gone={gone && !frozen}
            classes={props.classes}
            retry={answers.retry}
            knock={asking.knock}
            leave={answers.leave}
          />
          {gone ? null : <NotSaved of={asking.acts} />}
          {props.problem ? <ProblemNotice problem={props.problem} /> : null}
          {props.state === "asking" && props.classes.length === 1 && !frozen ? (
            <Notice>
              One class so far. I can learn only what I can tell apart: name a second one with “new class”.
            </Notice>
          ) : null}
        </div>
        <StatusLine
          props={props}
          answers={answers.all}
          saved={answers.saved}
          slow={asking.acts.slow}
          gone={gone}
          frozen={frozen}
        />
      </div>
    </section>
  );
}

const MAY_CORRECT: ReadonlySet<QueueProps["state"]> = new Set<QueueProps["state"]>(["asking", "done"]);

/** What is asked, and why this one: of the model's answer it tells nothing. */
function Top({ of: { item, stop }, state }: { of: Asking; state: QueueProps["state"] }) {
  if (stop) return <Heading why="to check me where I am confident">We disagree</Heading>;
  const words = state === "no-classes" ? "The first item" : "What is this?";
  if (!item) return <Heading>{words}</Heading>;
  const rows = item.rows > 1 ? ` · stands for ${plural(item.rows, "row")}` : "";
  const why = item.draft ? "taken back: it is yours again" : `why this one: ${item.why}`;
  return (
    <Heading
      why={
        <span class={item.draft ? "rhml-pair" : undefined} title={why + rows}>
          {why}
          {rows}
        </span>
      }
    >
      {words}
    </Heading>
  );
}

interface AnsweringProps {
  of: Asking;
  props: QueueProps;
  frozen: boolean;
}

/** The keys, what else can be done, and the advice that may stand. */
function Answering({ of, props, frozen }: AnsweringProps) {
  const { classes } = props;
  const { stop, answer, live, revising } = of;
  const chosen = stop
    ? { label: answer?.label ?? stop.yours, state: answer?.state ?? ("stands" as const) }
    : answer && answer.label !== null
      ? { label: answer.label, state: answer.state }
      : null;
  return (
    <>
      <ClassKeys
        classes={classes}
        chosen={chosen}
        last={of.answers.last}
        advised={stop?.model ?? null}
        off={!live || (stop !== null && !revising)}
        keyed={!frozen}
        field={of.field}
        onLeave={of.back}
        onChoose={of.choose}
      />
      {frozen ? null : (
        <Actions of={of} only={props.may_add ? ASKED : ASKED.filter((which) => which !== "new-class")} />
      )}
      {stop ? (
        <StopCard
          stop={stop}
          classes={classes}
          revising={revising}
          nudged={of.nudged}
          busy={!live || of.busy}
          onKeep={of.keep}
          onRevise={of.revise}
          onBack={of.back}
          onWhy={of.run.why}
        />
      ) : null}
    </>
  );
}

const ASKED: readonly Lettered[] = ["skip", "undo", "mark", "history", "new-class", "why", "note"];

const WORDS: Record<Exclude<Lettered, "note">, [words: string, title: string]> = {
  skip: ["skip …", "Not now: it comes back at the end"],
  undo: ["undo", "Takes your last answer back"],
  mark: ["mark words", "Drag over the words that decide, or M and the arrow keys"],
  history: ["history", "Your last answers, to look at or to change"],
  "new-class": ["new class", "Name one more class"],
  why: ["why", "My reasons for the item you answered last"],
};

const COLUMNS = ["mark columns", "Click the columns that decide, or M and the arrow keys"] as const;

function Actions({ of, only }: { of: Asking; only: readonly Lettered[] }) {
  const { can, run, letterOf, stop, item, note, draft, tray } = of;
  return (
    <div class="rhml-actions">
      {only.map((which) => {
        const key = letterOf(which);
        if (which === "note") {
          return (
            <input
              {...lm}
              key={which}
              ref={note}
              class="rhml-input rhml-note"
              type="text"
              data-action="note"
              dir="auto"
              maxLength={2000}
              placeholder={`a note, if you like${key ? " (N)" : ""}`}
              aria-label="A note to this answer"
              aria-keyshortcuts={key ?? undefined}
              readOnly={!can.note}
              value={draft.note}
              onInput={(event) => of.write(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.isComposing || event.keyCode === 229) return;
                if (event.key !== "Enter" && event.key !== "Escape") return;
                event.preventDefault();
                of.home();
              }}
            />
          );
        }
        if (which === "why" && stop) return null; // the card has it
        const [words, title] = which === "mark" && item?.kind === "row" ? COLUMNS : WORDS[which];
        return (
          <Button
            key={which}
            look="quiet"
            action={which}
            kbd={key}
            kbdFirst
            off={!can[which]}
            title={title}
            aria-expanded={which in TRAYS ? tray === which : undefined}
            onClick={run[which]}
          >
            {words}
          </Button>
        );
      })}
    </div>
  );
}

const TRAYS = { skip: true, history: true, "new-class": true };
