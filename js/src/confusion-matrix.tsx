// Where the two sides differ, on its own.

import { ConfusionView } from "./shared/confusion";
import { view, type ViewProps } from "./shared/root";
import { Sheet } from "./shared/sheet";
import type { ConfusionProps } from "./shared/types";

function ConfusionMatrix({ props, act, frozen, gone }: ViewProps<ConfusionProps>) {
  return (
    <Sheet frozen={frozen} gone={gone} status={props.status}>
      <ConfusionView props={props} act={act} frozen={frozen || gone} />
    </Sheet>
  );
}

export default { render: view("confusion-matrix", ConfusionMatrix, { label: "Where we differ" }) };
