// The last answers, to look at or to change.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, classes as names, Sign } from "./controls";
import { find } from "./find";
import { lm } from "./keys";
import { classOf, living, livingNames } from "./letters";
import { NotSaved } from "./notice";
import { focusQuietly } from "./focus";
import { useActs, type Act } from "./root";
import { Tray } from "./tray";
import { enterOrLeave } from "./trays";
import type { ClassIndex, ClassProps, HistoryRow } from "./types";

export interface HistoryProps {
  rows: readonly HistoryRow[];
  classes: readonly ClassProps[];
  act: Act;
  /** Shown, not to be changed. */
  off: boolean;
  onClose(): void;
}

export function History({ rows, classes, act, off, onClose }: HistoryProps) {
  const [open, setOpen] = useState<string | null>(null);
  const acts = useActs(act);
  const list = useRef<HTMLOListElement>(null);
  const leave = () => {
    // What has the focus goes away, or moves up with its row.
    focusQuietly(list.current?.closest<HTMLElement>(".rhml-tray"));
    setOpen(null);
  };
  const change = (row: HistoryRow, label: ClassIndex) => {
    leave();
    if (label !== row.label) {
      void acts.act("correct", { item_id: row.item_id, label, seen: row.seq });
    }
  };
  return (
    <Tray
      label="Your last answers"
      onClose={() => (open !== null ? leave() : onClose())}
      onKey={(event) => {
        const row = rows.find(({ item_id }) => item_id === open);
        const label = row && !event.repeat ? classOf(classes, event) : null;
        if (row && label !== null) change(row, label);
        return label !== null;
      }}
    >
      <div class="rhml-row">
        <p class="rhml-tray-title rhml-grow">
          Your last answers{acts.slow ? <span class="rhml-muted"> · saving…</span> : null}
        </p>
        <Button look="quiet" kbd="Esc" onClick={onClose}>
          Close
        </Button>
      </div>
      <NotSaved of={acts} />
      {rows.length === 0 ? <p class="rhml-muted">None yet.</p> : null}
      <ol class="rhml-history" ref={list}>
        {rows.map((row) => {
          const opened = open === row.item_id;
          return (
            <li key={`${row.seq} ${row.item_id}`} class={names("rhml-history-row", opened && "rhml-history-open")}>
              <span class="rhml-history-label rhml-human" dir="auto">
                <Sign of="human" /> {classes[row.label]?.name ?? "?"}
              </span>
              <span class="rhml-history-text" dir="auto" title={row.excerpt}>
                {row.excerpt}
              </span>
              <span class="rhml-history-stage rhml-muted rhml-small">
                {row.stage}
                {row.note ? (
                  <span title={row.note} dir="auto">
                    {row.stage ? " · " : ""}note: {row.note}
                  </span>
                ) : null}
              </span>
              {row.others?.length ? (
                <span class="rhml-history-others rhml-muted rhml-small" dir="auto">
                  {row.others
                    .map(({ person, label }) => `${person}: ${classes[label]?.name ?? "?"}`)
                    .join(" · ")}
                </span>
              ) : null}
              {off ? null : (
                <Button
                  small
                  look="quiet"
                  aria-expanded={opened}
                  aria-label={`${opened ? "Leave it" : "Change"}: ${classes[row.label]?.name ?? "?"}, ${row.excerpt}`}
                  onClick={() => setOpen(opened ? null : row.item_id)}
                >
                  {opened ? "Leave it" : "Change"}
                </Button>
              )}
              {opened ? (
                <Picker
                  classes={classes}
                  now={row.label}
                  onPick={(label) => change(row, label)}
                  onClose={leave}
                />
              ) : null}
            </li>
          );
        })}
      </ol>
    </Tray>
  );
}

/** One of the classes, small: for an answer that is changed. */
function Picker(props: {
  classes: readonly ClassProps[];
  now: ClassIndex;
  onPick(label: ClassIndex): void;
  onClose(): void;
}) {
  const { classes, now, onPick, onClose } = props;
  const [query, setQuery] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const many = living(classes).length > 10;
  const found = find(livingNames(classes), query);
  useLayoutEffect(() => box.current?.querySelector<HTMLElement>("input, button")?.focus({ preventScroll: true }), []);
  return (
    <div class="rhml-picker rhml-row" role="group" aria-label="It is rather" ref={box}>
      {many ? (
        <input
          {...lm}
          class="rhml-input"
          type="text"
          dir="auto"
          placeholder="find a class"
          aria-label="Find a class"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={enterOrLeave(
            () => {
              const [best] = found;
              if (query.trim() && best !== undefined) onPick(best);
            },
            () => (query ? setQuery("") : onClose()),
          )}
        />
      ) : null}
      {(many ? found.slice(0, 8) : found).map((i) => (
        <Button
          key={i}
          small
          kbd={many ? null : classes[i]?.key}
          kbdFirst
          aria-pressed={i === now}
          onClick={() => onPick(i)}
        >
          <span dir="auto">{classes[i]?.name}</span>
        </Button>
      ))}
    </div>
  );
}
