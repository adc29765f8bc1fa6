// What must be said stands in place: never a blank, never a stack trace, never a dialog.

import type { ComponentChildren } from "preact";
import { Button, classes } from "./controls";
import type { Acts } from "./root";
import type { ActionName, Problem } from "./types";

export type Tone = "quiet" | "failure" | "twice" | "model" | "pair";

export interface NoticeProps {
  tone?: Tone;
  title?: ComponentChildren;
  children?: ComponentChildren;
  /** Buttons. */
  actions?: ComponentChildren;
  class?: string;
}

/** Failures are said at once to who listens; everything else waits for a pause (the status line). */
export function Notice({ tone = "quiet", title, children, actions, class: name }: NoticeProps) {
  return (
    <div
      class={classes("rhml-notice", tone !== "quiet" && `rhml-notice-${tone}`, name)}
      role={tone === "failure" ? "alert" : undefined}
    >
      {title ? <p class="rhml-notice-title">{title}</p> : null}
      {typeof children === "string" ? <p>{children}</p> : children}
      {actions ? <div class="rhml-row">{actions}</div> : null}
    </div>
  );
}

/** A model, a journal, an item or a chart that fails: what, why, what to do. The rest goes on. */
export function ProblemNotice({ problem }: { problem: Problem }) {
  return (
    <Notice tone="failure" title={problem.title} class="rhml-problem">
      {problem.text ? (
        <p class="rhml-problem-text" dir="auto">
          {problem.text}
        </p>
      ) : null}
      {problem.hint ? <p>{problem.hint}</p> : null}
    </Notice>
  );
}

/** What would have been written down; the rest only asks. */
const KEPT: ReadonlySet<ActionName> = new Set<ActionName>([
  "label", "keep", "revise", "correct", "skip", "undo", "add_class", "teach", "undo_lesson",
  "verify", "twins", "resolve", "switch_person", "revise_codebook", "undo_edit", "promote", "enter_phase", "decide", "set_mode",
]);

/** An action that failed, kept for a retry with the same event_id. */
export function NotSaved({ of }: { of: Acts }) {
  const { failure } = of;
  if (!failure) return null;
  return (
    <Notice
      tone="failure"
      title={`${KEPT.has(failure.action) ? "NOT SAVED" : "Not done"}: ${failure.message}`}
      actions={
        <>
          {failure.final ? null : (
            <Button look="main" small onClick={failure.retry}>
              Retry
            </Button>
          )}
          <Button small onClick={failure.dismiss}>
            {failure.final ? "All right" : "Leave it"}
          </Button>
        </>
      }
    />
  );
}
