// The queue: one item at a time, a key an answer. What the person sees when a key goes down is what
// the key answers.

import { useAsking, type Asking, type Lettered, type QueueViewProps } from "./asking";
import { ClassKeys } from "./class-keys";
import { Button, Heading } from "./controls";
import { ItemBox } from "./item-box";
import { lm } from "./keys";
import { NotSaved, Notice, ProblemNotice } from "./notice";
import { plural } from "./numbers";
import { Ended, endWords, FROZEN, STATES, Unsaved } from "./states";
import type { Place } from "./place";
import { StatusLine } from "./status-line";
import { Search } from "./search";
import { TwinsOffer } from "./twins-offer";
import { FirstClasses } from "./first-classes";
import { living } from "./letters";
import { History } from "./history";
import { NewClass, SkipMenu, StopCard, stopWords } from "./trays";
import type { QueueProps } from "./types";

export type { QueueViewProps };

export function QueueView(view: QueueViewProps) {
  const { props, act, frozen, gone } = view;
  const asking = useAsking(view);
  const { answers, item, stop } = asking;
  const state = STATES[props.state];
  // Held elsewhere, the next item is not drawn here.
  const ended = state?.ends || (props.state === "read-only" && !item);
  const words = endWords(props);
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
        ) : props.state === "read-only" && !ended ? (
          <Notice class="rhml-wall" title={words.title}>
            {words.text}
          </Notice>
        ) : null}
        {ended ? (
          <>
            <Heading>{state?.heading}</Heading>
            <Ended {...words} />
            {frozen || !ENDED[props.state] ? null : (
              <Actions of={asking} undo={props.undo} only={ENDED[props.state] ?? []} />
            )}
          </>
        ) : (
          <>
            <Top of={asking} props={props} />
            <ItemBox
              item={item}
              stop={stop}
              whole={asking.whole}
              items={props.items}
              marked={asking.draft.marked}
              enter={asking.marking}
              off={!asking.live || asking.busy || stop !== null}
              waiting={props.problem?.kind === "journal" ? "The next item could not be drawn." : "The next item comes …"}
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
          <Unsaved
            failed={answers.all.filter((one) => one.state === "failed")}
            gone={gone && !frozen}
            classes={props.classes}
            retry={answers.retry}
            knock={asking.knock}
            leave={answers.leave}
          />
          {gone ? null : <NotSaved of={asking.acts} />}
          {props.twins && asking.live && !stop ? (
            <TwinsOffer
              twins={props.twins}
              classes={props.classes}
              letter={asking.letters.of("twins")}
              off={!asking.can.twins}
              onTake={asking.run.twins}
            />
          ) : null}
          {props.problem ? <ProblemNotice problem={props.problem} /> : null}
          {props.state === "asking" && living(props.classes).length === 1 && !frozen ? (
            <Notice>
              One class so far. I can only learn to tell two apart: name a second one with “new class”.
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
        <div class="rhml-trays">
          {asking.tray === "skip" && item && asking.live ? (
            <SkipMenu reasons={props.skip_reasons} onSkip={asking.skip} onClose={asking.close} />
          ) : null}
          {asking.tray === "new-class" && asking.live ? (
            <NewClass
              classes={props.classes}
              named={asking.named}
              act={act}
              onDone={asking.close}
              onClose={asking.close}
            />
          ) : null}
          {asking.tray === "search" && asking.live ? (
            <Search act={act} like={item?.item_id ?? null} onClose={asking.close} />
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
        </div>
      </div>
    </section>
  );
}

/** What can be done though nothing is asked. */
const ENDED: Partial<Record<QueueProps["state"], readonly Lettered[]>> = {
  done: ["undo", "history", "why"],
  "read-only": ["history"],
};

const MAY_CORRECT: ReadonlySet<QueueProps["state"]> = new Set<QueueProps["state"]>(["asking", "done"]);

/** What is asked, and why this one: of the model's answer it tells nothing. */
function Top({ of, props: { state } }: { of: Asking; props: QueueProps }) {
  const { item, stop, place, letters } = of;
  const words = stop
    ? stopWords(stop)
    : place === "words"
      ? "Mark the words that decide"
      : state === "no-classes" ? "The first item" : "What is this?";
  const hint = keyHint(place, letters.of("why"), of.apart);
  if (hint) return <Heading why={<span class="rhml-human">{hint}</span>}>{words}</Heading>;
  if (stop) return <Heading why={stop.why ? `why this one: ${stop.why}` : null}>{words}</Heading>;
  if (!item) return <Heading>{words}</Heading>;
  const rows = item.rows > 1 ? ` · stands for ${plural(item.rows, "row")}` : "";
  const look = item.look ? " · underlined: what weighs with me, for whatever it speaks" : "";
  const why = item.draft ? "taken back: it is yours again" : `why this one: ${item.why}${look}`;
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

/** What keys do where the focus went: they lead on, and back. */
function keyHint(place: Place, why: string | null, apart: boolean): string {
  if (place === "words") return "arrows move · Space marks · Shift + arrow marks on · Enter: done";
  if (place === "beside") return `arrows move · Enter: correct a reason · ${why ? `${why} or ` : ""}Esc: back`;
  return apart ? "my reasons stand in the ExplanationPanel of this session" : "";
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
        letters={of.letters}
        fresh={of.fresh}
        onNew={of.can["new-class"] ? of.name : null}
        field={of.field}
        onLeave={of.back}
        onChoose={of.choose}
      />
      {frozen ? null : (
        <Actions
          of={of}
          undo={props.undo}
          only={props.may_add ? ASKED : ASKED.filter((which) => which !== "new-class")}
        />
      )}
      {stop ? (
        <StopCard
          stop={stop}
          classes={classes}
          revising={revising}
          nudged={of.nudged}
          busy={!live || of.busy}
          letters={of.letters}
          onKeep={of.keep}
          onRevise={of.revise}
          onBack={of.back}
          onWhy={of.run.why}
        />
      ) : null}
    </>
  );
}

const ASKED: readonly Lettered[] = ["skip", "undo", "mark", "history", "new-class", "search", "why", "note"];

const WORDS: Record<Exclude<Lettered, "note" | "twins">, [words: string, title: string]> = {
  skip: ["skip …", "Not now: it comes back at the end"],
  undo: ["undo", "Takes your last answer back"],
  mark: ["mark words", "Drag over the words that decide, or mark them by keys"],
  history: ["history", "Your last answers, to look at or to change"],
  "new-class": ["new class", "Name one more class"],
  search: ["find", "Find items by their words, or more like this one"],
  why: ["why", "My reasons for the item you answered last"],
};

const COLUMNS = ["mark columns", "Click the columns that decide, or M and the arrow keys"] as const;

function Actions({ of, undo, only }: { of: Asking; undo: string | null; only: readonly Lettered[] }) {
  const { can, run, letters, stop, item, note, draft, tray } = of;
  return (
    <div class="rhml-actions">
      {only.map((which) => {
        const key = letters.of(which);
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
              placeholder={`a note, if you like${key ? ` (${key})` : ""}`}
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
        if (which === "twins") return null; // offered with what it would answer
        if (which === "why" && stop) return null; // the card has it
        if (which === "mark" && item?.kind === "image") return null; // it has no words
        const [words, title] = which === "mark" && item?.kind === "row" ? COLUMNS : WORDS[which];
        const back = which === "why" && of.place === "beside";
        return (
          <Button
            key={which}
            look="quiet"
            action={which}
            kbd={key}
            kbdFirst
            off={!can[which]}
            title={which === "undo" && undo ? `Takes back: ${undo}` : title}
            aria-pressed={back ? "true" : undefined}
            aria-expanded={which in TRAYS ? tray === which : undefined}
            onClick={run[which]}
          >
            {back ? "back" : words}
          </Button>
        );
      })}
    </div>
  );
}

const TRAYS = { skip: true, history: true, "new-class": true, search: true };
