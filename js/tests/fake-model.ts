// A kernel that fits in a page: traits, a log of what was sent, replies when the test says so.

import type { AnyModel, Host, Render } from "@anywidget/types";
import type { ActionName, Request } from "../src/shared/types";

type Listener = (...args: any[]) => void;

export interface FakeModel extends AnyModel {
  sent: Request[];
  /** Requests of one action, in order. */
  of(action: ActionName): Request[];
  /** Sets traits and tells who listens. */
  put(traits: Record<string, unknown>): void;
  reply(request: Request | undefined, value?: unknown): void;
  refuse(request: Request | undefined, message: string, type?: string): void;
  /** While true, `send` throws as after a kernel restart. */
  dead: boolean;
  /** Called after each send. */
  onSend: ((request: Request) => void) | null;
}

export function fakeModel(traits: Record<string, unknown>): FakeModel {
  const values = { ...traits };
  const listeners = new Map<string, Set<Listener>>();
  const tell = (name: string, ...args: unknown[]) => {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(...args);
  };
  const model: FakeModel = {
    sent: [],
    dead: false,
    onSend: null,
    of: (action) => model.sent.filter((request) => request.action === action),
    put(next) {
      Object.assign(values, next);
      for (const name of Object.keys(next)) tell(`change:${name}`);
    },
    reply: (request, value = null) => tell("msg:custom", { id: request?.id, ok: true, value }, []),
    refuse: (request, message, type = "RhmlError") =>
      tell("msg:custom", { id: request?.id, ok: false, error: { type, message } }, []),
    get: ((name: string) => values[name]) as FakeModel["get"],
    set: ((name: string, value: unknown) => void (values[name] = value)) as FakeModel["set"],
    save_changes() {},
    on(name: string, listener: Listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
    },
    off(name?: string | null, listener?: Listener | null) {
      if (name && listener) listeners.get(name)?.delete(listener);
    },
    send(request: Request) {
      if (model.dead) throw new Error("Cannot send");
      model.sent.push(request);
      model.onSend?.(request);
    },
    widget_manager: {} as AnyModel["widget_manager"],
  };
  return model;
}

export interface Mounted {
  el: HTMLElement;
  root: HTMLElement;
  end(): void;
}

/** Draws a view into the page as the notebook would. */
export async function mount(render: Render, model: AnyModel, host?: Partial<Host>): Promise<Mounted> {
  const el = document.createElement("div");
  document.body.append(el);
  const ending = new AbortController();
  await render({
    model, el,
    signal: ending.signal,
    host: (host ?? {}) as Host,
    experimental: {} as never,
  });
  await settled();
  const root = el.querySelector<HTMLElement>(".rhml-root");
  if (!root) throw new Error("no root");
  return {
    el,
    root,
    end() {
      ending.abort();
      el.remove();
    },
  };
}

/** After the renders that are due, and after a paint: items answer keys only once they were seen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** A key as a person presses it: on what has the focus, or on the root. */
export function press(root: HTMLElement, key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const active = (root.getRootNode() as Document).activeElement;
  const target = active && root.contains(active) ? active : root;
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...init });
  target.dispatchEvent(event);
  return event;
}
