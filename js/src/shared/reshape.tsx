// Rename, merge, split, retire: what will happen, said before it does.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Revise } from "./codebook";
import { Button } from "./controls";
import { focusQuietly } from "./focus";
import { lm } from "./keys";
import { plural } from "./numbers";
import { enterOrLeave } from "./trays";
import type { CodeProps } from "./types";

export type Reshaping = "rename" | "merge" | "split" | "retire";

export interface ReshapeProps {
  how: Reshaping;
  code: CodeProps;
  others: readonly CodeProps[];
  off: boolean;
  revise: Revise;
  onClose(): void;
}

export function Reshape({ how, code, others, off, revise, onClose }: ReshapeProps) {
  const [name, setName] = useState(how === "rename" ? code.name : "");
  const [second, setSecond] = useState("");
  const [target, setTarget] = useState(others[0]?.label ?? -1);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => focusQuietly(box.current?.querySelector<HTMLElement>("input, select, button")), []);
  const into = others.find(({ label }) => label === target);
  const ready = {
    rename: name.trim() !== "" && name.trim() !== code.name,
    merge: into !== undefined,
    split: name.trim() !== "" && second.trim() !== "" && name.trim() !== second.trim(),
    retire: true,
  }[how];
  const about: Record<Reshaping, Record<string, unknown>> = {
    rename: { label: code.label, name: name.trim() },
    merge: { labels: [code.label], into: target },
    split: { label: code.label, into: [name.trim(), second.trim()] },
    retire: { label: code.label },
  };
  const go = () => {
    if (ready && !off) revise(how, about[how]).then(onClose, () => {});
  };
  const field = (label: string, value: string, onInput: (value: string) => void) => (
    <input
      {...lm}
      class="rhml-input rhml-grow"
      type="text"
      dir="auto"
      maxLength={100}
      aria-label={label}
      placeholder={label}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={enterOrLeave(go, onClose)}
    />
  );
  return (
    <div
      ref={box}
      class="rhml-card rhml-reshape"
      role="group"
      aria-label={`${WORDS[how]} ${code.name}`}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          onClose();
        }
      }}
    >
      <div class="rhml-row">
        {how === "rename" ? field("the new name", name, setName) : null}
        {how === "split" ? field("the first part", name, setName) : null}
        {how === "split" ? field("the second part", second, setSecond) : null}
        {how === "merge" ? (
          <select
            {...lm}
            class="rhml-input rhml-grow"
            aria-label="Into which class"
            value={String(target)}
            onChange={(event) => setTarget(Number(event.currentTarget.value))}
          >
            {others.map((one) => (
              <option key={one.label} value={String(one.label)}>
                {one.name}
              </option>
            ))}
          </select>
        ) : null}
      </div>
      <p class="rhml-small" data-foretold="" dir="auto">
        {foretold(how, code, into)}
      </p>
      <div class="rhml-row">
        <Button small look="main" action={`do-${how}`} off={off || !ready} onClick={go}>
          {WORDS[how]}
        </Button>
        <Button small kbd="Esc" onClick={onClose}>
          Leave it
        </Button>
      </div>
    </div>
  );
}

const WORDS: Record<Reshaping, string> = {
  rename: "Rename",
  merge: "Merge",
  split: "Split",
  retire: "Retire",
};

/** What will happen, in plain sentences; the undo is always there. */
export function foretold(how: Reshaping, code: CodeProps, into?: CodeProps): string {
  const items = plural(code.n, "item");
  const back = "Undo brings it all back.";
  if (how === "rename") return `${items} and everything I learned of it go by the new name. ${back}`;
  if (how === "merge") {
    return into
      ? `${items} of “${code.name}” will count as “${into.name}”, ${plural(code.n + into.n, "item")} in all. The journal keeps what you said of each. ${back}`
      : "";
  }
  if (how === "split") {
    return code.n
      ? `${items} come back to be answered anew. Until then each goes on counting as “${code.name}”, which nobody can answer any more. ${back}`
      : `“${code.name}” goes, and its parts come. ${back}`;
  }
  return code.n
    ? `${items} come back to be answered anew; until then I learn nothing from them. ${back}`
    : `“${code.name}” goes. ${back}`;
}
