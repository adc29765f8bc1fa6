// Whose session this is, and how far it is.

import type { ComponentChildren } from "preact";
import { Spoken } from "./controls";
import type { HeaderProps } from "./types";

export interface HeaderViewProps {
  props: HeaderProps;
  /** What stands at its end: the tabs. */
  children?: ComponentChildren;
}

export function Header({ props, children }: HeaderViewProps) {
  const { journal, person, model, labeled } = props;
  return (
    <header class="rhml-header">
      <b class="rhml-header-journal" dir="auto">
        {journal}
      </b>
      <Spoken by="human">
        you, <bdi>{person}</bdi>
      </Spoken>
      <Spoken by="model">
        <bdi>{model.name}</bdi>
        {model.fitting ? (
          <span class="rhml-muted"> is learning …</span>
        ) : model.failed ? (
          <span class="rhml-fail"> could not learn the last time</span>
        ) : null}
        {model.brought ? <span class="rhml-muted"> · {model.brought}</span> : null}
      </Spoken>
      <span class="rhml-muted rhml-number">{labeled}</span>
      {children}
    </header>
  );
}
