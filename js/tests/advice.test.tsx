import { afterEach, describe, expect, it } from "vitest";
import labelQueue from "../src/label-queue";
import type { QueueProps } from "../src/shared/types";
import { fakeModel, mount, press, settled, type Mounted } from "./fake-model";
import { someItem, someQueue, someStop } from "./fixtures";

let mounted: Mounted[] = [];
afterEach(() => {
  for (const one of mounted) one.end();
  mounted = [];
});

async function draw(props: QueueProps) {
  const model = fakeModel({ props });
  const one = await mount(labelQueue.render, model);
  mounted.push(one);
  return { model, root: one.root };
}

const EVIDENCE = { model: null, words: "These places weighed most with me.", record: "" };

describe("arms of advice", () => {
  it("evidence marks where to look, names no class of the model's and opens no reasons", async () => {
    const { model, root } = await draw(someQueue({ state: "stopped", stop: someStop(EVIDENCE) }));
    expect(root.querySelector("[role=group][aria-label='Look once more']")).not.toBeNull();
    expect(root.querySelector("[data-advised]")).toBeNull();
    expect(root.querySelector("[data-action=why]")).toBeNull();
    expect(root.querySelector(".rhml-item [title='weighed with me']")?.textContent).toBe("text");
    press(root, "w");
    await settled();
    expect(model.of("explain")).toHaveLength(0);
    press(root, "Enter");
    await settled();
    expect(model.of("keep")).toHaveLength(1);
  });

  it("full says so where both agree", async () => {
    const { root } = await draw(
      someQueue({ state: "stopped", stop: someStop({ yours: 1, model: 1, words: "I read “how-to”, too.", record: "" }) }),
    );
    expect(root.querySelector("[aria-label='We agree']")).not.toBeNull();
    expect(root.querySelector("[data-action=next]")?.textContent).toContain("how-to");
  });

  it("evidence first underlines words of an item that can still be marked", async () => {
    const { root } = await draw(
      someQueue({ items: [{ ...someItem(1), look: { spans: [[4, 8]], boxes: [] } }, someItem(2)] }),
    );
    expect(root.querySelector(".rhml-item [title='weighed with me']")?.textContent).toBe("text");
    expect(root.querySelectorAll(".rhml-item [role=option]").length).toBeGreaterThan(2);
    expect(root.textContent).toContain("underlined: what weighs with me, for whatever it speaks");
  });
});
