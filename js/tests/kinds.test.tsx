// Rows and images: the item as a table or a picture, its columns marked, its reasons in it.

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { Fields } from "../src/shared/fields";
import { ItemBox } from "../src/shared/item-box";
import { ReasonItem } from "../src/shared/marked";
import { Picture } from "../src/shared/picture";
import type { ContentProps, FieldProps, ItemProps, ReasonRow, Span } from "../src/shared/types";

const URI = "data:image/png;base64,iVBORw0KGgo=";
const field = (name: string, value: string, more: Partial<FieldProps> = {}): FieldProps => ({
  name, value, number: false, unseen: false, markable: true, ...more,
});
const FIELDS = [
  field("age", "31", { number: true }),
  field("country", "missing"),
  field("note", "<img src=x onerror=alert(1)>"),
  field("case", "17", { unseen: true, markable: false }),
];
const item = (content: Partial<ContentProps>): ItemProps => ({
  item_id: "i1", text: "age 31", truncated: false, purpose: "teach", why: "why", rows: 1, seen: 1,
  draft: null, ...content,
});

let page: HTMLElement;
function draw(vnode: preact.VNode) {
  page = document.body.appendChild(document.createElement("div"));
  page.className = "rhml-root";
  page.tabIndex = 0;
  void act(() => render(vnode, page));
  page.focus();
  return page;
}
afterEach(() => {
  render(null, page);
  page.remove();
});

function box(content: Partial<ContentProps>, marked: Span[] = [], onMark = vi.fn()) {
  const one = item(content);
  draw(
    <ItemBox
      item={one} stop={null} items={[one]} marked={marked} enter={0} off={false} waiting=""
      whole={{ text: one.text, opened: false, more: false, open: () => {} }} onMark={onMark}
    />,
  );
  return onMark;
}
const press = (key: string) =>
  act(() => {
    (document.activeElement as HTMLElement).dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  });
const options = () => [...page.querySelectorAll<HTMLElement>("[role=option]")];

test("a row is a line a column; what the model does not see stands apart and takes no mark", () => {
  box({ kind: "row", fields: FIELDS });
  expect(options().map((one) => one.dataset.field)).toEqual(["age", "country", "note"]);
  const unseen = page.querySelector(".rhml-unseen")!;
  expect(unseen.textContent).toContain("the model does not");
  expect(unseen.querySelector("[data-field=case]")!.textContent).toContain("17");
  expect(unseen.querySelector("[role=option]")).toBeNull();
  expect(page.querySelector("img")).toBeNull();
  expect(options()[2]!.textContent).toContain("<img");
});

test("only a text says that it is empty", () => {
  box({ text: " ", fields: [FIELDS[3]!] });
  expect(page.textContent).toContain("(empty)");
  expect(page.querySelector("[data-field=case]")).not.toBeNull();
  for (const other of [{ kind: "row", fields: FIELDS }, { kind: "image", image: URI }] as const) {
    render(null, page);
    page.remove();
    box({ text: "", ...other, fields: FIELDS });
    expect(page.textContent).not.toContain("(empty)");
  }
});

test("a column is marked by a click, and again to take the mark back", () => {
  const mark = box({ kind: "row", fields: FIELDS }, [[0, 1]]);
  expect(options().map((one) => one.getAttribute("aria-selected"))).toEqual(["true", "false", "false"]);
  void act(() => options()[1]!.click());
  expect(mark).toHaveBeenLastCalledWith([[0, 1], [1, 2]]);
  void act(() => options()[0]!.click());
  expect(mark).toHaveBeenLastCalledWith([]);
});

test("a column is marked by keys", () => {
  const mark = box({ kind: "row", fields: FIELDS });
  options()[0]!.focus();
  void press("ArrowDown");
  expect((document.activeElement as HTMLElement).dataset.field).toBe("country");
  void press(" ");
  expect(mark).toHaveBeenLastCalledWith([[1, 2]]);
  void press("End");
  expect((document.activeElement as HTMLElement).dataset.field).toBe("note");
  void press("ArrowDown");
  expect((document.activeElement as HTMLElement).dataset.field).toBe("note");
});

test("nothing is marked where it is only read", () => {
  draw(<Fields fields={FIELDS} label="The item" />);
  expect(options()).toEqual([]);
  expect(page.querySelectorAll("[role=listitem]")).toHaveLength(4);
});

test("an image is a data URI and nothing else; without one a tile says why", () => {
  box({ kind: "image", image: URI, text: "image 3, 8 by 8", fields: [FIELDS[3]!] });
  const image = page.querySelector("img")!;
  expect([image.getAttribute("src"), image.alt]).toEqual([URI, "image 3, 8 by 8"]);
  expect(page.querySelector("[data-field=case]")).not.toBeNull();
  for (const src of ["", "https://example.org/a.png", "javascript:alert(1)", "data:text/html,x"]) {
    render(null, page);
    page.remove();
    draw(<Picture src={src} words="a.png: there is no such file" />);
    expect(page.querySelector("img")).toBeNull();
    expect(page.textContent).toBe("a.png: there is no such file");
  }
});

const reason = (term: string, value: number, more: Partial<ReasonRow> = {}): ReasonRow => ({
  term, value, before: null, stance: null, stance_label: null, spans: [], ...more,
});
function reasons(content: ContentProps, rows: ReasonRow[], lit: string[] = []) {
  const [point, choose] = [vi.fn(), vi.fn()];
  draw(<ReasonItem item={content} rows={rows} lit={new Set(lit)} onPoint={point} onChoose={choose} />);
  return { point, choose };
}

test("reasons stand at their columns: pointed at, chosen, struck", () => {
  const rows = [
    reason("age", 1), reason("country", -1), reason("note", 0, { stance: "irrelevant" }), reason("case", 2),
  ];
  const { point, choose } = reasons({ kind: "row", text: "", fields: FIELDS }, rows, ["country"]);
  const line = (name: string) => page.querySelector<HTMLElement>(`[data-field=${name}]`)!;
  expect(line("age").className).toContain("rhml-field-model");
  expect(line("country").className).toContain("rhml-field-against");
  expect(line("country").className).toContain("is-lit");
  expect(line("note").className).toContain("rhml-field-struck");
  // A column of that name the model does not see is no reason of its own.
  expect(line("case").className).toBe("rhml-field");
  void act(() => line("age").click());
  expect(choose).toHaveBeenCalledWith("age");
  void act(() => {
    line("country").dispatchEvent(new MouseEvent("mouseenter", { bubbles: false }));
  });
  expect(point).toHaveBeenLastCalledWith(["country"]);
});

test("reasons stand in an image, bolder where they say more", () => {
  const rows = [
    reason("rows 1 to 2", 2, { boxes: [[0, 0, 0.25, 0.5]] }),
    reason("rows 3 to 4", -1, { boxes: [[0.25, 0, 0.5, 0.5]] }),
  ];
  reasons({ kind: "image", text: "image 1", image: URI }, rows, ["rows 3 to 4"]);
  const [first, second] = [...page.querySelectorAll<HTMLElement>(".rhml-picture-part")];
  expect([first!.style.top, first!.style.height, first!.style.width]).toEqual(["0%", "25%", "50%"]);
  expect(first!.className).toContain("rhml-picture-for");
  expect(second!.className).toContain("rhml-picture-against");
  expect(second!.className).toContain("is-lit");
});

test("a long text folds around its reasons, and opens", () => {
  const text = `${"a".repeat(1000)} escrow ${"\u{1F600}".repeat(1000)}`;
  reasons({ text }, [reason("escrow", 1, { spans: [[1001, 1007]] })]);
  const words = () => page.querySelector(".rhml-reason-text")!.textContent ?? "";
  expect(words()).toContain("escrow");
  expect(words().length).toBeLessThan(1500);
  const folds = [...page.querySelectorAll<HTMLElement>("[data-action=unfold]")];
  expect(folds.map((one) => one.textContent)).toEqual([
    "… 681 more characters …",
    "… 681 more characters …",
  ]);
  for (const fold of folds) void act(() => fold.click());
  expect(words()).toBe(text);
});
