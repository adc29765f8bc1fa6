// What was just answered has near-twins: one key answers them, too.

import { Button, Sign } from "./controls";
import { count } from "./numbers";
import type { ClassProps, TwinsProps } from "./types";

export interface TwinsOfferProps {
  twins: TwinsProps;
  classes: readonly ClassProps[];
  letter: string | null;
  off: boolean;
  onTake(): void;
}

export function TwinsOffer({ twins, classes, letter, off, onTake }: TwinsOfferProps) {
  return (
    <div class="rhml-twins rhml-row">
      <span class="rhml-twins-words" title={twins.excerpt}>
        <Sign of="human" /> <b class="rhml-human">{classes[twins.label]?.name ?? "?"}</b>{" "}
        <span dir="auto">“{twins.excerpt}”</span>
      </span>
      <Button action="twins" small kbd={letter} off={off} title="They say almost the same; undo takes all back" onClick={onTake}>
        {twins.n === 1 ? "and its near-twin" : `and its ${count(twins.n)} near-twins`}
      </Button>
    </div>
  );
}
