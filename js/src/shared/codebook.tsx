// The codebook: what each class means, edited in place, each edit with its undo.

import { useState } from "preact/hooks";
import { Button, Heading, Sign } from "./controls";
import { lm } from "./keys";
import { NotSaved } from "./notice";
import { count, plural } from "./numbers";
import { Pile } from "./pile";
import { Reshape, type Reshaping } from "./reshape";
import { useActs, useUid, type Act, type Acts } from "./root";
import { enterOrLeave } from "./trays";
import type { CodebookProps, CodeProps, KeptProps } from "./types";

export interface CodebookViewProps {
  props: CodebookProps;
  act: Act;
  frozen: boolean;
  onAnswer(): void;
}

/** Sends one edit; resolves once it is kept. */
export type Revise = (op: string, about: Record<string, unknown>) => Promise<unknown>;

export function CodebookView({ props, act, frozen, onAnswer }: CodebookViewProps) {
  const acts = useActs(act);
  const [open, setOpen] = useState<number | null>(null);
  const may = props.may_edit && !frozen;
  const revise: Revise = (op, about) => acts.act("revise_codebook", { op, about } as never);
  const live = props.codes.filter(({ gone }) => !gone);
  const gone = props.codes.filter((code) => code.gone);
  return (
    <section class="rhml-codebook" aria-label="Codebook">
      <Heading why={props.version ? `version ${props.version}` : "as it was begun"}>Codebook</Heading>
      <NotSaved of={acts} />
      <Phases props={props} acts={acts} may={may} />
      {props.cited ? <p class="rhml-small rhml-muted">{props.cited}</p> : null}
      {props.anew.n ? (
        <div class="rhml-notice rhml-anew">
          <p>{`${plural(props.anew.n, "item")} of classes that are gone wait${props.anew.n === 1 ? "s" : ""} to be answered anew. The old answers stay until then.`}</p>
          {may ? (
            <div class="rhml-row">
              <Button small action="answer-anew" onClick={onAnswer}>
                Answer them
              </Button>
              {props.anew.aside ? (
                <Button small action="relabel" off={acts.busy} onClick={() => void revise("relabel", {})}>
                  {`Ask again for ${count(props.anew.aside)} put aside`}
                </Button>
              ) : null}
            </div>
          ) : null}
        </div>
      ) : null}
      <ul class="rhml-class-entries">
        {live.map((code) => (
          <Code
            key={code.label}
            code={code}
            others={live.filter(({ label }) => label !== code.label)}
            open={open === code.label}
            onToggle={() => setOpen(open === code.label ? null : code.label)}
            may={may}
            acts={acts}
            revise={revise}
          />
        ))}
      </ul>
      {may ? (
        <Adding words="a new class" action="add-code" onAdd={(label) => revise("add", { label })} off={acts.busy} />
      ) : null}
      {gone.length ? (
        <>
          <h3 class="rhml-h3">No longer used</h3>
          <ul class="rhml-kept">
            {gone.map((code) => (
              <li key={code.label}>
                <bdi>{code.name}</bdi>: {code.gone}
                {code.n ? ` · ${plural(code.n, "item")} still so answered` : ""}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <Pile pile={props.pile} live={live} acts={acts} may={may} />
      <Edits props={props} acts={acts} may={may} />
    </section>
  );
}

const PHASES = [
  ["qualitative", "Qualitative"],
  ["classification", "Classification"],
  ["evaluation", "Evaluation"],
] as const;

function Phases({ props, acts, may }: { props: CodebookProps; acts: Acts; may: boolean }) {
  const { phase, phase_words } = props;
  if (!may) return phase ? <p class="rhml-prose">{`Phase: ${phase}. ${phase_words}`}</p> : null;
  return (
    <div class="rhml-phases">
      <div class="rhml-row" role="group" aria-label="Phase of the work">
        <span class="rhml-small rhml-muted">Phase</span>
        {PHASES.map(([id, name]) => (
          <Button
            key={id}
            small
            action={`phase-${id}`}
            aria-pressed={phase === id}
            off={acts.busy}
            onClick={() => (phase === id ? undefined : void acts.act("enter_phase", { phase: id } as never))}
          >
            {name}
          </Button>
        ))}
      </div>
      {phase_words ? <p class="rhml-small rhml-muted">{phase_words}</p> : null}
    </div>
  );
}

interface CodeViewProps {
  code: CodeProps;
  others: readonly CodeProps[];
  open: boolean;
  onToggle(): void;
  may: boolean;
  acts: Acts;
  revise: Revise;
}

const LISTS = [
  ["include", "include", "Belongs here", "what belongs here although one might doubt it"],
  ["exclude", "exclude", "Does not belong here", "what looks like it and is not"],
  ["examples", "example", "Examples", "an example, in words"],
  ["memos", "memo", "Memos", "a thought on this class"],
] as const;

function Code({ code, others, open, onToggle, may, acts, revise }: CodeViewProps) {
  const uid = useUid("code");
  const [reshaping, setReshaping] = useState<Reshaping | null>(null);
  const kept = LISTS.reduce((sum, [field]) => sum + code[field].length, 0);
  return (
    <li class="rhml-class-entry">
      <button
        {...lm}
        type="button"
        class="rhml-class-entry-head"
        data-code={code.name}
        aria-expanded={open}
        aria-controls={`${uid}-body`}
        onClick={onToggle}
      >
        <svg class="rhml-class-entry-more" viewBox="0 0 12 12" aria-hidden="true">
          <path d={open ? "M2 4 6 8 10 4" : "M4 2 8 6 4 10"} />
        </svg>
        <bdi class="rhml-class-entry-name">{code.name}</bdi>
        <span class="rhml-muted rhml-number">{plural(code.n, "item")}</span>
        {kept ? <span class="rhml-muted rhml-small">{plural(kept, "note")}</span> : null}
      </button>
      {code.definition && !open ? (
        <p class="rhml-prose rhml-class-entry-says" dir="auto">
          {code.definition}
        </p>
      ) : null}
      <div id={`${uid}-body`} class="rhml-class-entry-body" hidden={!open}>
        {open ? (
          <>
            {code.was.length || code.parent ? (
              <p class="rhml-small rhml-muted">
                {code.parent ? `A kind of “${code.parent}”. ` : ""}
                {code.was.length ? `Was called “${code.was.join("”, “")}”.` : ""}
              </p>
            ) : null}
            <Definition code={code} may={may} off={acts.busy} revise={revise} />
            {LISTS.map(([field, op, title, hint]) =>
              may || code[field].length ? (
                <Kept
                  key={field}
                  title={title}
                  rows={code[field]}
                  may={may}
                  off={acts.busy}
                  onDrop={(told) => revise("drop", { label: code.label, what: field, told })}
                >
                  {may ? (
                    <Adding
                      words={hint}
                      action={`add-${op}`}
                      off={acts.busy}
                      onAdd={(text) => revise(op, { label: code.label, text })}
                    />
                  ) : null}
                </Kept>
              ) : null,
            )}
            {may || code.seeds.length ? <Seeds code={code} may={may} off={acts.busy} revise={revise} /> : null}
            {may && !reshaping ? (
              <div class="rhml-row" role="group" aria-label={`Change the class ${code.name}`}>
                {(["rename", "merge", "split", "retire"] as const).map((how) =>
                  (how === "merge" || how === "retire") && !others.length ? null : (
                    <Button key={how} small action={how} onClick={() => setReshaping(how)}>
                      {RESHAPE[how]}
                    </Button>
                  ),
                )}
              </div>
            ) : null}
            {may && reshaping ? (
              <Reshape
                how={reshaping}
                code={code}
                others={others}
                off={acts.busy}
                revise={revise}
                onClose={() => setReshaping(null)}
              />
            ) : null}
          </>
        ) : null}
      </div>
    </li>
  );
}

const RESHAPE = { rename: "Rename …", merge: "Merge …", split: "Split …", retire: "Retire …" };

interface EditorProps {
  code: CodeProps;
  may: boolean;
  off: boolean;
  revise: Revise;
}

function Definition({ code, may, off, revise }: EditorProps) {
  const had = code.definition ?? "";
  const [draft, setDraft] = useState<string | null>(null);
  if (!may) return had ? <p class="rhml-prose" dir="auto">{had}</p> : null;
  const now = draft ?? had;
  const changed = now.trim() !== had;
  const save = () =>
    revise("define", { label: code.label, definition: now.trim() || null }).then(
      () => setDraft(null),
      () => {},
    );
  return (
    <div class="rhml-class-entry-part">
      <textarea
        {...lm}
        class="rhml-input"
        rows={2}
        dir="auto"
        maxLength={2000}
        data-action="define"
        aria-label={`What ${code.name} means`}
        placeholder="what it means, in a sentence"
        value={now}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") setDraft(null);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && changed && !off) void save();
        }}
      />
      {changed ? (
        <div class="rhml-row">
          <Button small look="main" action="save-definition" off={off} onClick={() => void save()}>
            Save
          </Button>
          <Button small onClick={() => setDraft(null)}>
            As it was
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Seeds({ code, may, off, revise }: EditorProps) {
  return (
    <Kept
      title="Words that speak for it"
      rows={code.seeds.map((one) => ({ words: one, told: one }))}
      may={may}
      off={off}
      onDrop={(told) =>
        revise("seeds", { label: code.label, seeds: code.seeds.filter((one) => one !== told) })
      }
    >
      {may ? (
        <Adding
          words="a word or phrase"
          action="add-seed"
          off={off}
          onAdd={(text) => revise("seeds", { label: code.label, seeds: [...code.seeds, text] })}
        />
      ) : null}
    </Kept>
  );
}

interface KeptViewProps {
  title: string;
  rows: readonly KeptProps[];
  may: boolean;
  off: boolean;
  onDrop(told: unknown): Promise<unknown>;
  children?: preact.ComponentChildren;
}

function Kept({ title, rows, may, off, onDrop, children }: KeptViewProps) {
  return (
    <div class="rhml-class-entry-part">
      <h4 class="rhml-h4">{title}</h4>
      {rows.length ? (
        <ul class="rhml-kept">
          {rows.map(({ words, told, note }, i) => (
            <li key={i} class="rhml-row">
              <span class="rhml-grow" dir="auto">
                {words}
                {note ? <span class="rhml-small rhml-muted">{` (${note})`}</span> : null}
              </span>
              {may ? (
                <Button
                  small
                  look="quiet"
                  action="drop"
                  off={off}
                  aria-label={`Take out: ${words}`}
                  onClick={() => onDrop(told).catch(() => {})}
                >
                  take out
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {children}
    </div>
  );
}

interface AddingProps {
  words: string;
  action: string;
  off: boolean;
  onAdd(text: string): Promise<unknown>;
}

/** A field and its button; Enter adds. What could not be kept stays in the field. */
function Adding({ words, action, off, onAdd }: AddingProps) {
  const [text, setText] = useState("");
  const add = () => {
    if (text.trim() && !off) onAdd(text.trim()).then(() => setText(""), () => {});
  };
  return (
    <div class="rhml-row">
      <input
        {...lm}
        class="rhml-input rhml-grow"
        type="text"
        dir="auto"
        maxLength={500}
        placeholder={words}
        aria-label={words}
        data-action={action}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={enterOrLeave(add, () => setText(""))}
      />
      <Button small off={off || !text.trim()} aria-label={`Add ${words}`} onClick={add}>
        Add
      </Button>
    </div>
  );
}

function Edits({ props, acts, may }: { props: CodebookProps; acts: Acts; may: boolean }) {
  if (!props.edits.length) return null;
  return (
    <>
      <h3 class="rhml-h3">Edits</h3>
      <ul class="rhml-kept rhml-edits">
        {props.edits.map(({ seq, words, undone, may_undo }) => (
          <li key={seq} class="rhml-row">
            <span class={undone ? "rhml-grow rhml-edit-undone" : "rhml-grow"} dir="auto">
              <Sign of="human" /> {words}
              {undone ? <span class="rhml-small rhml-muted"> · taken back</span> : null}
            </span>
            {may && may_undo && !undone ? (
              <Button
                small
                action="undo-edit"
                aria-label={`Undo: ${words}`}
                off={acts.busy}
                onClick={() => void acts.act("undo_edit", { seq } as never)}
              >
                Undo
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
