// What is answered changes within a frame, so that what stands in the page is what is on the screen:
// a key is never taken for something that is in the page but was not painted yet.

let drawing = false;

/** True while a frame is made: what is drawn now is painted before any other key is heard. */
export function isDrawing(): boolean {
  return drawing;
}

/** Runs `task`, and the renders it asks for, in the next frame; soon where the page shows no frames. */
export function inFrame(task: () => void): () => void {
  let done = false;
  const cancel = () => {
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(late);
  };
  const run = (framed: boolean) => {
    if (done) return;
    cancel();
    drawing = framed;
    try {
      task();
    } finally {
      // After the renders, which were queued by the task.
      queueMicrotask(() => (drawing = false));
    }
  };
  const frame = requestAnimationFrame(() => run(true));
  const late = setTimeout(() => run(false), 100);
  return cancel;
}

/** Calls `draw` once in the next frame, however often it was asked for. */
export function coalesced(draw: () => void): { ask(): void; stop(): void } {
  let cancel: (() => void) | null = null;
  return {
    ask() {
      cancel ??= inFrame(() => {
        cancel = null;
        draw();
      });
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
