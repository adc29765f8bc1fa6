// view(name, Component) makes an anywidget `render` of a component: it owns the root element, the
// subscription to `props`, the keys, the focus, and what is shown when something breaks.

import type { AnyModel, Host, Render } from "@anywidget/types";
import { Component, createContext, render, type ComponentChildren, type FunctionComponent } from "preact";
import { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { makeCall, newEventId, newTag, Refused, whyNot, type Call, type CallOptions } from "./call";
import { Button } from "./controls";
import { keepFocus } from "./focus";
import { coalesced } from "./frame";
import { guardKeys, lm, type KeyHandler } from "./keys";
import { Notice } from "./notice";
import type { ActionName, Actions } from "./types";

export { focusedIn, focusQuietly } from "./focus";

/** Arguments as a view writes them: the event_id is made here unless it is given. */
export type ActArgs<A extends ActionName> = Actions[A]["args"] extends { event_id: string }
  ? Omit<Actions[A]["args"], "event_id"> & { event_id?: string }
  : Actions[A]["args"];

/** Rejects with Refused or KernelGone; nobody has to catch it. */
export type Act = <A extends ActionName>(
  action: A,
  args: ActArgs<A>,
  options?: CallOptions,
) => Promise<Actions[A]["value"]>;

export interface ViewProps<P> {
  props: P;
  act: Act;
  /** In a report: nothing can be changed. */
  frozen: boolean;
  /** No kernel answers: what is shown still holds. */
  gone: boolean;
}

export interface ViewContext {
  model: AnyModel;
  host: Host | undefined;
  root: HTMLElement;
  call: Call;
  act: Act;
  frozen: boolean;
  /** Unlike any other view's on the page: for ids that aria attributes name. */
  tag: string;
  keys: KeyHandler[];
  /** Not on show: hears no keys. */
  silent: boolean;
}

const Context = createContext<ViewContext | null>(null);

const WITH_EVENT: ReadonlySet<ActionName> = new Set<ActionName>([
  "label", "keep", "revise", "correct", "skip", "undo", "add_class", "teach", "undo_lesson",
  "judge_flips", "audit", "recheck", "verify", "twins", "pick", "resolve", "switch_person", "share",
  "more_like_cell", "want",
  "revise_codebook", "undo_edit", "promote", "enter_phase",
  "decide", "set_mode",
]);

export function makeAct(call: Call): Act {
  return (action, args, options) => {
    const whole = WITH_EVENT.has(action) ? { event_id: newEventId(), ...args } : args;
    const reply = call(action, whole as never, options);
    reply.catch(() => {});
    return reply as never;
  };
}

/** The view this component is part of. */
export function useView(): ViewContext {
  const view = useContext(Context);
  if (!view) throw new Error("outside a view");
  return view;
}

/** What is inside hears no keys while `off`: it is not on show. */
export function Silent({ off, children }: { off: boolean; children: ComponentChildren }) {
  const view = useView();
  const own = useMemo(() => ({ ...view, silent: view.silent || off }), [view, off]);
  return <Context.Provider value={own}>{children}</Context.Provider>;
}

export interface Acts {
  act: Act;
  /** True from a second after an action was sent until its reply. */
  slow: boolean;
  busy: boolean;
  failure: Failure | null;
}

export interface Failure {
  action: ActionName;
  message: string;
  /** Somebody was quicker: the same again is refused again. */
  final: boolean;
  retry(): void;
  dismiss(): void;
}

/** `act` with its waiting and its failure kept for the component that shows them (see NotSaved). */
export function useActs(base?: Act): Acts {
  const context = useContext(Context);
  const act = base ?? context?.act;
  if (!act) throw new Error("outside a view");
  const [waiting, setWaiting] = useState({ busy: 0, slow: false });
  const [failure, setFailure] = useState<Failure | null>(null);
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const wrapped = useCallback<Act>(
    (action, args, options) => {
      const whole = (
        WITH_EVENT.has(action) ? { event_id: newEventId(), ...args } : args
      ) as typeof args;
      setFailure(null);
      setWaiting(({ busy, slow }) => ({ busy: busy + 1, slow }));
      const reply = act(action, whole, {
        onSlow: () => {
          options?.onSlow?.();
          if (alive.current) setWaiting(({ busy }) => ({ busy, slow: true }));
        },
      });
      reply.then(
        () => {
          if (alive.current) setWaiting(({ busy }) => ({ busy: busy - 1, slow: false }));
        },
        (error: Error) => {
          if (!alive.current) return;
          setWaiting(({ busy }) => ({ busy: busy - 1, slow: false }));
          setFailure({
            action,
            message: whyNot(error),
            final: error instanceof Refused && error.type === "AlreadyJudgedError",
            retry: () => void wrapped(action, whole, options),
            dismiss: () => setFailure(null),
          });
        },
      );
      return reply;
    },
    [act],
  );
  return { act: wrapped, slow: waiting.slow, busy: waiting.busy > 0, failure };
}

/** A trait, followed. */
export function useTrait<T>(name: string): T {
  const { model } = useView();
  const [, redraw] = useState({});
  useEffect(() => {
    const changed = () => redraw({});
    model.on(`change:${name}`, changed);
    changed();
    return () => model.off(`change:${name}`, changed);
  }, [model, name]);
  return model.get(name) as T;
}

/** Keys pressed anywhere in the view but in fields. The handler may be a new one each time. */
export function useKeys(handler: KeyHandler): void {
  const { keys, silent } = useView();
  const latest = useRef(handler);
  latest.current = silent ? () => false : handler;
  useEffect(() => {
    const stable: KeyHandler = (event) => latest.current(event);
    keys.push(stable);
    return () => void keys.splice(keys.indexOf(stable), 1);
  }, [keys]);
}

/** An id no other view of the page has. */
export function useUid(name: string): string {
  const { tag } = useView();
  return useMemo(() => `rhml-${name}-${tag}-${newTag().slice(0, 4)}`, [name, tag]);
}

interface BoundaryProps {
  /** What is drawn: another thing is another chance. */
  of: unknown;
  children?: ComponentChildren;
}

class Boundary extends Component<BoundaryProps, { error: unknown; of: unknown }> {
  override state = { error: null as unknown, of: undefined as unknown };
  override componentDidCatch(error: unknown) {
    console.error(error);
    this.setState({ error: error ?? new Error("unknown"), of: this.props.of });
  }
  override render() {
    const { error, of } = this.state;
    if (error === null || of !== this.props.of) return this.props.children;
    return (
      <div class="rhml-view rhml-pad">
        <Notice
          tone="failure"
          title="This view could not be drawn."
          actions={<Button onClick={() => this.setState({ error: null })}>Try again</Button>}
        >
          <p class="rhml-problem-text">{error instanceof Error ? error.message : String(error)}</p>
          <p>Nothing is lost: what was saved is in the journal, and other cells go on.</p>
        </Notice>
      </div>
    );
  }
}

function drawable(value: unknown): value is { seq: number } {
  return typeof value === "object" && value !== null && typeof (value as { seq?: unknown }).seq === "number";
}

interface ShellProps<P> {
  context: ViewContext;
  component: FunctionComponent<ViewProps<P>>;
  watchGone(listener: (gone: boolean) => void): void;
}

function Shell<P extends { seq: number }>({ context, component: Inner, watchGone }: ShellProps<P>) {
  const { model } = context;
  const [props, setProps] = useState<P | null>(() => {
    const first = model.get("props");
    return drawable(first) ? (first as P) : null;
  });
  const [gone, setGone] = useState(false);
  useLayoutEffect(() => {
    const take = () => {
      const next = model.get("props");
      if (!drawable(next)) return;
      setGone(false);
      setProps((shown) => (shown && next.seq < shown.seq ? shown : (next as P)));
    };
    take(); // what came since the first look
    const frame = coalesced(take);
    watchGone(setGone);
    model.on("change:props", frame.ask);
    return () => {
      frame.stop();
      model.off("change:props", frame.ask);
    };
  }, [model]);
  return (
    <Context.Provider value={context}>
      <Boundary of={props}>
        {props === null ? (
          <div class="rhml-view rhml-pad">
            <Notice title="Nothing to show yet.">Run the cell again if this stays.</Notice>
          </div>
        ) : (
          <Inner props={props} act={context.act} frozen={context.frozen} gone={gone} />
        )}
      </Boundary>
    </Context.Provider>
  );
}

export interface ViewOptions {
  /** What a screen reader calls the whole. */
  label: string;
}

/** An anywidget `render` for a component drawn from the trait `props`. */
export function view<P extends { seq: number }>(
  name: string,
  component: FunctionComponent<ViewProps<P>>,
  { label }: ViewOptions,
): Render {
  return ({ model, el, signal, host }) => {
    const root = el.ownerDocument.createElement("div");
    root.className = "rhml-root";
    root.dataset["rhmlView"] = name;
    root.tabIndex = 0;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", label);
    for (const [key, value] of Object.entries(lm)) root.setAttribute(key, value);
    el.classList.add("rhml-host");
    el.append(root);

    const ending = new AbortController();
    let tellGone: ((gone: boolean) => void) | null = null;
    const call = makeCall(model, { signal: ending.signal, onGone: (gone) => tellGone?.(gone) });
    const context: ViewContext = {
      model, host, root, call,
      act: makeAct(call),
      frozen: model.get("frozen") === true,
      tag: newTag(),
      keys: [],
      silent: false,
    };
    const unguard = guardKeys(root, context.keys);
    keepFocus(root, ending.signal);
    render(
      <Shell<P>
        context={context}
        component={component}
        watchGone={(listener) => (tellGone = listener)}
      />,
      root,
    );
    const end = () => {
      if (ending.signal.aborted) return;
      ending.abort();
      unguard();
      render(null, root);
      root.remove();
    };
    signal?.addEventListener("abort", end);
    return end;
  };
}
