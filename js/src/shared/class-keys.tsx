// The classes as buttons: by their keys, or by typing to find.

import { useState } from "preact/hooks";
import { classes as names } from "./controls";
import { Finder } from "./finder";
import { LabelButton, type ClassKeysProps } from "./label-button";
import { isFinding, living } from "./letters";
import { useUid } from "./root";
import type { ClassIndex, ClassProps } from "./types";

/** Three short names stand side by side in a narrow cell, too. */
function isFew(classes: readonly ClassProps[]): boolean {
  const live = living(classes);
  return live.length <= 3 && live.every((one) => one.name.length <= 10 && !one.definition);
}

/** A definition of more letters does not fit on its button. */
const LONG = 120;

export function ClassKeys(props: ClassKeysProps) {
  const { classes } = props;
  const uid = useUid("class");
  const finding = isFinding(classes);
  const [pointed, setPointed] = useState<ClassIndex | null>(null);
  const long = classes.some(({ definition }) => (definition?.length ?? 0) > (finding ? 0 : LONG));
  const shown = pointed === null ? undefined : classes[pointed];
  const watch = {
    onPointerOver: (event: Event) => setPointed(indexAt(event.target, classes)),
    onPointerLeave: () => setPointed(null),
    onFocusIn: (event: Event) => setPointed(indexAt(event.target, classes)),
    onFocusOut: () => setPointed(null),
  };
  return (
    <div class="rhml-classes" {...watch}>
      {finding ? (
        <Finder {...props} uid={uid} onPoint={setPointed} />
      ) : (
        <div
          class={names("rhml-class-grid", isFew(classes) && "rhml-class-few")}
          role="group"
          aria-label="Classes"
        >
          {classes.map((one, i) =>
            one.gone ? null : (
              <LabelButton
                key={one.name}
                {...props}
                index={i}
                id={`${uid}-${i}`}
                compact={false}
                best={false}
              />
            ),
          )}
        </div>
      )}
      {long ? (
        <p class="rhml-definition" dir="auto">
          {shown?.definition ? (
            <>
              <b>{shown.name}</b> {shown.definition}
            </>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}

function indexAt(target: EventTarget | null, classes: readonly ClassProps[]): ClassIndex | null {
  const button = target instanceof Element ? target.closest<HTMLElement>("[data-label]") : null;
  const at = classes.findIndex(({ name }) => name === button?.dataset["label"]);
  return at < 0 ? null : at;
}
