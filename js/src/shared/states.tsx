// Every state of the queue has its words: none is a blank.

import type { Answer } from "./answers";
import { Button } from "./controls";
import { Notice } from "./notice";
import { plural } from "./numbers";
import type { QueueProps } from "./types";

export const WITHOUT_UNDO: ReadonlySet<QueueProps["state"]> = new Set<QueueProps["state"]>([
  "read-only", "moved", "closed", "empty",
]);

/** Where no item is asked for. */
export const STATES: Partial<Record<QueueProps["state"], { heading: string; title: string; text: string }>> = {
  "no-classes": { heading: "", title: "No classes yet", text: "" },
  done: {
    heading: "All asked",
    title: "Every item has its answer.",
    text: "You can still take back or change answers.",
  },
  empty: { heading: "Nothing to ask", title: "The pool has no items.", text: "Extend it, and I go on." },
  "read-only": {
    heading: "Read-only",
    title: "Read-only: nothing can be answered here.",
    text: "",
  },
  moved: { heading: "Moved", title: "This session went on in a newer cell.", text: "" },
  closed: { heading: "Closed", title: "This session is closed.", text: "What was saved is in the journal." },
};

export interface UnsavedProps {
  failed: readonly Answer[];
  gone: boolean;
  classes: QueueProps["classes"];
  retry(): void;
  leave(): void;
}

/** Answers that did not reach the journal: kept here until they do. */
export function Unsaved({ failed, gone, classes, retry, leave }: UnsavedProps) {
  const [first] = failed;
  const name = first && first.label !== null ? classes[first.label]?.name : undefined;
  const kept = !first
    ? ""
    : failed.length > 1
      ? `${plural(failed.length, "answer")} are kept here until they are saved.`
      : first.kind === "skip"
        ? "The item is still yours to answer."
        : `Your answer “${name ?? "?"}” is kept here until it is saved.`;
  return (
    <Notice
      tone="failure"
      title={gone ? "The kernel is gone." : `NOT SAVED: ${first?.error ?? ""}`}
      actions={
        <>
          <Button look="main" action="retry" onClick={retry}>
            {first ? "Retry" : "Try again"}
          </Button>
          {first ? (
            <Button onClick={leave}>Forget {failed.length > 1 ? "them" : "it"}</Button>
          ) : null}
        </>
      }
    >
      {gone ? <p>Re-run the cell; what was saved is safe.</p> : null}
      {kept ? <p>{gone ? `NOT SAVED: ${kept}` : kept}</p> : null}
    </Notice>
  );
}
