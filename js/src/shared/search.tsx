// Finding items by their words, or more like one: what is picked is asked next.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./controls";
import { focusQuietly } from "./focus";
import { lm } from "./keys";
import { NotSaved } from "./notice";
import { Glance } from "./picture";
import { useActs, type Act } from "./root";
import { enterOrLeave } from "./trays";
import { Tray } from "./tray";
import type { FoundRow } from "./types";

/** Milliseconds without a key before it is looked for. */
const PAUSE = 150;

export interface SearchProps {
  act: Act;
  /** The item on show; null: there is none. */
  like: string | null;
  onClose(): void;
}

export function Search({ act, like, onClose }: SearchProps) {
  const acts = useActs(act);
  const [words, setWords] = useState("");
  const [near, setNear] = useState<string | null>(null);
  const [found, setFound] = useState<FoundRow[] | null>(null);
  const latest = useRef(0);
  const list = useRef<HTMLOListElement>(null);

  const look = (about: string, of: string | null) => {
    const mine = ++latest.current;
    const wanted = about.trim() || null;
    if (!wanted && !of) {
      setFound(null);
      return;
    }
    acts.act("find", { words: wanted, like: of }).then(
      ({ rows }) => {
        if (mine === latest.current) setFound(rows);
      },
      () => {},
    );
  };
  useEffect(() => {
    const pause = setTimeout(() => look(words, near), words ? PAUSE : 0);
    return () => clearTimeout(pause);
  }, [words, near]);

  const pick = (row: FoundRow | undefined) => {
    if (!row || acts.busy) return;
    acts.act("pick", { item_id: row.item_id }).then(onClose, () => {});
  };
  const step = (by: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-action='pick']") ?? [])];
    const at = rows.findIndex((row) => row === (row.getRootNode() as Document).activeElement);
    const next = rows[Math.max(0, at + by)];
    if (next) focusQuietly(next);
    return next !== undefined;
  };
  return (
    <Tray
      label="Find items"
      onClose={onClose}
      onKey={(event) => {
        if (event.key === "ArrowDown") return step(1);
        if (event.key === "ArrowUp") return step(-1);
        return false;
      }}
    >
      <div class="rhml-row">
        <p class="rhml-tray-title rhml-grow">Find items</p>
        <Button look="quiet" kbd="Esc" onClick={onClose}>
          Close
        </Button>
      </div>
      <div class="rhml-row">
        <input
          {...lm}
          data-first=""
          class="rhml-input rhml-grow"
          type="text"
          data-action="search"
          dir="auto"
          maxLength={200}
          placeholder={near ? "more like that one; words narrow it down" : 'words, or "a phrase"'}
          aria-label="Find items by their words"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" && !event.isComposing) {
              event.preventDefault();
              step(1);
            } else enterOrLeave(() => pick(found?.[0]), onClose)(event);
          }}
        />
        {like ? (
          <Button small aria-pressed={near === like} onClick={() => setNear(near === like ? null : like)}>
            More like this one
          </Button>
        ) : null}
      </div>
      <NotSaved of={acts} />
      <p class="rhml-muted rhml-small" aria-live="polite">
        {found === null
          ? "Among the items nobody judged. What you pick is asked next, and counts in no estimate."
          : found.length
            ? "Enter: ask the first one next · ↓ go through them"
            : "No unjudged item fits."}
      </p>
      {found?.length ? (
        <ol class="rhml-found" ref={list}>
          {found.map((row) => (
            <li key={row.item_id} class="rhml-found-row">
              <Button look="quiet" action="pick" class="rhml-found-text" title="Ask it next" onClick={() => pick(row)}>
                {row.image ? <Glance src={row.image} words={row.text} /> : <span dir="auto">{row.text}</span>}
              </Button>
              <Button small look="quiet" aria-label={`more like it: ${row.text}`} onClick={() => setNear(row.item_id)}>
                more like it
              </Button>
            </li>
          ))}
        </ol>
      ) : null}
    </Tray>
  );
}
