// The workbench: the queue over what each of us knows, the reasons over where we stand. One sheet, no
// child widgets.

import { useRef } from "preact/hooks";
import { CurvesView, useVega } from "./shared/curves";
import { ExplanationView } from "./shared/explanation";
import { focusQuietly } from "./shared/focus";
import { Header } from "./shared/header";
import { Lessons, Standing } from "./shared/lessons";
import { QueueView } from "./shared/queue";
import { useTrait, view, type ViewProps } from "./shared/root";
import type { CurvesProps, WorkbenchProps } from "./shared/types";

function Workbench({ props, act, frozen, gone }: ViewProps<WorkbenchProps>) {
  const drawn = useTrait<Partial<CurvesProps> | null | undefined>("curves");
  const curves = typeof drawn?.seq === "number" ? (drawn as CurvesProps) : null; // {} until there are any
  const vega = useVega();
  const reasons = useRef<HTMLDivElement>(null);
  const off = frozen || gone;
  const told = props.standing.length > 0 || props.lessons.length > 0;
  return (
    <div class="rhml-view rhml-workbench">
      <Header props={props.header} people={props.people} act={act} frozen={off} />
      <div class="rhml-columns">
        <QueueView
          props={props.queue}
          act={act}
          frozen={frozen}
          gone={gone}
          onWhy={() => {
            const side = reasons.current;
            side?.querySelector("h2")?.scrollIntoView?.({ block: "nearest" });
            focusQuietly(side?.querySelector<HTMLElement>(".rhml-reason-row[tabindex='0']"));
          }}
        />
        <div class="rhml-pad rhml-side" ref={reasons}>
          <ExplanationView props={props.explanation} act={act} frozen={off} />
        </div>
        {curves ? (
          <div class="rhml-pad rhml-known">
            <CurvesView props={curves} vega={vega} frozen={frozen} told={props.standing} />
          </div>
        ) : null}
        {told ? (
          <div class="rhml-pad rhml-told">
            <Standing sentences={props.standing} />
            <Lessons lessons={props.lessons} act={act} frozen={off} />
          </div>
        ) : null}
      </div>
    </div>
  );
}

export default {
  render: view<WorkbenchProps>("workbench", Workbench, { label: "Workbench" }),
};
