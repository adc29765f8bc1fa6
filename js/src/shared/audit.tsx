// The audit: how often this version is wrong, by checks drawn at random and answered blind.

import { useState } from "preact/hooks";
import { Button, Heading } from "./controls";
import { lm } from "./keys";
import { NotSaved, Notice } from "./notice";
import { count, percent, plural } from "./numbers";
import { useActs, useUid, type Act } from "./root";
import type { AuditProps } from "./types";

export interface AuditViewProps {
  props: AuditProps;
  act: Act;
  /** In a report, or without a kernel: nothing can be begun. */
  frozen: boolean;
  /** To where checks are answered. */
  onAnswer(): void;
}

export function AuditView({ props, act, frozen, onAnswer }: AuditViewProps) {
  const { running, found } = props;
  return (
    <section class="rhml-audit rhml-pad" aria-label="Audit">
      <Heading why="drawn at random, answered blind · you are the reference">How often am I wrong?</Heading>
      <p class="rhml-prose">
        An audit asks you items drawn at random from all that nobody has judged, and shows nothing of what I say
        of them. My labels are fixed before you answer, so the checks tell how many of all those items this
        version has wrong, however often you look.
      </p>
      {running ? <Running running={running} frozen={frozen} onAnswer={onAnswer} /> : null}
      {found ? <Found found={found} newer={props.newer} /> : null}
      {running ? null : <Begin props={props} act={act} frozen={frozen} onBegun={onAnswer} />}
    </section>
  );
}

interface RunningProps {
  running: NonNullable<AuditProps["running"]>;
  frozen: boolean;
  onAnswer(): void;
}

function Running({ running: { version, answered, drawn }, frozen, onAnswer }: RunningProps) {
  const far = `${count(answered)} of ${count(drawn)}`;
  return (
    <div class="rhml-audit-running">
      <p>
        <b class="rhml-number">{far}</b> checks of version {version} answered
      </p>
      <div
        class="rhml-progress"
        role="progressbar"
        aria-label="Checks answered"
        aria-valuemin={0}
        aria-valuemax={drawn}
        aria-valuenow={answered}
        aria-valuetext={far}
      >
        <span class="rhml-progress-done" style={{ inlineSize: `${((100 * answered) / drawn).toFixed(2)}%` }} />
      </div>
      {frozen ? null : (
        <div class="rhml-row">
          <Button look="main" action="audit-answer" onClick={onAnswer}>
            Answer the next
          </Button>
        </div>
      )}
    </div>
  );
}

function Found({ found, newer }: { found: NonNullable<AuditProps["found"]>; newer: string }) {
  const { version, n, wrong, low, high, n_items, words } = found;
  return (
    <div class="rhml-audit-found">
      <Heading why={`of ${plural(n_items, "item")} that nobody had judged`}>{`Version ${version}`}</Heading>
      <dl class="rhml-counts">
        <div>
          <dt>as you say</dt>
          <dd class="rhml-number">{count(n - wrong)}</dd>
        </div>
        <div>
          <dt>otherwise</dt>
          <dd class="rhml-number">{count(wrong)}</dd>
        </div>
        <div>
          <dt>wrong, of all of them</dt>
          <dd class="rhml-number">{`${percent(low).slice(0, -2)} to ${percent(high)}`}</dd>
        </div>
      </dl>
      <p class="rhml-prose" dir="auto">
        {words}
        {newer ? ` ${newer}` : null}
      </p>
    </div>
  );
}

interface BeginProps {
  props: AuditProps;
  act: Act;
  frozen: boolean;
  onBegun(): void;
}

function Begin({ props: { version, choices, guess, had, why_not, n_free }, act, frozen, onBegun }: BeginProps) {
  const acts = useActs(act);
  const name = useUid("checks");
  const [wanted, setWanted] = useState<number | null>(null);
  if (frozen) return null;
  if (why_not || !choices.length) return <Notice>{why_not || "Nothing is left to draw from."}</Notice>;
  const usual = choices.find(({ n }) => n >= 100) ?? choices[choices.length - 1];
  const chosen = choices.find(({ n }) => n === wanted) ?? usual;
  const n = chosen?.n ?? 0;
  return (
    <form
      class="rhml-audit-begin"
      onSubmit={(event) => {
        event.preventDefault();
        if (!acts.busy) void acts.act("audit", { n }).then(onBegun, () => {});
      }}
    >
      <fieldset>
        <legend>{`How many ${had ? "more " : ""}checks of version ${version}?`}</legend>
        {choices.map(({ n: many, margin }) => (
          <label key={many} class="rhml-choice">
            <input
              type="radio"
              {...lm}
              name={name}
              value={many}
              checked={many === n}
              onChange={() => setWanted(many)}
            />
            <span>
              <b class="rhml-number">{`${many === n_free ? "all " : ""}${plural(many, "check")}`}</b>
              {margin === 0 ? ": no doubt left" : `: about ± ${percent(margin)}`}
            </span>
          </label>
        ))}
      </fieldset>
      <p class="rhml-muted">{`Half the width of the 95 % interval, over all looks together, if ${percent(guess)} are wrong${had ? `, with the ${count(had)} you answered` : ""}.`}</p>
      <div class="rhml-row">
        <Button look="main" type="submit" action="audit-begin" off={acts.busy}>
          {had ? `Add ${plural(n, "check")}` : `Begin with ${plural(n, "check")}`}
        </Button>
        {acts.slow ? <span class="rhml-muted">I finish learning first …</span> : null}
      </div>
      <NotSaved of={acts} />
    </form>
  );
}
