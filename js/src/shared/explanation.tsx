// Why: the item, what each of us reads in it, the model's reasons, what was said of them, what that
// changed, and what lies nearest.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Heading, Spoken } from "./controls";
import { EffectView } from "./effect";
import { ReasonItem } from "./marked";
import { Neighbors } from "./neighbors";
import { NotSaved, ProblemNotice } from "./notice";
import { ReasonsView } from "./reasons";
import { useActs, type Act } from "./root";
import type { ExplanationProps } from "./types";

export interface ExplanationViewProps {
  props: ExplanationProps;
  act: Act;
  frozen: boolean;
}

const NONE: readonly string[] = [];

export function ExplanationView({ props, act, frozen }: ExplanationViewProps) {
  const { item, reasons, effect, problem, classes } = props;
  const acts = useActs(act);
  const [pointed, setPointed] = useState<readonly string[]>(NONE);
  const [reached, setReached] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const [saving, setSaving] = useState<ReadonlySet<string>>(new Set());
  const taughtHere = useRef(false);
  const mayTeach = props.may_teach && !frozen;
  const of = JSON.stringify([item?.item_id, reasons?.label, reasons?.against]);

  useEffect(() => {
    setOpen(null);
    setPointed(NONE);
  }, [of, mayTeach]);

  const lit = useMemo(() => {
    if (open !== null) return new Set([open]);
    return new Set(pointed.length > 0 ? pointed : reached === null ? NONE : [reached]);
  }, [open, pointed, reached]);

  async function teach(
    term: string,
    stance: "supports" | "irrelevant",
    label: number | null,
  ): Promise<void> {
    setOpen(null);
    setSaving((terms) => new Set(terms).add(term));
    taughtHere.current = true;
    try {
      await acts.act("teach", { term, stance, label, item_id: item?.item_id ?? null });
    } catch {
      // `acts` keeps the failure, and NotSaved says it.
      taughtHere.current = false;
    } finally {
      setSaving((terms) => {
        const rest = new Set(terms);
        rest.delete(term);
        return rest;
      });
    }
  }

  const taught = (
    <>
      <NotSaved of={acts} />
      {effect && (
        <EffectView
          key={effect.lesson}
          effect={effect}
          classes={classes}
          act={act}
          mayTeach={mayTeach}
          askedFor={taughtHere}
        />
      )}
    </>
  );
  return (
    <section class="rhml-explanation" aria-label="Explanation">
      <Heading why={reasons?.exactness}>{props.heading || "Why"}</Heading>
      {problem && <ProblemNotice problem={problem} />}
      {props.empty ? (
        <>
          <p class="rhml-empty" dir="auto">
            {frozen ? "No reasons were open." : props.empty}
          </p>
          {taught}
        </>
      ) : (
        <div class="rhml-explained">
          {item && (
            <div class="rhml-explained-item">
              <ReasonItem
                item={item}
                rows={reasons?.rows ?? []}
                lit={lit}
                onPoint={setPointed}
                onChoose={(term) => mayTeach && setOpen(term)}
              />
              <Voices judged={item.judged} predicted={reasons?.predicted} classes={classes} />
            </div>
          )}
          <div class="rhml-explained-why">
            {reasons && (
              <ReasonsView
                of={of}
                reasons={reasons}
                classes={classes}
                gone={props.gone ?? []}
                mayTeach={mayTeach}
                lit={lit}
                onPoint={setPointed}
                onReach={setReached}
                open={open}
                onOpen={setOpen}
                saving={saving}
                onTeach={(term, stance, label) => void teach(term, stance, label)}
                onUndo={(lesson) => void acts.act("undo_lesson", { lesson })}
              />
            )}
            {taught}
          </div>
          <Neighbors rows={props.neighbors} classes={classes} />
        </div>
      )}
    </section>
  );
}

interface VoicesProps {
  judged: number;
  predicted: number | undefined;
  classes: readonly string[];
}

/** ● you, ■ the model: or ◆ both, where they are at one. */
function Voices({ judged, predicted, classes }: VoicesProps) {
  if (predicted === judged) {
    return (
      <p class="rhml-voices">
        <Spoken by="pair">
          we both read <b>{classes[judged]}</b>
        </Spoken>
      </p>
    );
  }
  return (
    <p class="rhml-voices">
      <Spoken by="human">
        you say <b>{classes[judged]}</b>
      </Spoken>
      {predicted !== undefined && (
        <Spoken by="model">
          I read <b>{classes[predicted]}</b>
        </Spoken>
      )}
    </p>
  );
}
