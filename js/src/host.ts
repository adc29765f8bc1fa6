// A report's host: draws each frozen view with the same code that draws it in a notebook. There is
// no kernel: a model holds what was packed, and nothing that is sent goes anywhere.

import type { AnyModel, Host, ResolvedWidget } from "@anywidget/types";

type Traits = Record<string, unknown>;
type Listener = (...given: unknown[]) => void;

interface Packed {
  models: Record<string, Traits>;
}

interface View {
  render?(given: { model: AnyModel; el: HTMLElement; host: Host; signal: AbortSignal }): unknown;
  initialize?(given: { model: AnyModel; signal: AbortSignal }): unknown;
}

declare global {
  // Filled by the scripts before this one.
  var rhmlViews: Record<string, View> | undefined;
}

/** Reads as a live model does, and answers every action alike: it is a report. */
export function frozenModel(traits: Traits): AnyModel {
  const now: Traits = { ...traits, frozen: true };
  const listeners = new Map<string, Set<Listener>>();
  const tell = (event: string, ...given: unknown[]) => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener(...given);
  };
  return {
    get: (name: string) => now[name],
    set(name: string, value: unknown) {
      now[name] = value;
      tell(`change:${name}`);
    },
    on(event: string, listener: Listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off(event?: string | null, listener?: Listener | null) {
      if (!event) listeners.clear();
      else if (listener) listeners.get(event)?.delete(listener);
      else listeners.delete(event);
    },
    save_changes() {},
    send(request: { id?: string }) {
      const error = { type: "ReadOnlyReport", message: "This is a report: nothing can be changed." };
      queueMicrotask(() => tell("msg:custom", { id: request?.id, ok: false, error }, []));
    },
    widget_manager: { get_model: refuse },
  } as unknown as AnyModel;
}

async function refuse(reference: string): Promise<never> {
  throw new Error(`not in this report: ${reference}`);
}

/** Draw every view of the page. A view that fails says so in its place; the others go on. */
export async function drawAll(page: Document): Promise<void> {
  const island = page.querySelector('script[type="application/json"][data-rhml-models]');
  const { models } = JSON.parse(island?.textContent ?? '{"models":{}}') as Packed;
  const views = globalThis.rhmlViews ?? {};
  // A report stays as long as its page.
  const { signal } = new AbortController();
  const shared = new Map<string, Promise<ResolvedWidget>>();

  async function start(name: string): Promise<ResolvedWidget> {
    const exports = await views[name]?.initialize?.({ model: frozenModel({}), signal });
    if (exports === undefined) return refuse(name);
    return { exports, render: () => refuse(name) };
  }

  const host = {
    getModel: refuse,
    getWidget(reference: string) {
      const name = reference.replace(/^anywidget:/, "");
      const started = shared.get(name) ?? start(name);
      shared.set(name, started);
      return started;
    },
  } as Host;

  const places = page.querySelectorAll<HTMLElement>("[data-rhml-model][data-rhml-view]");
  await Promise.all(
    Array.from(places, async (el) => {
      const { rhmlModel: id = "", rhmlView: name = "" } = el.dataset;
      try {
        const traits = models[id];
        const view = views[name];
        if (!traits || !view?.render) throw new Error(`not in this report: ${name} ${id}`);
        el.replaceChildren();
        await view.render({ model: frozenModel(traits), el, host, signal });
      } catch (error) {
        console.error(error);
        el.textContent = `This panel could not be drawn: ${error instanceof Error ? error.message : error}`;
      }
    }),
  );
}

if (typeof document !== "undefined") void drawAll(document);
