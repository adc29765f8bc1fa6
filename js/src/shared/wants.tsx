// What the person wants now: it sets which items come, and what opens beside them.

import { useState } from "preact/hooks";
import { Heading } from "./controls";
import { lm } from "./keys";
import { NotSaved } from "./notice";
import { useActs, useUid, type Act } from "./root";
import type { ClassProps, WorkbenchProps } from "./types";

const MEANS: Record<string, string> = {
  "teach me": "More items I am sure of; my reasons open after each answer.",
  "check me": "More items drawn at random, and some of yours again, without telling which.",
  "challenge me": "Mostly items I am sure of; my reasons open after each answer.",
  "find more": "Likely items of one class, beside some drawn at random.",
};

export interface WantsProps {
  wants: NonNullable<WorkbenchProps["wants"]>;
  classes: readonly ClassProps[];
  act: Act;
}

export function Wants({ wants, classes, act }: WantsProps) {
  const acts = useActs(act);
  const [uid, of] = [useUid("wants"), useUid("wants-class")];
  // A class has to be chosen before more of it can be found.
  const [finding, setFinding] = useState(false);
  const chosen = finding ? "find more" : (wants.intent ?? "");
  const say = (intent: string | null, label: number | null) => {
    setFinding(false);
    void acts.act("want", { intent, label }).catch(() => {});
  };
  return (
    <section aria-label="What do you want now?">
      <Heading>What do you want now?</Heading>
      <div class="rhml-row">
        <select
          {...lm}
          id={uid}
          class="rhml-input"
          data-action="want"
          aria-label="What do you want now?"
          value={chosen}
          disabled={!wants.may || acts.busy}
          onChange={({ currentTarget: { value } }) => {
            if (value === "find more") setFinding(true);
            else say(value || null, null);
          }}
        >
          <option value="">as usual</option>
          {wants.choices.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        {chosen === "find more" ? (
          <select
            {...lm}
            id={of}
            class="rhml-input rhml-grow"
            data-action="want-class"
            aria-label="Find more of which class?"
            value={finding ? "" : String(wants.label ?? "")}
            disabled={!wants.may || acts.busy}
            onChange={({ currentTarget: { value } }) => value && say("find more", Number(value))}
          >
            <option value="">of which class?</option>
            {classes.map((one, i) => (
              <option key={one.name} value={String(i)}>
                {one.name}
              </option>
            ))}
          </select>
        ) : null}
      </div>
      <p class="rhml-muted rhml-prose">{MEANS[chosen] ?? "I ask where I am unsure, and am checked at random."}</p>
      <NotSaved of={acts} />
    </section>
  );
}
