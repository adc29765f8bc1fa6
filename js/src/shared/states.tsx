// Every state of the queue has its words: none is a blank.

import type { Answer } from "./answers";
import { Button } from "./controls";
import { Notice } from "./notice";
import { plural } from "./numbers";
import type { QueueProps } from "./types";

export const WITHOUT_UNDO: ReadonlySet<QueueProps["state"]> = new Set<QueueProps["state"]>([
  "read-only", "moved", "closed", "empty",
]);

export const FROZEN = "A read-only report: it shows where the session stood.";

export interface StateWords {
  heading: string;
  title: string;
  text: string;
  /** True where no item is shown. */
  ends: boolean;
}

/** Where nothing is asked. The kernel's own words (`state_text`) come before `text`. */
export const STATES: Partial<Record<QueueProps["state"], StateWords>> = {
  done: {
    heading: "All asked",
    title: "Every item has its answer.",
    text: "You can still take back or change answers.",
    ends: true,
  },
  empty: {
    heading: "Nothing to ask",
    title: "The pool has no items.",
    text: "Extend it, and I go on.",
    ends: true,
  },
  "read-only": {
    heading: "Read-only",
    title: "Read-only: nothing can be answered here.",
    text: "Make the journal's file writable, then run this cell again.",
    ends: false,
  },
  moved: {
    heading: "Moved",
    title: "This session went on in a newer cell.",
    text: "Go on there; or run this cell again to have it here.",
    ends: true,
  },
  closed: {
    heading: "Closed",
    title: "This session is closed.",
    text: "What was saved is in the journal: run the cell again to go on.",
    ends: true,
  },
};

/** What mends it, by what the kernel says is the cause. */
const REMEDIES: [cause: RegExp, remedy: string][] = [
  [/\bheld by\b|\bholds\b/, "Close the other notebook, or shut down its kernel; then run this cell again."],
  [/only to be read/, "Open it with rhml.Session to answer."],
  [/forked/, "Go on in the process that opened it."],
];

/** Why nothing is asked, and what to do. */
export function endWords({ state, state_text: why }: QueueProps): { title: string; text: string } {
  const { title, text } = STATES[state] ?? { title: "", text: "" };
  if (state !== "read-only" || !why) return { title, text };
  const remedy = REMEDIES.find(([cause]) => cause.test(why))?.[1] ?? text;
  return { title: `Read-only: ${/[.!?]$/.test(why) ? why : `${why}.`}`, text: remedy };
}

export interface UnsavedProps {
  failed: readonly Answer[];
  gone: boolean;
  classes: QueueProps["classes"];
  retry(): void;
  /** Asks whether the kernel is there again. */
  knock(): void;
  leave(): void;
}

/** Answers that did not reach the journal: kept here until they do. */
export function Unsaved({ failed, gone, classes, retry, knock, leave }: UnsavedProps) {
  const [first] = failed;
  if (!first && !gone) return null;
  const name = first && first.label !== null ? classes[first.label]?.name : undefined;
  const kept = !first
    ? ""
    : failed.length > 1
      ? `${plural(failed.length, "answer")} are kept here until they are saved.`
      : first.kind === "skip"
        ? "The skip is kept here until it is saved."
        : `Your answer “${name ?? "?"}” is kept here until it is saved.`;
  return (
    <Notice
      tone="failure"
      title={gone ? "The kernel is gone." : `NOT SAVED: ${first?.error}`}
      actions={
        <>
          <Button look="main" action="retry" onClick={first ? retry : knock}>
            {first ? "Retry" : "Try again"}
          </Button>
          {first ? (
            <Button onClick={leave}>Forget {failed.length > 1 ? "them" : "it"}</Button>
          ) : null}
        </>
      }
    >
      {gone ? <p>Re-run the cell; what was saved is safe.</p> : null}
      {kept ? <p>{gone ? `NOT SAVED: ${kept} Retry before you re-run: a new view does not have it.` : kept}</p> : null}
    </Notice>
  );
}

/** Nothing to ask: what it means, and what can be done. */
export function Ended({ title, text }: { title: string; text: string }) {
  return (
    <Notice title={title} class="rhml-ended">
      {text ? <p class="rhml-prose">{text}</p> : null}
    </Notice>
  );
}
