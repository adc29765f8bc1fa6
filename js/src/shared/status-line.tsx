// One line: how the last answer stands, how far we are, and at what pace.

import type { Answer } from "./answers";
import { Check, classes as names, Sign } from "./controls";
import { count, plural } from "./numbers";
import type { QueueProps } from "./types";

interface StatusProps {
  props: QueueProps;
  answers: readonly Answer[];
  saved: number;
  /** Another action takes its time. */
  slow: boolean;
  gone: boolean;
  frozen: boolean;
}

export function StatusLine({ props, answers, saved, slow: waits, gone, frozen }: StatusProps) {
  const { progress, model } = props;
  const failed = answers.find((answer) => answer.state === "failed");
  const slow = waits || answers.some((answer) => answer.state === "saving" && answer.slow);
  const words = failed
    ? `NOT SAVED: ${failed.error}`
    : gone
      ? "disconnected: the kernel is gone"
      : slow
        ? "saving…"
        : props.status;
  const share = progress.total > 0 ? Math.min(1, progress.labeled / progress.total) : 0;
  // Said once: the status often begins with how far we are.
  const far = `${count(progress.labeled)} of ${count(progress.total)}`;
  const pace = [
    words.includes(far) ? "" : far,
    progress.skipped ? `${count(progress.skipped)} skipped` : "",
    progress.seconds_each === null ? "" : `${seconds(progress.seconds_each)} each`,
    progress.left,
  ].filter(Boolean).join(" · ");
  const behind = model.fitting
    ? "I am learning …"
    : model.failed
      ? "I could not learn"
      : model.behind > 0
        ? `I am ${plural(model.behind, "label")} behind`
        : "";
  return (
    <div class="rhml-status">
      <span class={names("rhml-status-line", failed || gone ? "rhml-status-bad" : null)}>
        {saved > 0 && !failed && !gone && !slow ? <Check /> : null}
        <span role="status" title={words}>
          {words}
        </span>
      </span>
      <span
        class="rhml-progress"
        role="progressbar"
        aria-label="Labeled"
        aria-valuemin={0}
        aria-valuemax={progress.total}
        aria-valuenow={progress.labeled}
        aria-valuetext={`${count(progress.labeled)} of ${count(progress.total)} labeled`}
      >
        <span class="rhml-progress-done" style={{ inlineSize: `${(100 * share).toFixed(2)}%` }} />
      </span>
      <span class="rhml-pace rhml-number" title={pace}>
        {pace}
      </span>
      {behind && !frozen ? (
        <span class="rhml-behind rhml-number">
          <Sign of="model" /> {behind}
        </span>
      ) : null}
    </div>
  );
}

function seconds(value: number): string {
  return value < 10 ? `${Number(value.toFixed(1))} s` : `${Math.round(value)} s`;
}
