// None of these: what fits no class, in rough groups, and how a group becomes one.

import { useState } from "preact/hooks";
import { Button } from "./controls";
import { lm } from "./keys";
import { plural } from "./numbers";
import type { Acts } from "./root";
import type { CodebookProps, CodeProps } from "./types";

export interface PileViewProps {
  pile: CodebookProps["pile"];
  live: readonly CodeProps[];
  acts: Acts;
  may: boolean;
}

export function Pile({ pile, live, acts, may }: PileViewProps) {
  if (!pile.n) return null;
  const grouped = pile.groups.reduce((sum, { items }) => sum + items.length, 0);
  return (
    <>
      <h3 class="rhml-h3">None of these</h3>
      <p class="rhml-small rhml-muted">
        {`${plural(pile.n, "item")} fit${pile.n === 1 ? "s" : ""} no class. The groups are rough: leave out what does not belong.`}
        {grouped < pile.n ? " Not all are listed here yet." : ""}
      </p>
      {pile.groups.map((group) => (
        <Group key={group.items[0]?.item_id} group={group} live={live} acts={acts} may={may} />
      ))}
    </>
  );
}

interface GroupProps {
  group: CodebookProps["pile"]["groups"][number];
  live: readonly CodeProps[];
  acts: Acts;
  may: boolean;
}

function Group({ group, live, acts, may }: GroupProps) {
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [name, setName] = useState("");
  const chosen = group.items.filter(({ item_id }) => !out.has(item_id));
  const known = live.find((one) => one.name === name.trim());
  const ready = may && name.trim() !== "" && chosen.length > 0 && !acts.busy;
  const promote = () => {
    if (!ready) return;
    acts
      .act("promote", {
        item_ids: chosen.map(({ item_id }) => item_id),
        label: known ? known.label : name.trim(),
        definition: null,
      } as never)
      .then(() => setName(""), () => {});
  };
  return (
    <fieldset class="rhml-pile-group">
      <legend dir="auto">{group.terms || plural(group.items.length, "item")}</legend>
      {group.items.map(({ item_id, excerpt }) => (
        <label key={item_id} class="rhml-choice">
          <input
            {...lm}
            type="checkbox"
            disabled={!may}
            checked={!out.has(item_id)}
            onChange={() => {
              const next = new Set(out);
              if (!next.delete(item_id)) next.add(item_id);
              setOut(next);
            }}
          />
          <span dir="auto">{excerpt}</span>
        </label>
      ))}
      {may ? (
        <div class="rhml-row">
          <input
            {...lm}
            class="rhml-input rhml-grow"
            type="text"
            dir="auto"
            maxLength={100}
            placeholder="a name for this class"
            aria-label={`A name for the class of ${plural(chosen.length, "item")}`}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.isComposing) {
                event.preventDefault();
                promote();
              }
            }}
          />
          <Button small action="promote" off={!ready} onClick={promote}>
            {`${known ? "Put" : "Name"} ${plural(chosen.length, "item")} so`}
          </Button>
        </div>
      ) : null}
    </fieldset>
  );
}
