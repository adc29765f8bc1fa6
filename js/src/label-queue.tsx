// LabelQueue: one item at a time, a key an answer.

import { QueueView } from "./shared/queue";
import { view } from "./shared/root";
import type { QueueProps } from "./shared/types";

export default {
  render: view<QueueProps>(
    "label-queue",
    (all) => (
      <div class="rhml-view rhml-queue-alone">
        <QueueView {...all} />
      </div>
    ),
    { label: "Labeling queue" },
  ),
};
