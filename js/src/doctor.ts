// The findings of a checkup, and the page's own part in it: one message to the kernel and back.

import type { AnyModel, Render } from "@anywidget/types";
import { newTag } from "./shared/call";

interface Finding {
  what: string;
  state: "ok" | "wrong" | "unknown";
  told: string;
  remedy: string;
}

interface Props {
  findings: Finding[];
  words: string;
}

const SIGNS = { ok: "✓ ok", wrong: "✗ to mend", unknown: "– not checked" };
const PATIENCE = 10_000;

/** A browser's name and version, as its user agent gives them: the more special ones first. */
export function browserName(agent: string): string {
  for (const [mark, name] of [
    ["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["HeadlessChrome", "Chromium (headless)"],
    ["Chrome", "Chrome or Chromium"], ["Version", "Safari"],
  ] as const) {
    const found = new RegExp(`\\b${mark}/(\\d+)`).exec(agent);
    if (found) return `${name} ${found[1]}`;
  }
  return "";
}

/** JupyterLab and Notebook write their name and version into their page. */
export function hostName(page: Document): string {
  try {
    const { appName, appVersion } = JSON.parse(
      page.getElementById("jupyter-config-data")?.textContent ?? "{}",
    );
    return [appName, appVersion].filter((part) => typeof part === "string").join(" ");
  } catch {
    return "";
  }
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, style: string, text = "") {
  const made = document.createElement(name);
  made.className = style;
  made.textContent = text;
  return made;
}

function draw(root: HTMLElement, { findings = [], words = "" }: Partial<Props>, trouble: string) {
  const list = element("table", "rhml-table");
  for (const { what, state, told, remedy } of findings) {
    const row = list.insertRow();
    row.dataset.state = state;
    for (const text of [SIGNS[state], what, remedy ? `${told}. ${remedy}` : told]) {
      row.insertCell().textContent = text;
    }
  }
  const status = element("p", "rhml-status", trouble || words);
  status.setAttribute("role", "status");
  root.replaceChildren(list, status);
}

/** Asks the kernel once and tells it how long the answer took. */
function ask(model: AnyModel, signal: AbortSignal, failed: (words: string) => void) {
  const id = newTag();
  const began = performance.now();
  const late = setTimeout(
    () => failed("The kernel has not answered the page: it is busy, or its messages are lost on the way."),
    PATIENCE,
  );
  const hear = (reply: { id?: string }) => {
    if (reply?.id !== id) return;
    stop();
    failed("");
    model.send({
      action: "measured",
      ms: performance.now() - began,
      browser: browserName(navigator.userAgent),
      host: hostName(document),
    });
  };
  const stop = () => {
    clearTimeout(late);
    model.off("msg:custom", hear);
  };
  model.on("msg:custom", hear);
  signal.addEventListener("abort", stop);
  try {
    model.send({ id, action: "ping" });
  } catch {
    stop();
    failed("The kernel is gone: re-run the cell.");
  }
}

const render: Render = ({ model, el, signal }) => {
  const root = element("div", "rhml-root");
  root.dataset.rhmlView = "doctor";
  el.append(root);
  let trouble = "";
  const redraw = () => draw(root, (model.get("props") ?? {}) as Partial<Props>, trouble);
  model.on("change:props", redraw);
  signal.addEventListener("abort", () => model.off("change:props", redraw));
  redraw();
  ask(model, signal, (words) => {
    trouble = words;
    redraw();
  });
};

export default { render };
