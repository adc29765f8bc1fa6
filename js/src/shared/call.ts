// An action is a message with a reply: call(action, args) -> Promise<value>. Silence is never an
// error: the answer may still be on its way to the journal, so the page waits, says "saving…" and
// sends again with the same id and event_id, which the kernel answers once.

import type { AnyModel } from "@anywidget/types";
import type { ActionName, Actions, Reply, Request } from "./types";

/** Where there is nobody to send to: the kernel restarted or ended. */
export class KernelGone extends Error {
  override name = "KernelGone";
  constructor() {
    super("The kernel is gone. Re-run the cell; what was saved is safe.");
  }
}

/** The kernel answered no. `type` is the Python exception's name. */
export class Refused extends Error {
  override name = "Refused";
  readonly type: string;
  constructor(type: string, message: string) {
    super(message || type);
    this.type = type;
  }
}

/** Why something was not done, to stand behind "NOT SAVED: ". */
export function whyNot(error: Error): string {
  if (error instanceof KernelGone) return "the kernel is gone";
  return error.message.replace(/^NOT SAVED:\s*/, "");
}

export interface CallOptions {
  /** Called once, when a second has passed without a reply. */
  onSlow?: () => void;
}

export type Call = <A extends ActionName>(
  action: A,
  args: Actions[A]["args"],
  options?: CallOptions,
) => Promise<Actions[A]["value"]>;

export interface CallSettings {
  signal?: AbortSignal;
  /** Told with true when a send found no kernel, with false when one was heard again. */
  onGone?: (gone: boolean) => void;
  slowAfter?: number;
  resendAfter?: number;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  stop(): void;
}

function bytes(n: number): Uint8Array {
  const out = new Uint8Array(n);
  if (typeof globalThis.crypto?.getRandomValues === "function") return crypto.getRandomValues(out);
  for (let i = 0; i < n; i++) out[i] = Math.floor(Math.random() * 256);
  return out;
}

function hex(values: Uint8Array): string {
  return Array.from(values, (value) => value.toString(16).padStart(2, "0")).join("");
}

/** A short name that two views of one page do not share. */
export function newTag(): string {
  return hex(bytes(5));
}

/** The name of one intent. `randomUUID` exists only where the page is served securely. */
export function newEventId(): string {
  if (typeof globalThis.crypto?.randomUUID === "function") return crypto.randomUUID();
  const b = bytes(16);
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const h = hex(b);
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
}

export function makeCall(model: AnyModel, settings: CallSettings = {}): Call {
  const { signal, onGone, slowAfter = 1_000, resendAfter = 8_000 } = settings;
  const tag = newTag();
  const waiting = new Map<string, Waiting>();
  let count = 0;

  const hear = (reply: Reply) => {
    const one = waiting.get(reply?.id);
    if (!one) return; // another view's, or a second reply to a resend
    waiting.delete(reply.id);
    one.stop();
    onGone?.(false);
    if (reply.ok) one.resolve(reply.value);
    else one.reject(new Refused(reply.error?.type ?? "Error", reply.error?.message ?? ""));
  };
  model.on("msg:custom", hear);
  signal?.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    for (const one of waiting.values()) one.stop();
    waiting.clear();
  });

  return (action, args, { onSlow } = {}) =>
    new Promise((resolve, reject) => {
      const id = `${tag}-${++count}`;
      const request: Request = { id, action, args };
      let again: ReturnType<typeof setTimeout> | undefined;
      let slow: ReturnType<typeof setTimeout> | undefined;
      const one: Waiting = {
        resolve: resolve as (value: unknown) => void,
        reject,
        stop() {
          clearTimeout(again);
          clearTimeout(slow);
        },
      };
      const send = () => {
        try {
          model.send(request);
        } catch (error) {
          waiting.delete(id);
          one.stop();
          const text = error instanceof Error ? error.message : String(error);
          if (/cannot send/i.test(text)) {
            onGone?.(true);
            reject(new KernelGone());
          } else reject(error instanceof Error ? error : new Error(text));
          return;
        }
        // Only what carries an event_id may be said twice.
        if ("event_id" in args) again = setTimeout(send, resendAfter);
      };
      waiting.set(id, one);
      if (onSlow) slow = setTimeout(onSlow, slowAfter);
      send();
    });
}
