// The workbench: the queue over what each of us knows, the reasons over where we stand. One sheet, no
// child widgets.

import { useLayoutEffect, useRef } from "preact/hooks";
import { AuditView } from "./shared/audit";
import { CurvesView, useVega } from "./shared/curves";
import { ExplanationView } from "./shared/explanation";
import { focusQuietly } from "./shared/focus";
import { Header } from "./shared/header";
import { Knowledge } from "./shared/knowledge";
import { Lessons, Standing } from "./shared/lessons";
import { Oversight } from "./shared/oversight";
import { QueueView } from "./shared/queue";
import { OldLabels, ResultView, StopNow } from "./shared/result";
import { FROZEN } from "./shared/states";
import { SweepView } from "./shared/sweep";
import { TabList, TabPanels, useTabs, type Tab } from "./shared/tabs";
import { useTwice, TwiceNote, TwicePlace } from "./shared/twice";
import { Wants } from "./shared/wants";
import { useTrait, useView, view, type ViewProps } from "./shared/root";
import type { CurvesProps, WorkbenchProps } from "./shared/types";

function Workbench({ props, act, frozen, gone }: ViewProps<WorkbenchProps>) {
  const drawn = useTrait<Partial<CurvesProps> | null | undefined>("curves");
  const curves = typeof drawn?.seq === "number" ? (drawn as CurvesProps) : null; // {} until there are any
  const vega = useVega();
  const { root } = useView();
  const reasons = useRef<HTMLDivElement>(null);
  const off = frozen || gone;
  const { audit, result, oversight } = props;
  const twice = useTwice(props, act, off);
  const told =
    !!oversight || (!!props.wants && !off) || props.standing.length > 0 || props.lessons.length > 0 || twice.on || !!(result?.advice || result?.drift || result?.old);
  const answer = () => {
    open.setOpen("label");
    focusQuietly(root);
  };
  const tabs: Tab[] = [
    {
      id: "label",
      name: "Label",
      body: (
        <TwicePlace of={twice}>
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
        </TwicePlace>
      ),
    },
  ];
  if (props.sweep) {
    tabs.push({
      id: "sweep",
      name: "Sweep",
      off: frozen ? FROZEN : props.sweep.off,
      body: (
        <SweepView props={props.sweep} queue={props.queue} seq={props.seq} act={act} frozen={frozen} gone={gone} />
      ),
    });
  }
  if (audit) {
    tabs.push({
      id: "audit",
      name: "Audit",
      body: <AuditView props={audit} act={act} frozen={off} onAnswer={answer} />,
    });
  }
  if (result) {
    tabs.push({
      id: "result",
      name: "Result",
      body: <ResultView props={result} classes={props.queue.classes} />,
    });
  }
  if (props.codebook) {
    tabs.push({
      id: "knowledge",
      name: "Knowledge",
      body: <Knowledge props={props} act={act} frozen={off} onAnswer={answer} />,
    });
  }
  const open = useTabs(tabs);
  useLayoutEffect(() => {
    // What was asked for comes into sight, whichever tab it was asked from.
    if (twice.card) open.setOpen("label");
  }, [twice.card?.id]);
  return (
    <div class="rhml-view rhml-workbench">
      <Header props={props.header} people={props.people} act={act} frozen={off}>
        <TabList of={open} />
      </Header>
      <div class="rhml-columns">
        <TabPanels of={open} />
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
            {oversight ? <Oversight props={oversight} classes={props.queue.classes} act={act} frozen={off} /> : null}
            <TwiceNote of={twice} />
            {result ? <StopNow props={result} onAudit={audit && !audit.why_not && !off ? () => open.setOpen("audit") : null} /> : null}
            {result?.old ? <OldLabels old={result.old} act={act} frozen={off} onAnswer={answer} /> : null}
            <Standing sentences={props.standing} />
            {props.wants && !off ? <Wants wants={props.wants} classes={props.queue.classes} act={act} /> : null}
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
