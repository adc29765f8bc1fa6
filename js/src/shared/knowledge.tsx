// What both of us know, to read and to edit: one section a part.

import { CodebookView } from "./codebook";
import type { Act } from "./root";
import type { WorkbenchProps } from "./types";

export interface KnowledgeProps {
  props: WorkbenchProps;
  act: Act;
  frozen: boolean;
  /** Goes to the queue. */
  onAnswer(): void;
}

export function Knowledge({ props, act, frozen, onAnswer }: KnowledgeProps) {
  return (
    <div class="rhml-pad rhml-knowledge">
      {props.codebook ? (
        <CodebookView props={props.codebook} act={act} frozen={frozen} onAnswer={onAnswer} />
      ) : null}
    </div>
  );
}
