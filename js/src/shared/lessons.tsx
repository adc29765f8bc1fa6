// Where we stand, in sentences, and what the person taught beyond labels, each with its undo.

import { Button, Heading } from "./controls";
import { NotSaved } from "./notice";
import { plural } from "./numbers";
import { useActs, type Act } from "./root";
import type { LessonRow } from "./types";

export function Standing({ sentences }: { sentences: readonly string[] }) {
  if (!sentences.length) return null;
  return (
    <section class="rhml-standing" aria-label="Where we stand">
      <Heading>Where we stand</Heading>
      {sentences.map((sentence, i) => (
        <p key={i} class="rhml-prose" dir="auto">
          {sentence}
        </p>
      ))}
    </section>
  );
}

export interface LessonsProps {
  lessons: readonly LessonRow[];
  act: Act;
  frozen: boolean;
}

export function Lessons({ lessons, act, frozen }: LessonsProps) {
  const acts = useActs(act);
  if (!lessons.length) return null;
  return (
    <section class="rhml-lessons" aria-label="What you taught me">
      <Heading>What you taught me</Heading>
      <NotSaved of={acts} />
      <ul>
        {lessons.map(({ lesson, words, flips, looks, may_undo }) => (
          <li key={lesson} class="rhml-lesson">
            <span class="rhml-grow rhml-prose" dir="auto">
              {words}
              {flips === null ? null : (
                <span class="rhml-muted rhml-number">
                  {` ${plural(flips, "prediction")} changed${looks ? `; ${looks}` : ""}.`}
                </span>
              )}
            </span>
            {may_undo && !frozen ? (
              <Button
                small
                action="undo-lesson"
                aria-label={`Undo: ${words}`}
                off={acts.busy}
                onClick={() => void acts.act("undo_lesson", { lesson })}
              >
                Undo
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
