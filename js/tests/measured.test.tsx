import { afterEach, describe, expect, it } from "vitest";
import type { AuditProps, Offer, ResultProps, WorkbenchProps } from "../src/shared/types";
import { cheapest } from "../src/shared/result";
import workbench from "../src/workbench";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someItem, someQueue } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

function someAudit(more: Partial<AuditProps> = {}): AuditProps {
  return {
    version: 14, n_free: 2457, why_not: "", guess: 0.1, had: 0, running: null, found: null, newer: "",
    choices: [{ n: 50, margin: 0.12 }, { n: 100, margin: 0.08 }, { n: 200, margin: 0.06 }],
    ...more,
  };
}

const FOUND: NonNullable<AuditProps["found"]> = {
  version: 14, n_items: 2457, n: 200, wrong: 9, low: 0.017, high: 0.09,
  words: "Version 14 was audited on items drawn at random: it agrees with you on 96 % [.91, .98] of 200 checks.",
};

function someOffer(more: Partial<Offer> = {}): Offer {
  return {
    threshold: 0.731, n_items: 1730, n_rows: 1800, checked: 140, wrong: 7, value: 0.05, low: 0.02, high: 0.094,
    expected: 97.5, left: 727, time: "about 50 minutes at your pace", call: "session.result(0.731)", best: false, ...more,
  };
}

function someResult(more: Partial<ResultProps> = {}): ResultProps {
  return {
    version: 14, n_items: 2457, best: 1, not_yet: "", newer: "", drift: "", old: null, n_classes: 3,
    offers: [
      someOffer({ threshold: 0.9, n_items: 250, n_rows: 250, checked: 20, wrong: 0, value: null, low: 0, high: 0.3, expected: null, left: 2207, call: "session.result(0.9)" }),
      someOffer({ best: true, call: "session.result()" }),
      someOffer({ threshold: 0.2, n_items: 2457, checked: 200, wrong: 30, value: 0.15, low: 0.1, high: 0.2, expected: 377, left: 0, time: "", call: "session.result(0.2)" }),
    ],
    shares: [{ label: 1, value: 0.61, low: 0.5, high: 0.7 }, { label: 0, value: 0.004, low: 0.001, high: 0.02 }],
    advice: "My answers have settled.", ...more,
  };
}

function bench(more: Partial<WorkbenchProps> = {}): WorkbenchProps {
  const queue = someQueue();
  return {
    seq: 10,
    header: { journal: "triage.rhml", person: "quiet-heron", model: queue.model, labeled: "3 of 100 labeled" },
    queue,
    explanation: {
      seq: 10, classes: [], empty: "Nothing yet.", item: null, heading: "Why", reasons: null, neighbors: [],
      effect: null, may_teach: true, problem: null,
    },
    lessons: [], standing: [], audit: someAudit(), result: someResult(), ...more,
  };
}

async function draw(props: WorkbenchProps, traits: Record<string, unknown> = {}) {
  const model = fakeModel({ props, curves: {}, vega: null, ...traits });
  const one = await mount(workbench.render, model);
  mounted.push(one);
  const { root } = one;
  const open = async (id: string) => {
    root.querySelector<HTMLElement>(`[data-tab=${id}]`)?.click();
    await settled();
  };
  const panel = () => root.querySelector<HTMLElement>(".rhml-panel:not([hidden])") as HTMLElement;
  const act = (name: string) => root.querySelector<HTMLElement>(`[data-action=${name}]`);
  return { model, root, open, panel, act };
}

describe("the audit tab", () => {
  it("says what it is, what each number will tell, and begins with the one chosen", async () => {
    const { model, root, open, panel, act } = await draw(bench());
    await open("audit");
    expect(panel().textContent).toContain("shows nothing of what I say");
    expect(panel().textContent).toContain("200 checks: about ± 6 %");
    expect(panel().textContent).toContain("How many checks of version 14?");
    expect(panel().querySelector<HTMLInputElement>("input:checked")?.value).toBe("100");
    panel().querySelector<HTMLInputElement>("input[value='200']")?.click();
    await settled();
    act("audit-begin")?.click();
    await settled();
    expect(model.of("audit")[0]?.args).toMatchObject({ n: 200 });
    expect(String((model.of("audit")[0]?.args as { event_id: string }).event_id)).not.toBe("");
    model.reply(model.of("audit")[0], { asked: 200 });
    await settled();
    expect(panel().querySelector("[data-item-id]")).not.toBeNull();
    expect(document.activeElement).toBe(root);
    press(root, "1");
    await settled();
    expect(model.of("label")).toHaveLength(1);
  });

  it("answers nothing while its own page is on show", async () => {
    const { model, root, open } = await draw(bench());
    await open("audit");
    for (const key of ["1", "s", "u", "Enter"]) press(root, key);
    await settled();
    expect(model.sent.filter(({ action }) => action !== "shown")).toEqual([]);
  });

  it("counts no item as shown, and no time, that passes while another tab is open", async () => {
    const { model, root, open } = await draw(bench());
    expect(model.of("shown").map(({ args }) => args)).toEqual([{ item_id: "item-1" }]);
    await open("audit");
    model.put({ props: bench({ seq: 11, queue: someQueue({ items: [someItem(7)] }) }) });
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(model.of("shown")).toHaveLength(1);
    await open("label");
    expect(model.of("shown")[1]?.args).toEqual({ item_id: "item-7" });
    press(root, "1");
    await settled();
    const { ms } = model.of("label")[0]?.args as { ms: number };
    expect(ms).toBeLessThan(550);
  });

  it("keeps the event of a beginning that failed", async () => {
    const { model, open, panel, act } = await draw(bench());
    await open("audit");
    act("audit-begin")?.click();
    await settled();
    model.refuse(model.of("audit")[0], "no model");
    await settled();
    expect(panel().textContent).toContain("no model");
    panel().querySelector<HTMLElement>(".rhml-notice-failure .rhml-btn-main")?.click();
    await settled();
    const [one, two] = model.of("audit").map(({ args }) => (args as { event_id: string }).event_id);
    expect(two).toBe(one);
  });

  it("adds to the audit that it would go on with", async () => {
    const { open, panel, act } = await draw(bench({ audit: someAudit({ found: FOUND, had: 200 }) }));
    await open("audit");
    expect(panel().textContent).toContain("How many more checks of version 14?");
    expect(panel().textContent).toContain("with the 200 you answered");
    expect(act("audit-begin")?.textContent).toBe("Add 100 checks");
  });

  it("shows how far it is, and goes to the next check", async () => {
    const running = { version: 14, answered: 37, drawn: 200 };
    const { open, panel, act } = await draw(bench({ audit: someAudit({ running }) }));
    await open("audit");
    expect(panel().textContent).toContain("37 of 200 checks of version 14 answered");
    expect(panel().querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("37");
    expect(act("audit-begin")).toBeNull();
    act("audit-answer")?.click();
    await settled();
    expect(panel().querySelector("[data-item-id]")).not.toBeNull();
  });

  it("tells counts, interval and version, and that a newer one was not audited", async () => {
    const newer = "Version 15 answers now; how often it is wrong was not audited.";
    const { open, panel } = await draw(bench({ audit: someAudit({ found: FOUND, newer }) }));
    await open("audit");
    for (const words of ["191", "2 to 9 %", "of 2,457 items", "Version 14 was audited", newer]) {
      expect(panel().textContent).toContain(words);
    }
  });

  it("says why none can be begun", async () => {
    const why_not = "No model to audit yet: label items of two classes first.";
    const { open, panel, act } = await draw(bench({ audit: someAudit({ version: null, why_not, choices: [] }) }));
    await open("audit");
    expect(panel().textContent).toContain(why_not);
    expect(act("audit-begin")).toBeNull();
  });
});

describe("the result tab", () => {
  it("begins at what the session would accept, and moves over what it offers", async () => {
    const { open, panel } = await draw(bench());
    await open("result");
    const offer = () => panel().querySelector(".rhml-offer")?.textContent;
    expect(offer()).toBe("1,730 could be accepted at an estimated 5 % wrong [2, 9]. 727 are left, about 50 minutes at your pace.");
    expect(panel().querySelector("code")?.textContent).toBe("session.result()");
    const slider = panel().querySelector<HTMLInputElement>("input[type=range]") as HTMLInputElement;
    expect([slider.min, slider.max, slider.value]).toEqual(["0", "2", "1"]);
    expect(slider.getAttribute("aria-valuetext")).toBe("a score of .73: 1,730 items");
    slider.value = "0";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    expect(offer()).toContain("with 0 of 20 checks wrong, too few for an estimate [0, 30] %");
    expect(panel().querySelector("code")?.textContent).toBe("session.result(0.9)");
  });

  it("takes what a mistake and a look cost, and says which score costs least", async () => {
    const { model, open, panel } = await draw(bench());
    await open("result");
    const type = async (name: string, value: string) => {
      const field = panel().querySelector<HTMLInputElement>(`[data-cost=${name}]`) as HTMLInputElement;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await settled();
      return field;
    };
    const said = () => panel().querySelector(".rhml-costs [role=status]")?.textContent;
    const at = () => panel().querySelector<HTMLInputElement>("input[type=range]")?.value;
    await type("wrong", "20");
    expect(said()).toBe("");
    await type("look", "10");
    expect(said()).toBe("Accept above .20: 2,457 items, 15 % wrong [10, 20]; 0 left. That costs least.");
    expect(at()).toBe("2");
    await type("look", "1,5");
    expect(said()).toBe(
      "Accept above .73: 1,730 items, 5 % wrong [2, 9]; 727 left, about 50 minutes at your pace. That costs least.",
    );
    expect(at()).toBe("1");
    await type("wrong", "1000");
    expect(said()).toContain("Accept none: at these costs it is cheapest to look at every item yourself.");
    expect((await type("wrong", "-3")).getAttribute("aria-invalid")).toBe("true");
    expect(said()).toBe("");
    expect(model.sent.filter(({ action }) => action !== "shown")).toEqual([]);
  });

  it("goes by what is estimated wrong, where the checks are enough", () => {
    const { offers } = someResult();
    expect(cheapest(offers, 2457, { wrong: 0, look: 1 })).toBe(2);
    expect(cheapest(offers, 2457, { wrong: 10, look: 1 })).toBe(1);
    expect(cheapest(offers, 2457, { wrong: 1, look: 0 })).toBeNull();
  });

  it("tells the shares with their intervals, and advice", async () => {
    const { open, panel } = await draw(bench({ result: someResult({ n_classes: 5 }) }));
    await open("result");
    expect([...panel().querySelectorAll("tbody tr")].map((row) => row.textContent)).toEqual([
      "how-to61 %[50, 70] %", "trade0.4 %[0.1, 2] %",
    ]);
    for (const words of ["and 3 smaller classes", "My answers have settled."]) expect(panel().textContent).toContain(words);
  });

  it("says what is missing until there is something to take along", async () => {
    const not_yet = "not yet: how many of my labels are wrong only an audit tells.";
    const none = someResult({ version: null, offers: [], best: null, not_yet, shares: [] });
    const { open, panel } = await draw(bench({ result: none }));
    await open("result");
    expect(panel().textContent).toContain(not_yet);
    expect(panel().querySelector("input, table")).toBeNull();
  });
});

describe("if you stopped now", () => {
  it("says what could be accepted, what is wrong of it and what is left", async () => {
    const { root } = await draw(bench());
    expect(root.querySelector(".rhml-stop-now")?.textContent).toBe(
      "If you stopped now1,730 could be accepted at an estimated 5 % wrong [2, 9]. 727 are left, about 50 minutes at your pace.",
    );
  });

  it("asks at most twenty old labels at once", async () => {
    const { model, act } = await draw(bench({ result: someResult({ old: { doubtful: 77, of: 500 } }) }));
    expect(act("recheck")?.textContent).toBe("Look at 20 of them");
    act("recheck")?.click();
    await settled();
    expect(model.of("recheck")[0]?.args).toMatchObject({ n: 20 });
  });

  it("says that items that came later differ", async () => {
    const drift = "The 60 new items differ from the old ones.";
    const { root } = await draw(bench({ result: someResult({ drift }) }));
    expect(root.querySelector(".rhml-stop-now")?.textContent).toContain(drift);
  });

  it("leads to the audit where there is none", async () => {
    const none = someResult({ version: null, offers: [], best: null, not_yet: "not yet: audit.", shares: [] });
    const { root, panel, act } = await draw(bench({ result: none }));
    expect(root.querySelector(".rhml-stop-now")?.textContent).toContain("not yet: audit.");
    act("to-audit")?.click();
    await settled();
    expect(panel().textContent).toContain("How often am I wrong?");
  });

  it("brings doubtful old labels back, and goes to where they are asked", async () => {
    const { model, open, panel, root, act } = await draw(bench({ result: someResult({ old: { doubtful: 12, of: 500 } }) }));
    await open("result");
    expect(root.querySelector(".rhml-notice-twice")?.textContent).toContain("12 of your 500 old labels look doubtful.");
    act("recheck")?.click();
    await settled();
    expect(model.of("recheck")[0]?.args).toMatchObject({ n: 12 });
    model.reply(model.of("recheck")[0], { asked: 12 });
    await settled();
    expect(panel().querySelector("[data-item-id]")).not.toBeNull();
  });
});

describe("in a report", () => {
  it("both tabs can be read and nothing can be begun", async () => {
    const audit = someAudit({ found: FOUND, running: { version: 14, answered: 37, drawn: 200 } });
    const { model, root, open, panel } = await draw(bench({ audit, result: someResult({ old: { doubtful: 1, of: 5 } }) }), { frozen: true });
    await open("audit");
    expect(panel().textContent).toContain("Version 14 was audited");
    await open("result");
    expect(panel().textContent).toContain("1,730 could be accepted");
    expect(root.querySelector("[data-action^=audit], [data-action=recheck], [data-action=to-audit]")).toBeNull();
    expect(model.sent).toEqual([]);
  });
});
