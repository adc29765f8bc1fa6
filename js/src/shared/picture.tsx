// An image, as large as the box lets it be, with the parts that speak ringed; a tile with the reason
// where there is nothing to show.

import { useState } from "preact/hooks";
import { classes } from "./controls";
import type { Box } from "./types";

export interface Part {
  box: Box;
  /** How strongly it speaks, −1 to 1: against, for. */
  strength: number;
  title?: string;
  lit?: boolean;
}

export interface PictureProps {
  /** A data URI; anything else is not shown. */
  src: string;
  words: string;
  parts?: readonly Part[];
}

/** An image beside others, small; its words go without saying. */
export function Glance({ src, words }: { src: string; words: string }) {
  return src.startsWith("data:image/") ? (
    <img class="rhml-glance" src={src} alt={words} title={words} draggable={false} />
  ) : null;
}

/** Pixels across below which each is shown as a square, not blurred. */
const SMALL = 120;
const FAINTEST = 0.18;
const BOLDEST = 0.62;

export function Picture({ src, words, parts = [] }: PictureProps) {
  const [small, setSmall] = useState(false);
  if (!src.startsWith("data:image/")) {
    return (
      <p class="rhml-picture-none" dir="auto">
        {words || "There is nothing to show."}
      </p>
    );
  }
  return (
    <div class="rhml-picture">
      <img
        class={classes("rhml-picture-image", small && "is-small")}
        src={src}
        alt={words}
        draggable={false}
        onLoad={(event) => setSmall(event.currentTarget.naturalWidth < SMALL)}
      />
      {parts.map(({ box: [top, left, bottom, right], strength, title, lit }, i) => (
        <span
          key={i}
          class={classes(
            "rhml-picture-part",
            strength < 0 ? "rhml-picture-against" : "rhml-picture-for",
            lit && "is-lit",
          )}
          title={title}
          style={{
            top: `${100 * top}%`,
            left: `${100 * left}%`,
            height: `${100 * (bottom - top)}%`,
            width: `${100 * (right - left)}%`,
            opacity: lit ? 1 : FAINTEST + (BOLDEST - FAINTEST) * Math.min(1, Math.abs(strength)),
          }}
        />
      ))}
    </div>
  );
}
