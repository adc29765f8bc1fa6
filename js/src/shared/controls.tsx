// The small parts: buttons, printed keys, the signs of the two voices.

import type { ComponentChildren, JSX } from "preact";
import { lm } from "./keys";

export type Voice = "human" | "model" | "pair";

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

export interface ButtonProps extends Omit<JSX.IntrinsicElements["button"], "action" | "disabled"> {
  /** Becomes `data-action`. */
  action?: string;
  /** main: one a card. quiet: a key and a word. link: underlined, in a line of text. */
  look?: "plain" | "main" | "quiet" | "link";
  small?: boolean;
  /** The key that does the same, printed on it. */
  kbd?: string | null;
  /** Where the key is printed: before the words in a row of actions, after them in a card. */
  kbdFirst?: boolean;
  /** Not now. The button keeps its place and the focus. */
  off?: boolean;
}

export function Button({
  action,
  look = "plain",
  small,
  kbd,
  kbdFirst,
  off,
  class: name,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const key = kbd ? <Kbd>{kbd}</Kbd> : null;
  return (
    <button
      type="button"
      {...lm}
      {...rest}
      data-action={action}
      aria-disabled={off ? "true" : undefined}
      aria-keyshortcuts={kbd ?? undefined}
      class={classes(
        "rhml-btn",
        look !== "plain" && `rhml-btn-${look}`,
        small && "rhml-btn-small",
        name as string | undefined,
      )}
      onClick={off ? undefined : onClick}
    >
      {kbdFirst && key}
      {children}
      {!kbdFirst && key}
    </button>
  );
}

export function Kbd({ children }: { children: ComponentChildren }) {
  return (
    <kbd class="rhml-kbd" aria-hidden="true">
      {children}
    </kbd>
  );
}

const SIGNS: Record<Voice, JSX.Element> = {
  human: <circle cx="6" cy="6" r="5.5" />,
  model: <rect x="1" y="1" width="10" height="10" rx="1" />,
  pair: <path d="M6 0 12 6 6 12 0 6Z" />,
};

/** ● you, ■ the model, ◆ both. Beside words, which carry the meaning for who does not see it. */
export function Sign({ of, class: name }: { of: Voice; class?: string }) {
  return (
    <svg class={classes("rhml-sign", `rhml-${of}`, name)} viewBox="0 0 12 12" aria-hidden="true">
      {SIGNS[of]}
    </svg>
  );
}

/** A name in the color of its voice, with its sign. */
export function Spoken({ by, children }: { by: Voice; children: ComponentChildren }) {
  return (
    <span class={classes("rhml-voice", `rhml-${by}`)}>
      <Sign of={by} />
      <span>{children}</span>
    </span>
  );
}

/** A section's heading: a few words, and at the far end why or how, in a sentence. */
export function Heading({ children, why }: { children: ComponentChildren; why?: ComponentChildren }) {
  return (
    <h2 class="rhml-h2">
      <span>{asNamed(children)}</span>
      {why ? <span class="rhml-why">{why}</span> : null}
    </h2>
  );
}

/** Headings are in capitals; what stands in quotes is a name, and keeps its own letters. */
function asNamed(words: ComponentChildren): ComponentChildren {
  if (typeof words !== "string") return words;
  return words.split(/(“.*?”)/).map((part, i) =>
    i % 2 ? <bdi class="rhml-named">{part}</bdi> : part,
  );
}

/** Saved. Beside words. */
export function Check() {
  return (
    <svg class="rhml-check" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M2 6.5 5 9.5 10.5 3" />
    </svg>
  );
}
