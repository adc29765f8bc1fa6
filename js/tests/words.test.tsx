import { render } from "preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, it } from "vitest";
import { mergeSpans, slice, tokens } from "../src/shared/text";
import type { Span } from "../src/shared/types";
import { MarkedText, Words } from "../src/shared/words";
import { settled } from "./fake-model";

const TEXTS: Record<string, [text: string, words: string[]]> = {
  plain: ["need bank drops, now!", ["need", "bank", "drops", "now"]],
  apostrophe: ["don't stop", ["don't", "stop"]],
  "emoji with joiners": ["👩‍👩‍👧‍👦 family 👍🏽 ok", ["👩‍👩‍👧‍👦", "family", "👍🏽", "ok"]],
  flags: ["from 🇵🇸 to 🇮🇱", ["from", "🇵🇸", "to", "🇮🇱"]],
  Arabic: ["هل ما زال أحد يبيع؟", ["هل", "ما", "زال", "أحد", "يبيع"]],
  Hebrew: ["שלום, עולם", ["שלום", "עולם"]],
  mixed: ["הכרטיס VISA 4512 הגיע", ["הכרטיס", "VISA", "4512", "הגיע"]],
  combining: ["cafe\u0301 noe\u0308l", ["cafe\u0301", "noe\u0308l"]],
  Devanagari: ["नमस्ते दुनिया", ["नमस्ते", "दुनिया"]],
  "line breaks": ["one\n\ntwo\tthree", ["one", "two", "three"]],
  "beyond the basic plane": ["𝒳 is 𠮷野家", ["𝒳", "is"]],
};

describe("words by code points", () => {
  it.each(Object.entries(TEXTS))("%s", (_name, [text, words]) => {
    const all = tokens(text);
    expect(all.map((token) => token.text).join("")).toBe(text);
    for (const { start, end, text: own } of all) {
      expect(slice(text, [start, end])).toBe(own);
    }
    const found = all.filter(({ word }) => word).map((token) => token.text);
    expect(found.slice(0, words.length)).toEqual(words);
  });

  it("cuts Chinese into words", () => {
    const found = tokens("我想取消转账").filter(({ word }) => word);
    expect(found.length).toBeGreaterThan(1);
    expect(found.map(({ text }) => text).join("")).toBe("我想取消转账");
  });

  it("merges spans that touch or overlap, and drops empty ones", () => {
    expect(mergeSpans([[5, 8], [0, 2], [2, 4], [7, 9], [3, 3]])).toEqual([[0, 4], [5, 9]]);
  });
});

let box: HTMLElement | null = null;
afterEach(() => {
  if (box) render(null, box);
  box?.remove();
  box = null;
});

async function draw(text: string, start: Span[] = [], rtl = false) {
  let now: Span[] = start;
  function Marking() {
    const [marked, setMarked] = useState<Span[]>(start);
    now = marked;
    return <Words text={text} marked={marked} onMark={setMarked} label="the item" enter={1} />;
  }
  box = document.createElement("div");
  document.body.append(box);
  if (rtl) box.setAttribute("style", "direction: rtl");
  render(<Marking />, box);
  await settled();
  const options = () => [...(box as HTMLElement).querySelectorAll<HTMLElement>("[role=option]")];
  return {
    options,
    marked: () => now.map((span) => slice(text, span)),
    spans: () => now,
    focused: () => document.activeElement?.textContent,
    key: async (key: string, init: KeyboardEventInit = {}) => {
      document.activeElement?.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }),
      );
      await settled();
    },
    drag: async (from: number, to: number) => {
      const at = options();
      const fire = (type: string, i: number) =>
        at[i]?.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, pointerId: 1 }));
      fire("pointerdown", from);
      if (to !== from) fire("pointermove", to);
      fire("pointerup", to);
      await settled();
    },
  };
}

describe("marking", () => {
  it("by click, and off again", async () => {
    const page = await draw("need bank drops now");
    await page.drag(1, 1);
    expect(page.marked()).toEqual(["bank"]);
    await page.drag(1, 1);
    expect(page.marked()).toEqual([]);
  });

  it("by drag, in either direction: neighbors are one stretch", async () => {
    const page = await draw("need bank drops now");
    await page.drag(2, 1);
    expect(page.marked()).toEqual(["bank drops"]);
    await page.drag(0, 0);
    expect(page.marked()).toEqual(["need bank drops"]);
  });

  it("by arrows and space", async () => {
    const page = await draw("need bank drops now");
    expect(page.focused()).toBe("need");
    await page.key("ArrowRight");
    await page.key(" ");
    await page.key("End");
    await page.key(" ");
    expect(page.marked()).toEqual(["bank", "now"]);
    await page.key("Home");
    expect(page.focused()).toBe("need");
    await page.key("ArrowLeft");
    expect(page.focused()).toBe("need");
  });

  it("by Shift and arrows: the stretch grows and shrinks", async () => {
    const page = await draw("need bank drops now");
    await page.key("ArrowRight", { shiftKey: true });
    await page.key("ArrowRight", { shiftKey: true });
    expect(page.marked()).toEqual(["need bank drops"]);
    await page.key("ArrowLeft", { shiftKey: true });
    expect(page.marked()).toEqual(["need bank"]);
  });

  it("mirrors the arrows where the text runs from the right", async () => {
    const page = await draw("שלום עולם טוב", [], true);
    await page.key("ArrowLeft");
    expect(page.focused()).toBe("עולם");
    await page.key("ArrowRight");
    expect(page.focused()).toBe("שלום");
  });

  it("gives code points, also behind emoji", async () => {
    const page = await draw("👩‍👩‍👧‍👦 buys 𠮷 cards");
    await page.drag(1, 1);
    expect(page.spans()).toEqual([[8, 12]]);
  });

  it("keeps one word in the order of Tab", async () => {
    const page = await draw("need bank drops now");
    await page.key("End");
    expect(page.options().map((one) => one.tabIndex)).toEqual([-1, -1, -1, 0]);
    expect(page.options().map((one) => one.getAttribute("aria-selected"))).toEqual(Array(4).fill("false"));
  });
});

describe("text that is only read", () => {
  it("shows whose marks they are, both where both", async () => {
    box = document.createElement("div");
    render(
      <MarkedText
        text="👍 need bank drops"
        marks={[
          { span: [2, 11], kind: "human" },
          { span: [7, 17], kind: "model", title: "bank drops +1.41" },
        ]}
      />,
      box,
    );
    await settled();
    const marks = [...box.querySelectorAll(".rhml-mark")].map((one) => [one.className.match(/rhml-mark-(human|model|both)/)?.[1], one.textContent]);
    expect(marks).toEqual([["human", "need "], ["both", "bank"], ["model", " drops"]]);
    expect(box.textContent).toBe("👍 need bank drops");
    expect(box.querySelector(".rhml-mark-model")?.getAttribute("title")).toBe("bank drops +1.41");
  });
});
