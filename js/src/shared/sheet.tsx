// A panel that stands alone in a cell: its frame, its status line, what it says when nothing can be
// changed any more.

import type { ComponentChildren } from "preact";
import { Notice } from "./notice";

export interface SheetProps {
  frozen: boolean;
  gone: boolean;
  /** The same text in all views of a session. */
  status: string | undefined;
  children: ComponentChildren;
}

export function Sheet({ frozen, gone, status, children }: SheetProps) {
  return (
    <div class="rhml-view rhml-sheet">
      {gone && (
        <Notice tone="failure" title="No kernel answers.">
          What is shown still holds. Run the cell again to go on.
        </Notice>
      )}
      {children}
      <p class="rhml-sheet-status" role="status">
        {frozen ? "read-only report" : (status ?? "")}
      </p>
    </div>
  );
}
