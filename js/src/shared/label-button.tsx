// A class as a button: its key, its name, how many carry it, and how the answer stands.

import type { RefObject } from "preact";
import { Check, classes as names, Kbd, Sign } from "./controls";
import { lm } from "./keys";
import type { Letters } from "./letters";
import { count } from "./numbers";
import type { ClassIndex, ClassProps } from "./types";

export interface ClassKeysProps {
  classes: readonly ClassProps[];
  /** What the person answered with, and how it stands. */
  chosen: { label: ClassIndex; state: "saving" | "saved" | "failed" | "stands" } | null;
  /** The answer before: its key says "saving…", then "saved". */
  last: { label: ClassIndex; saved: boolean } | null;
  /** What the model reads, while advice stands. */
  advised: ClassIndex | null;
  /** Shown, not to be used now. */
  off: boolean;
  /** False where it was not taken. */
  onChoose(label: ClassIndex, event: Event): boolean;
  letters: Letters;
  /** For type to find. Counts up: it is empty again. */
  fresh: number;
  /** A class that is not there yet, by its name; null where none can be added. */
  onNew: ((name: string) => void) | null;
  field?: RefObject<HTMLInputElement | null>;
  /** Esc: leave the field. */
  onLeave?(): void;
  /** False where the keys are not to be used by hand: a report. */
  keyed?: boolean;
}

const SAID = { saving: "saving…", saved: "saved", failed: "not saved" } as const;

/** Long names break where people would: after a separator. */
function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=[_\-/.:])/u);
  return (
    <>
      {parts.map((part, i) => (i === 0 ? part : [<wbr key={i} />, part]))}
    </>
  );
}

export function LabelButton(
  props: ClassKeysProps & { index: ClassIndex; compact: boolean; best: boolean; id: string },
) {
  const { classes, chosen, last, advised, off, onChoose, index, compact, best, id, keyed = true } = props;
  const one = classes[index];
  if (!one) return null;
  const mine = chosen?.label === index ? chosen.state : null;
  // Laid over the button's end: words that come and go must not move it.
  const said =
    mine === "failed" ? "failed"
      : mine === "saving" ? "saving"
        : mine === null && last?.label === index ? (last.saved ? "saved" : "saving") : null;
  return (
    <button
      {...lm}
      type="button"
      id={id}
      class={names("rhml-class", compact && "rhml-class-compact", best && "rhml-class-best")}
      data-label={one.name}
      data-state={mine ?? undefined}
      data-advised={advised === index ? "" : undefined}
      // Among many, arrows in the field move: Tab passes by.
      tabIndex={compact ? -1 : undefined}
      role={compact ? "option" : undefined}
      aria-selected={compact ? (best ? "true" : "false") : undefined}
      aria-pressed={compact ? undefined : mine ? "true" : "false"}
      aria-disabled={off ? "true" : undefined}
      aria-keyshortcuts={one.key ?? undefined}
      title={one.definition ? `${one.name}: ${one.definition}` : undefined}
      onClick={(event) => {
        if (!off) onChoose(index, event);
      }}
    >
      {one.key !== null && one.key !== one.name && keyed && <Kbd>{one.key}</Kbd>}
      <span class="rhml-class-words">
        <span class="rhml-class-line">
          <span class="rhml-class-name" dir="auto">
            <Breakable text={one.name} />
          </span>{" "}
          {compact && one.count === 0 ? null : (
            <span class="rhml-class-count">
              <span aria-hidden="true">·&nbsp;</span>
              {count(one.count)}
              <span class="rhml-visually-hidden"> so far</span>
            </span>
          )}
        </span>
        {!compact && one.definition ? (
          <span class="rhml-class-definition" dir="auto">
            {one.definition}
          </span>
        ) : null}
      </span>
      {said ? (
        <span class={names("rhml-class-said", `rhml-class-said-${said}`)}>
          {said === "saved" ? <Check /> : null}
          <span class="rhml-class-said-words">{SAID[said]}</span>
        </span>
      ) : null}
      {mine || advised === index ? (
        <span class="rhml-class-signs">
          {mine ? <Sign of="human" /> : null}
          {advised === index ? <Sign of="model" /> : null}
        </span>
      ) : null}
    </button>
  );
}
