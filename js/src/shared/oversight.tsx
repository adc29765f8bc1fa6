// Oversight: a refit that forgets waits for the person; the mode is theirs, whatever is proposed.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Button, Heading, Sign, Spoken } from "./controls";
import { FlipList } from "./flip-list";
import { focusQuietly } from "./focus";
import { NotSaved, Notice } from "./notice";
import { useActs, type Act, type Acts } from "./root";
import type { ClassProps, GateProps, OversightProps } from "./types";

export interface OversightViewProps {
  props: OversightProps;
  classes: readonly ClassProps[];
  act: Act;
  frozen: boolean;
}

export function Oversight({ props, classes, act, frozen }: OversightViewProps) {
  const { mode, mode_words, proposals, flags, gate } = props;
  const acts = useActs(act);
  const may = props.may && !frozen;
  const set = (wanted: "adaptive" | "stable") => {
    if (!acts.busy) void acts.act("set_mode", { mode: wanted });
  };
  const other = mode === "stable" ? "adaptive" : "stable";
  return (
    <section class="rhml-oversight" aria-label="Oversight" data-mode={mode}>
      {gate ? <Gate gate={gate} names={classes.map(({ name }) => name)} acts={acts} may={may} /> : null}
      {proposals.map((words) => (
        <Notice
          key={words}
          tone="model"
          class="rhml-proposal"
          actions={
            may ? (
              <>
                <Button look="main" small action="adaptive" off={acts.busy} onClick={() => set("adaptive")}>
                  Learn again
                </Button>
                <Button small action="stay" off={acts.busy} onClick={() => set(mode)}>
                  Stay {mode}
                </Button>
              </>
            ) : null
          }
        >
          <p dir="auto">
            <Sign of="model" /> {words}
          </p>
        </Notice>
      ))}
      {flags.map((words) => (
        <Notice key={words} tone="twice" class="rhml-flag">
          <p dir="auto">
            <Sign of="model" /> {words}
          </p>
        </Notice>
      ))}
      <NotSaved of={acts} />
      <p class="rhml-row rhml-mode">
        <Spoken by="human">
          <b data-mode-badge="">{mode} mode</b>
        </Spoken>
        <span class="rhml-muted rhml-grow">{mode_words}</span>
        {may ? (
          <Button small action="mode" off={acts.busy} onClick={() => set(other)}>
            {other === "stable" ? "Keep my version stable" : "Let me learn"}
          </Button>
        ) : null}
      </p>
    </section>
  );
}

function Gate({ gate, names, acts, may }: { gate: GateProps; names: string[]; acts: Acts; may: boolean }) {
  const { version, against, shown, n_judged, kept } = gate;
  const list = useRef<HTMLOListElement>(null);
  const asked = useRef(false);
  const decide = (choice: "accept" | "roll_back") => {
    if (!acts.busy) void acts.act("decide", { gate: gate.gate, choice });
  };
  const see = () => {
    if (acts.busy) return;
    asked.current = true;
    void acts.act("show_unlearned", { gate: gate.gate });
  };
  useLayoutEffect(() => {
    // The button that asked is gone: what it asked for has the focus.
    if (shown && asked.current) focusQuietly(list.current);
    asked.current = false;
  }, [shown === null]);
  return (
    <div class="rhml-gate" data-gate={gate.gate}>
      <Heading why={kept ? undefined : "it waits; your answers are kept"}>
        {kept ? `You stay with version ${against}` : `Version ${version} waits for you`}
      </Heading>
      <Notice
        tone={kept ? "quiet" : "model"}
        actions={may ? (
          <>
            {n_judged && !shown ? (
              <Button small action="see-unlearned" off={acts.busy} onClick={see}>
                See {n_judged === 1 ? "it" : "them"}
              </Button>
            ) : null}
            <Button small action="accept" off={acts.busy} onClick={() => decide("accept")}>
              Take {kept ? `version ${version} after all` : "it"}
            </Button>
            {!kept ? (
              <Button look="main" small action="roll-back" off={acts.busy} onClick={() => decide("roll_back")}>
                Keep version {against}
              </Button>
            ) : null}
          </>
        ) : null}
      >
        <p dir="auto">
          <Sign of="model" /> {gate.words}
          {gate.aside ? <span class="rhml-muted"> {gate.aside}</span> : null}
        </p>
      </Notice>
      {shown ? <FlipList box={list} rows={shown} names={names} /> : null}
    </div>
  );
}
