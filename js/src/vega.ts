// Vega, once a kernel (or once a report): the module behind the shared widget that chart views reach
// through `host.getWidget`. It draws under a policy without eval and without style elements, and
// never reaches for the network: data comes with the spec or by changesets.

import { changeset, Error as ONLY_ERRORS, type View, type Changeset } from "vega";
import vegaEmbed, { type Config, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

/** What a tooltip shows: text by field, or one text; null hides it. */
export type TipContent = Record<string, unknown> | string | null;

export interface DrawOptions {
  config: Record<string, unknown>;
  onTip(content: TipContent, event: MouseEvent): void;
}

export interface Drawn {
  view: View;
  finalize(): void;
}

export interface VegaExports {
  embed(el: HTMLElement, spec: Record<string, unknown>, options: DrawOptions): Promise<Drawn>;
  changeset(): Changeset;
}

async function refuse(uri: string): Promise<never> {
  throw new Error(`charts load nothing from outside: ${uri}`);
}

const LOADER = { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse };

async function embed(
  el: HTMLElement,
  spec: Record<string, unknown>,
  { config, onTip }: DrawOptions,
): Promise<Drawn> {
  // `usermeta` could override every option below.
  const { usermeta: _, ...safe } = spec;
  const { view, finalize } = await vegaEmbed(el, safe as unknown as VisualizationSpec, {
    actions: false,
    ast: true,
    config: config as Config,
    defaultStyle: false,
    expr: expressionInterpreter,
    loader: LOADER,
    logLevel: ONLY_ERRORS,
    mode: "vega-lite",
    renderer: "svg",
    // vega-tooltip would append to the document's body: out of reach of our style in a shadow root.
    tooltip: (_handler, event, _item, value) => onTip(value as TipContent, event as MouseEvent),
  });
  return { view, finalize };
}

export default {
  initialize: (): VegaExports => ({ embed, changeset }),
};
