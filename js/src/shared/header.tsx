// Whose session this is, and how far it is.

import type { ComponentChildren } from "preact";
import { Spoken } from "./controls";
import { PeopleMenu } from "./people";
import type { Act } from "./root";
import type { HeaderProps, PeopleProps } from "./types";

export interface HeaderViewProps {
  props: HeaderProps;
  people?: PeopleProps;
  act: Act;
  frozen: boolean;
  /** What stands at its end: the tabs. */
  children?: ComponentChildren;
}

export function Header({ props, people, act, frozen, children }: HeaderViewProps) {
  const { journal, person, model, labeled } = props;
  return (
    <header class="rhml-header">
      <b class="rhml-header-journal" dir="auto">
        {journal}
      </b>
      <PeopleMenu person={person} people={people} act={act} frozen={frozen} />
      <Spoken by="model">
        <bdi title={model.added || undefined}>{model.name}</bdi>
        {model.fitting ? (
          <span class="rhml-muted"> · learning …</span>
        ) : model.failed ? (
          <span class="rhml-fail"> · could not learn the last time</span>
        ) : null}
        {model.brought ? <span class="rhml-muted"> · {model.brought}</span> : null}
      </Spoken>
      <span class="rhml-muted rhml-number">{labeled}</span>
      {children}
    </header>
  );
}
