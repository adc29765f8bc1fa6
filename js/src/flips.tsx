// What the last lesson changed, alone and at large.

import { Heading } from "./shared/controls";
import { EffectView } from "./shared/effect";
import { ProblemNotice } from "./shared/notice";
import { view, type ViewProps } from "./shared/root";
import { Sheet } from "./shared/sheet";
import type { ExplanationProps } from "./shared/types";

function Flips({ props, act, frozen, gone }: ViewProps<ExplanationProps>) {
  const { effect, problem } = props;
  const mayTeach = props.may_teach && !frozen && !gone;
  return (
    <Sheet frozen={frozen} gone={gone} status={props.status}>
      <section class="rhml-explanation" aria-label="What your lesson changed">
        <Heading>What your lesson changed</Heading>
        {problem && <ProblemNotice problem={problem} />}
        {effect ? (
          <EffectView
            key={effect.lesson}
            effect={effect}
            classes={props.classes}
            act={act}
            mayTeach={mayTeach}
            large
          />
        ) : (
          <p class="rhml-empty">
            No lesson yet. Strike or back a reason where one is explained: what it changes shows here.
          </p>
        )}
      </section>
    </Sheet>
  );
}

export default { render: view("flips", Flips, { label: "What your lesson changed" }) };
