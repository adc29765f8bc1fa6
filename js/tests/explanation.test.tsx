// The explanation: reasons, what is said of them, what it changed; by pointer and by keys alone.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import explanationPanel from "../src/explanation-panel";
import flipsView from "../src/flips";
import type { EffectProps, ExplanationProps, ReasonRow, ReasonsProps } from "../src/shared/types";
import { fakeModel, mount, press, settled, type FakeModel, type Mounted } from "./fake-model";

const TEXT = "need 🧨 logs, escrow only, no newbies please";

function span(word: string): [number, number] {
  const before = Array.from(TEXT.slice(0, TEXT.indexOf(word))).length;
  return [before, before + Array.from(word).length];
}

function row(term: string, value: number, more: Partial<ReasonRow> = {}): ReasonRow {
  return { term, value, before: null, stance: null, stance_label: null, spans: [span(term)], ...more };
}

const ROWS = [row("escrow", 1.84), row("logs", 0.88), row("need", -0.58), row("please", -0.77)];

function reasons(more: Partial<ReasonsProps> = {}): ReasonsProps {
  return {
    label: 0, against: 1, predicted: 0, unit: "log-odds", prediction: 1.49, baseline: 0, rest: 0.12,
    gap: 0, method: "exact", exactness: "exact · contributions add up to the score", rows: ROWS,
    prediction_before: null, ...more,
  };
}

function looks(asked: number, judged: number, words = "", more: Partial<EffectProps["looks"]> = {}) {
  return { asked, judged, better: 0, worse: 0, neither: 0, words, ...more };
}

function effect(more: Partial<EffectProps> = {}): EffectProps {
  return {
    lesson: 7, words: "You struck “please”.", pending: false, version: 15, flips: 31, total: 2497,
    shown: null, looks: looks(0, 0), blind_left: 31,
    undone: false, since: "", ...more,
  };
}

let seq = 0;

function props(more: Partial<ExplanationProps> = {}): ExplanationProps {
  return {
    seq: ++seq, classes: ["trade", "how-to", "chatter"], empty: "",
    item: { item_id: "i1", text: TEXT, judged: 0 }, heading: "Why “trade” and not “how-to”",
    reasons: reasons(), neighbors: [], effect: null, may_teach: true, problem: null, ...more,
  };
}

let model: FakeModel;
let shown: Mounted;

async function draw(first: ExplanationProps, traits: Record<string, unknown> = {}, view = explanationPanel) {
  model = fakeModel({ props: first, ...traits });
  shown = await mount(view.render, model);
}

function all<T extends HTMLElement>(selector: string): T[] {
  return Array.from(shown.root.querySelectorAll<T>(selector));
}

function one<T extends HTMLElement>(selector: string): T {
  const [found, ...others] = all<T>(selector);
  if (!found || others.length) throw new Error(`${selector}: ${others.length + (found ? 1 : 0)} found`);
  return found;
}

const rowOf = (term: string) => one(`[data-term="${term}"] .rhml-reason-row`);
const words = (selector: string) => one(selector).textContent?.replace(/\s+/g, " ").trim();

async function click(target: HTMLElement) {
  target.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, composed: true }));
  target.focus();
  target.click();
  await settled();
}

async function keyed(key: string, init: KeyboardEventInit = {}) {
  const event = press(shown.root, key, init);
  const target = document.activeElement;
  // What a browser does: Enter and Space press the focused button.
  if (!event.defaultPrevented && (key === "Enter" || key === " ") && target instanceof HTMLButtonElement) {
    target.click();
  }
  await settled();
  return event;
}

afterEach(() => shown?.end());

describe("reasons", () => {
  beforeEach(() => draw(props()));

  it("says term, direction and value, and adds up", () => {
    expect(all(".rhml-reason").map((li) => li.dataset["term"])).toEqual(["escrow", "logs", "need", "please"]);
    expect(all(".rhml-reason-value").map((cell) => cell.textContent)).toEqual([
      "+1.84", "+.88", "−.58", "−.77", "+.12", "+1.49",
    ]);
    expect(rowOf("need").textContent).toBe("need−.58speaks for how-to");
    expect(words(".rhml-sum-row.is-total")).toBe("adds up tolog-odds for trade over how-to+1.49");
    expect(words(".rhml-h2 .rhml-why")).toBe("exact · contributions add up to the score");
  });

  it("keeps a class's own letters in a heading", () => {
    expect(all(".rhml-h2 .rhml-named").map((name) => name.textContent)).toEqual(["“trade”", "“how-to”"]);
  });

  it("says in words how near the nearest are", async () => {
    const near = [1, 0.7, 0.4, 0.12, 0.001].map((similarity, i) => ({
      item_id: `n${i}`, excerpt: "“so he said”", label: 0, similarity,
    }));
    model.put({ props: props({ neighbors: near }) });
    await settled();
    expect(all(".rhml-neighbor-like").map((cell) => cell.textContent)).toEqual([
      "the same words", "much alike", "alike", "a little alike", "hardly alike",
    ]);
    expect(all(".rhml-neighbor-text")[0]?.textContent).toBe("“so he said”");
  });

  it("draws for to the right, against to the left, in one scale", () => {
    const bars = all<HTMLElement>(".rhml-reason .rhml-bar-now");
    expect(bars.map((bar) => bar.className)).toEqual([
      "rhml-bar-now is-for", "rhml-bar-now is-for", "rhml-bar-now is-against", "rhml-bar-now is-against",
    ]);
    expect(bars.map((bar) => bar.style.width)).toEqual(["50%", "23.91%", "15.76%", "20.92%"]);
  });

  it("keeps the text as it is, marked at code points", () => {
    expect(one(".rhml-reason-text").textContent).toBe(TEXT);
    expect(all(".rhml-mark").map((mark) => mark.textContent)).toEqual(["need", "logs", "escrow", "please"]);
  });

  it("lights the words of a reason, and the reason of a word", async () => {
    const lit = () => [all(".rhml-mark.is-lit").map((m) => m.textContent), all(".rhml-reason.is-lit").map((r) => r.dataset["term"])];
    rowOf("logs").focus();
    await settled();
    expect(lit()).toEqual([["logs"], ["logs"]]);
    all(".rhml-mark")[0]?.dispatchEvent(new MouseEvent("mouseenter"));
    await settled();
    expect(lit()).toEqual([["need"], ["need"]]);
  });

  it("gives both voices, and one where they are at one", async () => {
    expect(words(".rhml-voices")).toBe("we both read trade");
    model.put({ props: props({ item: { item_id: "i1", text: TEXT, judged: 1 } }) });
    await settled();
    expect(words(".rhml-voices")).toBe("you say how-toI read trade");
    expect(all(".rhml-voices .rhml-sign").map((sign) => sign.getAttribute("class"))).toEqual([
      "rhml-sign rhml-human", "rhml-sign rhml-model",
    ]);
  });

  it("keeps rows where they are when a refit weighs them anew", async () => {
    const anew = [row("please", 2, { before: -0.77 }), row("need", -0.58), row("logs", 0.88), row("escrow", 0.1)];
    model.put({ props: props({ reasons: reasons({ rows: anew }) }) });
    await settled();
    expect(all(".rhml-reason").map((li) => li.dataset["term"])).toEqual(["escrow", "logs", "need", "please"]);
  });

  it("leaves nothing as markup", async () => {
    const nasty = "<img src=x onerror=alert(1)>";
    model.put({
      props: props({
        classes: [nasty, nasty + "2"], heading: nasty, item: { item_id: "i2", text: nasty, judged: 0 },
        reasons: reasons({ rows: [row("escrow", 1, { term: nasty, spans: [[0, 4]] })], exactness: nasty }),
        neighbors: [{ item_id: "n", excerpt: nasty, label: 0, similarity: 0.5 }],
        effect: effect({ words: nasty, shown: [{ item_id: "f", text: nasty, before: 0, after: 1, judged: null }] }),
      }),
    });
    await settled();
    expect(all("img, script")).toEqual([]);
    expect(shown.root.textContent).toContain(nasty);
  });
});

describe("teaching", () => {
  beforeEach(() => draw(props()));

  it.each([
    ["escrow", "teach-supports", { stance: "supports", label: 0 }],
    ["please", "teach-supports", { stance: "supports", label: 1 }],
    ["please", "teach-irrelevant", { stance: "irrelevant", label: null }],
  ])("%s: %s", async (term, action, said) => {
    await click(rowOf(term));
    await click(one(`[data-action="${action}"]`));
    expect(model.of("teach").map((request) => request.args)).toEqual([
      { term, item_id: "i1", event_id: expect.any(String), ...said },
    ]);
    expect(all(".rhml-menu")).toEqual([]);
    expect(document.activeElement).toBe(rowOf(term));
  });

  it("says saving… until the kernel answered, and then what stands", async () => {
    await click(rowOf("please"));
    await click(one('[data-action="teach-irrelevant"]'));
    expect(words('[data-term="please"] .rhml-stance')).toBe("saving…");
    const struck = ROWS.map((r) =>
      r.term === "please" ? { ...r, value: 0, before: -0.77, stance: "irrelevant" as const, stance_lesson: 7 } : r,
    );
    model.put({ props: props({ reasons: reasons({ rows: struck, prediction: 2.26, prediction_before: 1.49 }), effect: effect() }) });
    model.reply(model.of("teach")[0], { lesson: 7 });
    await settled();
    expect(words('[data-term="please"] .rhml-stance')).toBe("struckundo");
    expect(words('[data-term="please"] .rhml-reason-was')).toBe("−.77 →");
    expect(rowOf("please").textContent).toBe("please−.77 →0says nothing; you: struck");
    expect(all(".rhml-bar-before").map((bar) => bar.style.width)).toEqual(["20.92%"]);
    expect(words(".is-total .rhml-reason-was")).toBe("+1.49 →");
    await click(one('[data-term="please"] [data-action="undo-lesson"]'));
    expect(model.of("undo_lesson")[0]?.args).toEqual({ lesson: 7, event_id: expect.any(String) });
    await click(rowOf("please"));
    expect(words(".rhml-menu-says")).toBe("You struck “please”");
    expect(all('[role="menuitem"]').map((item) => item.textContent)).toEqual(["It speaks for …", "Undo"]);
    await click(one('.rhml-menu [data-action="undo-lesson"]'));
    expect(model.of("undo_lesson")).toHaveLength(2);
    expect(document.activeElement).toBe(rowOf("please"));
  });

  it("brings the effect of a lesson into sight where it was taught, and nowhere else", async () => {
    const seen: string[] = [];
    Element.prototype.scrollIntoView = function (this: Element) {
      seen.push(this.className);
    };
    try {
      model.put({ props: props({ effect: effect({ lesson: 3 }) }) });
      await settled();
      expect(seen).toEqual([]);
      await click(rowOf("please"));
      await click(one('[data-action="teach-irrelevant"]'));
      model.put({ props: props({ effect: effect({ pending: true, version: null, flips: 0 }) }) });
      await settled();
      model.put({ props: props({ effect: effect() }) });
      await settled();
      expect(seen).toEqual(["rhml-effect-card"]);
    } finally {
      delete (Element.prototype as Partial<Element>).scrollIntoView;
    }
  });

  it("keeps what was not saved for a retry with the same event_id", async () => {
    await click(rowOf("please"));
    await click(one('[data-action="teach-irrelevant"]'));
    model.refuse(model.of("teach")[0], "the journal is read-only");
    await settled();
    expect(shown.root.textContent).toContain("NOT SAVED: the journal is read-only");
    const retry = all("button").find((button) => button.textContent === "Retry");
    await click(retry as HTMLElement);
    const ids = model.of("teach").map((request) => (request.args as { event_id: string }).event_id);
    expect(ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
  });

  it("offers no yes to a word that only speaks against", async () => {
    model.put({ props: props({ reasons: reasons({ against: null }) }) });
    await settled();
    await click(rowOf("please"));
    expect(all('[role="menuitem"]').map((item) => item.textContent)).toEqual(["Irrelevant", "It speaks for …"]);
  });

  it("says what stands, and does not offer it again", async () => {
    const backed = [row("escrow", 2.6, { stance: "supports", stance_label: 0, stance_lesson: 6 }), row("logs", 0.0001)];
    model.put({ props: props({ reasons: reasons({ rows: backed }) }) });
    await settled();
    await click(rowOf("escrow"));
    expect(words(".rhml-menu-says")).toBe("You say “escrow” speaks for “trade”");
    expect(all('[role="menuitem"]').map((item) => item.textContent)).toEqual(["Irrelevant", "It speaks for …", "Undo"]);
    await click(rowOf("logs"));
    expect(words(".rhml-menu-says")).toBe("I hardly listen to “logs”");
    expect(all('[role="menuitem"]').map((item) => item.textContent)).toEqual(["Irrelevant", "It speaks for …"]);
  });

  it("works by keys alone, and Esc gives the focus back", async () => {
    rowOf("escrow").focus();
    for (const key of ["ArrowDown", "ArrowDown", "End", "ArrowUp"]) await keyed(key);
    expect(document.activeElement).toBe(rowOf("need"));
    expect(all('.rhml-reason-row[tabindex="0"]')).toEqual([rowOf("need")]);
    await keyed("Enter");
    expect(document.activeElement?.textContent).toBe("Yes, it does");
    await keyed("Escape");
    expect(all(".rhml-menu")).toEqual([]);
    expect(document.activeElement).toBe(rowOf("need"));
    await keyed("Enter");
    await keyed("ArrowRight");
    await keyed("ArrowRight");
    await keyed("Enter");
    expect(document.activeElement?.textContent).toBe("trade");
    await keyed("ArrowRight");
    await keyed("ArrowRight");
    await keyed("Enter");
    expect(model.of("teach")[0]?.args).toMatchObject({ term: "need", stance: "supports", label: 2 });
    expect(document.activeElement).toBe(rowOf("need"));
  });

  it("keeps the focus in an open menu, round and round", async () => {
    await click(rowOf("escrow"));
    const here = () => document.activeElement?.textContent;
    expect(here()).toBe("Yes, it does");
    for (const [key, shiftKey, to] of [
      ["Tab", false, "No, irrelevant"],
      ["Tab", false, "No, it speaks for …"],
      ["Tab", false, "Yes, it does"],
      ["Tab", true, "No, it speaks for …"],
      ["ArrowDown", false, "Yes, it does"],
    ] as const) {
      expect((await keyed(key, { shiftKey })).defaultPrevented).toBe(true);
      expect(here()).toBe(to);
    }
    expect(all(".rhml-menu [data-label]")).toEqual([]);
    await keyed("Escape");
    expect((await keyed("Tab")).defaultPrevented).toBe(false);
  });

  it("never teaches by a held key", async () => {
    rowOf("escrow").focus();
    await keyed("Enter");
    for (let i = 0; i < 5; i++) await keyed("Enter", { repeat: true });
    expect(model.sent).toEqual([]);
  });

  it("lets no key out, and none of the view's act while a menu is open", async () => {
    const heard: string[] = [];
    const listen = (event: KeyboardEvent) => heard.push(event.key);
    document.addEventListener("keydown", listen);
    rowOf("escrow").focus();
    for (const key of ["j", "1", "Enter", "d", "d", "1", "Escape", "x", "ArrowDown"]) await keyed(key);
    document.removeEventListener("keydown", listen);
    expect(heard).toEqual([]);
    expect(model.sent).toEqual([]);
  });

  it("closes when another place is pressed, and toggles on its own reason", async () => {
    await click(rowOf("escrow"));
    await click(rowOf("logs"));
    expect(all(".rhml-menu")).toHaveLength(1);
    expect(rowOf("logs").getAttribute("aria-expanded")).toBe("true");
    await click(rowOf("logs"));
    expect(all(".rhml-menu")).toEqual([]);
  });

  it("opens at the reason of a clicked word", async () => {
    await click(all(".rhml-mark")[3] as HTMLElement);
    expect(rowOf("please").getAttribute("aria-expanded")).toBe("true");
  });

  it("finds a class by typing beyond ten", async () => {
    const many = Array.from({ length: 14 }, (_, i) => `class ${String.fromCharCode(97 + i)}`);
    model.put({ props: props({ classes: [...many, "card lost"] }) });
    await settled();
    await click(rowOf("logs"));
    await click(one('[data-action="teach-other"]'));
    const field = one<HTMLInputElement>(".rhml-menu input");
    expect(document.activeElement).toBe(field);
    await keyed("Enter");
    expect(model.sent).toEqual([]);
    field.value = "lost";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    expect(all('[role="menuitem"]').map((item) => item.textContent)).toEqual(["card lost"]);
    await keyed("Enter");
    expect(model.of("teach")[0]?.args).toMatchObject({ term: "logs", stance: "supports", label: 14 });
  });
});

describe("effect", () => {
  it("keeps its place while refitting, then says its size", async () => {
    await draw(props({ effect: effect({ pending: true, version: null, flips: 0 }) }));
    expect(words(".rhml-effect-pending > p")).toBe("You struck “please”. I learn it: refitting…");
    expect(all("button[data-action]").map((b) => b.dataset["action"])).toEqual(["undo-lesson"]);
    model.put({ props: props({ effect: effect() }) });
    await settled();
    expect(words(".rhml-effect-words")).toBe(
      "You struck “please”. I refitted as v15: 31 of my 2,497 predictions changed. " +
        "For better or worse? Answer five of them blind, and I tell you.",
    );
    expect(all(".rhml-effect-card button").map((b) => b.textContent)).toEqual(["Judge 5 blind", "Show me the 31", "Undo"]);
    expect(one(".rhml-btn-main").textContent).toBe("Judge 5 blind");
  });

  it("asks for looks, for the list, for the way back", async () => {
    await draw(props({ effect: effect() }));
    await click(one('[data-action="judge-flips"]'));
    model.reply(model.sent[0], { asked: 5 });
    await settled();
    await click(one('[data-action="show-flips"]'));
    model.reply(model.sent[1]);
    const flip = { item_id: "f1", text: "one", before: 1, after: 0, judged: null };
    model.put({ props: props({ effect: effect({ shown: [flip] }) }) });
    await settled();
    expect(document.activeElement).toBe(one(".rhml-flips"));
    await click(one('[data-action="undo-lesson"]'));
    expect(model.sent.map(({ action, args }) => [action, args])).toEqual([
      ["judge_flips", { lesson: 7, n: 5, event_id: expect.any(String) }],
      ["show_flips", { lesson: 7 }],
      ["undo_lesson", { lesson: 7, event_id: expect.any(String) }],
    ]);
  });

  const flip = { item_id: "f1", text: "one", before: 1, after: 0, judged: null };

  it.each<[Partial<EffectProps>, string, string[]]>([
    [{ blind_left: 3 }, "Answer three of them blind", ["Judge 3 blind", "Show me the 31", "Undo"]],
    [{ flips: 1, blind_left: 1 }, "Answer one of them blind", ["Judge 1 blind", "Show me which", "Undo"]],
    [{ flips: 0, blind_left: 0 }, "none of my 2,497 predictions changed. I keep the lesson", ["Undo"]],
    [{ looks: looks(5, 0, "0 of 5 judged") }, "0 of 5 judged: they come next in the queue", ["Show me the 31", "Undo"]],
    [{ looks: looks(5, 3, "3 of 5 judged", { better: 3 }) }, "3 of 5 judged", ["Show me the 31", "Undo"]],
    [
      { looks: looks(5, 5, "4 of 5 better, 1 worse: too few to be sure", { better: 4, worse: 1 }) },
      "4 of 5 better, 1 worse: too few to be sure.",
      ["Judge 5 more blind", "Show me the 31", "Undo"],
    ],
    [{ shown: [flip], blind_left: 5 }, "I keep five unseen", ["Judge 5 blind", "Undo"]],
    [{ shown: [flip], flips: 1, blind_left: 0 }, "your judgment of it is not blind from here", ["Undo"]],
    [
      { shown: [flip], flips: 6, blind_left: 0, looks: looks(5, 5, "5 of 5 better: too few to be sure") },
      "5 of 5 better",
      ["Show me the other 5", "Undo"],
    ],
    [{ since: "Meanwhile 12 more answers moved my reasons, too." }, "Meanwhile 12 more answers", ["Judge 5 blind", "Show me the 31", "Undo"]],
    [{ undone: true, version: 16 }, "Taken back. I refitted as v16 without it", []],
    [{ undone: true, pending: true }, "I take it back: refitting…", []],
  ])("%o", async (more, said, buttons) => {
    await draw(props({ effect: effect(more) }));
    expect(words(".rhml-effect-card")).toContain(said);
    expect(all(".rhml-effect-card button").map((b) => b.textContent)).toEqual(buttons);
  });

  it("tells nothing of the looks before all are judged", async () => {
    await draw(props({ effect: effect({ looks: looks(5, 3, "3 of 5 judged", { better: 2, worse: 1 }) }) }));
    expect(all(".rhml-looks-marks i").map((mark) => mark.className)).toEqual([
      "is-judged", "is-judged", "is-judged", "is-waiting", "is-waiting",
    ]);
    const told = looks(5, 5, "3 of 5 better, 2 worse: too few to be sure", { better: 3, worse: 2 });
    model.put({ props: props({ effect: effect({ looks: told }) }) });
    await settled();
    expect(all(".rhml-looks-marks i").map((mark) => mark.className)).toEqual([
      "is-better", "is-better", "is-better", "is-worse", "is-worse",
    ]);
  });

  it("asks for looks once a press, and again only for a retry", async () => {
    await draw(props({ effect: effect() }));
    const judge = one('[data-action="judge-flips"]');
    await click(judge);
    await click(judge);
    expect(judge.getAttribute("aria-disabled")).toBe("true");
    expect(model.of("judge_flips")).toHaveLength(1);
    model.refuse(model.of("judge_flips")[0], "the disk is full");
    await settled();
    await click(all("button").find((button) => button.textContent === "Retry") as HTMLElement);
    const ids = model.of("judge_flips").map(({ args }) => (args as { event_id: string }).event_id);
    expect(ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
  });

  it("makes the way back the main one where most looks were worse", async () => {
    const told = looks(5, 5, "1 of 5 better, 4 worse: too few to be sure", { better: 1, worse: 4 });
    await draw(props({ effect: effect({ looks: told }) }));
    expect(one(".rhml-btn-main").textContent).toBe("Undo");
  });

  it("lists what changed, with the person's own answers", async () => {
    const flips = [
      { item_id: "f1", text: "one", before: 1, after: 0, judged: null },
      { item_id: "f2", text: "two", before: 1, after: 0, judged: 0 },
      { item_id: "f3", text: "three", before: 2, after: 0, judged: 2 },
    ];
    await draw(props({ effect: effect({ shown: flips, blind_left: 0 }) }));
    expect(all(".rhml-flip-change").map((line) => line.textContent)).toEqual([
      "how-to→trade", "how-to→tradeyou said so, too", "chatter→tradeyou said chatter",
    ]);
    expect(words(".rhml-flips-head p")).toBe("2 from how-to to trade, 1 from chatter to trade");
    expect(shown.root.textContent).toContain("3 of 31 are listed.");
    expect(one(".rhml-flips").tabIndex).toBe(0);
  });
});

describe("frozen and read-only", () => {
  it.each([
    ["a report", {}, { frozen: true }],
    ["a read-only session", { may_teach: false }, {}],
  ])("%s offers nothing", async (_name, more, traits) => {
    const struck = [row("please", 0, { stance: "irrelevant", stance_lesson: 7 })];
    await draw(props({ ...more, reasons: reasons({ rows: struck }), effect: effect() }), traits);
    expect(all("button")).toEqual([]);
    expect(words(".rhml-stance")).toBe("struck");
    rowOf("please").focus();
    for (const key of ["Enter", " ", "ArrowDown", "1", "u"]) await keyed(key);
    expect(all(".rhml-menu")).toEqual([]);
    expect(model.sent).toEqual([]);
  });

  it("says that it is a report", async () => {
    await draw(props({ status: "✓ saved" }), { frozen: true });
    expect(words('[role="status"]')).toBe("read-only report");
  });
});

describe("little to show", () => {
  it("has words for nothing, and for what failed", async () => {
    const problem = { kind: "model" as const, title: "The refit failed.", text: "ValueError", hint: "It tries again." };
    await draw(props({ empty: "Nothing to explain yet.", item: null, reasons: null, problem }));
    expect(words(".rhml-empty")).toBe("Nothing to explain yet.");
    expect(words(".rhml-problem")).toBe("The refit failed.ValueErrorIt tries again.");
  });

  it("flips alone: the effect at large, or how to get one", async () => {
    await draw(props({ effect: effect() }), {}, flipsView);
    expect(words(".rhml-effect-size")).toBe("31 of 2,497 predictions changed");
    expect(words(".rhml-effect-words")).toContain("You struck “please”. I refitted as v15. For better or worse?");
    expect(all(".rhml-reasons")).toEqual([]);
    model.put({ props: props({ effect: null }) });
    await settled();
    expect(words(".rhml-empty")).toContain("No lesson yet.");
  });
});
