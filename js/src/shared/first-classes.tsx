// Before the first answer: names for at least two classes.

import { useRef, useState } from "preact/hooks";
import { Button, Kbd } from "./controls";
import { isPlain, lm } from "./keys";
import { NotSaved } from "./notice";
import { useActs, type Act } from "./root";
import { taken } from "./trays";
import type { ClassProps } from "./types";

export function FirstClasses({ classes, act }: { classes: readonly ClassProps[]; act: Act }) {
  const missing = Math.max(0, 2 - classes.length);
  const [rows, setRows] = useState(() =>
    Array.from({ length: Math.max(2, missing) }, () => ({ name: "", definition: "" })),
  );
  const acts = useActs(act);
  const box = useRef<HTMLDivElement>(null);
  const given = rows.filter((row) => row.name.trim());
  const twice = given.find((row, i) => {
    const before = [...classes, ...given.slice(0, i)];
    return taken(before, row.name);
  });
  const enough = classes.length + given.length >= 2 && !twice;
  const change = (i: number, next: Partial<{ name: string; definition: string }>) =>
    setRows((all) => all.map((row, k) => (k === i ? { ...row, ...next } : row)));
  const more = () => setRows((all) => [...all, { name: "", definition: "" }]);
  const start = async () => {
    if (!enough || acts.busy) return;
    for (const row of given) {
      try {
        await acts.act("add_class", { name: row.name.trim(), definition: row.definition.trim() || null });
      } catch {
        return; // said in place; the rest stays in the form
      }
      setRows((all) => all.filter((one) => one !== row));
    }
  };
  const next = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || !isPlain(event)) return;
    event.preventDefault();
    const fields = [...(box.current?.querySelectorAll<HTMLInputElement>("input") ?? [])];
    const empty = fields.find((field) => field.dataset["field"] === "name" && !field.value.trim());
    if (enough) void start();
    else empty?.focus();
  };
  return (
    <div class="rhml-card rhml-tray" role="group" aria-label="Name the classes" ref={box}>
      <p class="rhml-tray-title">Name the classes</p>
      <p class="rhml-prose rhml-muted">
        What can an item be? Two names are enough to begin; more can come at any time. A definition
        keeps you, and me, to the same meaning.
      </p>
      {classes.length ? (
        <p>
          There is <b dir="auto">{classes.map(({ name }) => name).join(", ")}</b> already.
        </p>
      ) : null}
      {rows.map((row, i) => (
        <div class="rhml-class-form" key={i}>
          <Kbd>{String(classes.length + i + 1)}</Kbd>
          <input
            {...lm}
            class="rhml-input"
            type="text"
            dir="auto"
            data-field="name"
            aria-label={`Name of class ${classes.length + i + 1}`}
            placeholder="name"
            maxLength={200}
            value={row.name}
            onInput={(event) => change(i, { name: event.currentTarget.value })}
            onKeyDown={next}
          />
          <input
            {...lm}
            class="rhml-input"
            type="text"
            dir="auto"
            aria-label={`Definition of class ${classes.length + i + 1}`}
            placeholder="what belongs to it, if you like"
            maxLength={1000}
            value={row.definition}
            onInput={(event) => change(i, { definition: event.currentTarget.value })}
            onKeyDown={next}
          />
        </div>
      ))}
      <NotSaved of={acts} />
      <div class="rhml-row">
        <Button look="main" action="new-class" kbd="Enter" off={!enough || acts.busy} onClick={() => void start()}>
          Begin
        </Button>
        <Button onClick={more}>One more class</Button>
        <span class="rhml-hint" aria-live="polite">
          {twice ? `“${twice.name.trim()}” is there twice.` : ""}
        </span>
      </div>
    </div>
  );
}
