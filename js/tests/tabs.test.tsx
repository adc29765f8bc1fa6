import { useState } from "preact/hooks";
import { afterEach, describe, expect, it } from "vitest";
import { useKeys, view, type ViewProps } from "../src/shared/root";
import { TabList, TabPanels, useTabs, type Tab } from "../src/shared/tabs";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";

interface Some {
  seq: number;
  names: string[];
  off?: string;
}

let heard: string[] = [];
let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
  heard = [];
});

function Body({ name }: { name: string }) {
  const [count, setCount] = useState(0);
  useKeys(({ key }) => {
    if (key !== "x") return false;
    heard.push(name);
    setCount((before) => before + 1);
    return true;
  });
  return <p>{`${name} ${count}`}</p>;
}

function Tabbed({ props }: ViewProps<Some>) {
  const tabs = props.names.map(
    (name): Tab => ({ id: name.toLowerCase(), name, off: name === "B" ? props.off : null, body: <Body name={name} /> }),
  );
  const open = useTabs(tabs);
  return (
    <div>
      <TabList of={open} />
      <TabPanels of={open} />
    </div>
  );
}

async function draw(props: Some) {
  const model = fakeModel({ props });
  const one = await mount(view<Some>("tabbed", Tabbed, { label: "Tabbed" }), model);
  mounted.push(one);
  const tab = (id: string) => one.root.querySelector<HTMLElement>(`[data-tab="${id}"]`);
  const shown = () => one.root.querySelector(".rhml-panel:not([hidden])")?.textContent;
  return { model, root: one.root, tab, shown };
}

describe("tabs", () => {
  it("are tabs to who cannot see them", async () => {
    const { root, tab } = await draw({ seq: 1, names: ["A", "B", "C"] });
    expect(root.querySelector("[role=tablist]")?.getAttribute("aria-label")).toBe("What to do");
    expect(tab("a")?.getAttribute("aria-selected")).toBe("true");
    for (const id of ["a", "b", "c"]) {
      const panel = root.querySelector(`#${tab(id)?.getAttribute("aria-controls")}`);
      expect(panel?.getAttribute("role")).toBe("tabpanel");
      expect(panel?.getAttribute("aria-labelledby")).toBe(tab(id)?.id);
    }
    expect([...root.querySelectorAll("[role=tab]")].map((one) => (one as HTMLElement).tabIndex)).toEqual([0, -1, -1]);
  });

  it("go by arrows, Home and End, around the end, and take the focus along", async () => {
    const { root, tab, shown } = await draw({ seq: 1, names: ["A", "B", "C"] });
    tab("a")?.focus();
    for (const [key, at] of [["ArrowRight", "b"], ["End", "c"], ["ArrowRight", "a"], ["ArrowLeft", "c"], ["Home", "a"]] as const) {
      press(root, key);
      await settled();
      expect(document.activeElement).toBe(tab(at));
      expect(shown()).toBe(`${at.toUpperCase()} 0`);
    }
  });

  it("let only what is on show hear keys, and keep the rest as it was left", async () => {
    const { model, root, tab, shown } = await draw({ seq: 1, names: ["A", "B"] });
    press(root, "x");
    tab("b")?.click();
    await settled();
    press(root, "x");
    press(root, "x");
    await settled();
    expect(heard).toEqual(["A", "B", "B"]);
    model.put({ props: { seq: 2, names: ["A", "B"] } });
    await settled();
    expect(shown()).toBe("B 2");
    tab("a")?.click();
    await settled();
    expect(shown()).toBe("A 1");
  });

  it("say why where there is no job, and go back to the first when one goes", async () => {
    const { model, tab, shown } = await draw({ seq: 1, names: ["A", "B"], off: "No model yet." });
    expect(tab("b")?.title).toBe("No model yet.");
    tab("b")?.click();
    await settled();
    expect(shown()).toBe("No model yet.");
    model.put({ props: { seq: 2, names: ["A", "C"] } });
    await settled();
    expect(shown()).toBe("A 0");
  });

  it("are not there for one", async () => {
    const { root } = await draw({ seq: 1, names: ["A"] });
    expect(root.querySelector("[role=tablist], [role=tabpanel]")).toBeNull();
  });
});
