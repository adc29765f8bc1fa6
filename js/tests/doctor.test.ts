import { describe, expect, it, vi } from "vitest";
import doctor, { browserName, hostName } from "../src/doctor";
import { fakeModel, mount } from "./fake-model";

const PROPS = {
  findings: [
    { what: "journal", state: "ok", told: "written", remedy: "" },
    { what: "file system", state: "wrong", told: "nfs4 <b>", remedy: "use a local disk" },
    { what: "page", state: "unknown", told: "no page has answered yet", remedy: "" },
  ],
  words: "To mend: file system.",
};

const request = (model: ReturnType<typeof fakeModel>, action: string) =>
  model.sent.find((one) => (one as { action: string }).action === action) as any;

describe("doctor", () => {
  it("draws what was found as text", async () => {
    const { root, end } = await mount(doctor.render, fakeModel({ props: PROPS }));
    const rows = [...root.querySelectorAll("tr")].map((row) => row.textContent);
    expect(rows[1]).toContain("nfs4 <b>. use a local disk");
    expect(root.querySelector("b")).toBeNull();
    expect(root.querySelector("[role=status]")?.textContent).toBe(PROPS.words);
    end();
  });

  it("asks once, and tells how long the answer took and who it is", async () => {
    const model = fakeModel({ props: PROPS });
    const { end } = await mount(doctor.render, model);
    model.reply({ ...request(model, "ping"), id: "another view's" });
    expect(request(model, "measured")).toBeUndefined();
    model.reply(request(model, "ping"));
    const told = request(model, "measured");
    expect(told.ms).toBeGreaterThanOrEqual(0);
    expect(typeof told.browser).toBe("string");
    model.reply(request(model, "ping"));
    expect(model.sent).toHaveLength(2);
    end();
  });

  it("says when nobody answers", async () => {
    const dead = fakeModel({ props: PROPS });
    dead.dead = true;
    const gone = await mount(doctor.render, dead);
    expect(gone.root.textContent).toContain("The kernel is gone");
    gone.end();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const el = document.createElement("div");
    doctor.render({ model: fakeModel({ props: PROPS }), el, signal: new AbortController().signal } as never);
    vi.advanceTimersByTime(11_000);
    expect(el.textContent).toContain("has not answered");
    vi.useRealTimers();
  });

  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox 131"],
    ["Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0", "Edge 130"],
    ["Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36", "Chrome or Chromium 130"],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari 18"],
    ["curl", ""],
  ])("knows %s", (agent, name) => expect(browserName(agent)).toBe(name));

  it("reads the page's host where it says so", () => {
    const page = document.implementation.createHTMLDocument();
    expect(hostName(page)).toBe("");
    const config = page.createElement("script");
    config.id = "jupyter-config-data";
    config.textContent = '{"appName": "JupyterLab", "appVersion": "4.5.0"}';
    page.body.append(config);
    expect(hostName(page)).toBe("JupyterLab 4.5.0");
    config.textContent = "not JSON";
    expect(hostName(page)).toBe("");
  });
});
