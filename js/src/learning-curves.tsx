// What each of us knows, on its own. The curve travels in the trait `curves`.

import type { AnyModel, Render } from "@anywidget/types";
import { CurvesView, useVega } from "./shared/curves";
import { view, type ViewProps } from "./shared/root";
import { Sheet } from "./shared/sheet";
import type { CurvesProps } from "./shared/types";

function LearningCurves({ props, frozen, gone }: ViewProps<CurvesProps>) {
  return (
    <Sheet frozen={frozen} gone={gone} status={props.status}>
      <CurvesView props={props} vega={useVega()} frozen={frozen} />
    </Sheet>
  );
}

/** `curves` stands in for `props`, which every view is drawn from. */
function drawnFromCurves(model: AnyModel): AnyModel {
  const trait = (name: string) => name.replace(/^((?:change:)?)props$/, "$1curves");
  return {
    get: (name: string) => model.get(trait(name)),
    set: (name: string, value: unknown) => model.set(trait(name), value),
    on: (event: string, callback: () => void) => model.on(trait(event), callback),
    off: (event?: string | null, callback?: (() => void) | null) =>
      model.off(event ? trait(event) : event, callback),
    save_changes: () => model.save_changes(),
    send: (content: unknown) => model.send(content),
    widget_manager: model.widget_manager,
  } as AnyModel;
}

const drawn = view("learning-curves", LearningCurves, { label: "What each of us knows" });
const render: Render = (given) => drawn({ ...given, model: drawnFromCurves(given.model) });

export default { render };
