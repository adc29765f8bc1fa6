// The reasons for an answer, and what became of the lessons taught about them.

import { ExplanationView } from "./shared/explanation";
import { view, type ViewProps } from "./shared/root";
import { Sheet } from "./shared/sheet";
import type { ExplanationProps } from "./shared/types";

function ExplanationPanel({ props, act, frozen, gone }: ViewProps<ExplanationProps>) {
  return (
    <Sheet frozen={frozen} gone={gone} status={props.status}>
      <ExplanationView props={props} act={act} frozen={frozen || gone} />
    </Sheet>
  );
}

export default { render: view("explanation-panel", ExplanationPanel, { label: "Explanation" }) };
