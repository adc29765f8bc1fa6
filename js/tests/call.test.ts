import { describe, expect, it, vi } from "vitest";
import { KernelGone, makeCall, newEventId, Refused } from "../src/shared/call";
import { makeAct } from "../src/shared/root";
import { fakeModel } from "./fake-model";

const ARGS = { item_id: "a", event_id: "e-1", ms: 5 };

describe("call", () => {
  it("matches replies by id, whatever their order, and ignores what is not its own", async () => {
    const model = fakeModel({});
    const [one, two] = [makeCall(model), makeCall(model)];
    const first = one("keep", ARGS);
    const second = two("keep", ARGS);
    const [a, b] = model.sent;
    model.reply({ ...b, id: "nobody" } as never, { seq: 0 });
    model.reply(b, { seq: 2 });
    model.reply(a, { seq: 1 });
    expect(await first).toEqual({ seq: 1 });
    expect(await second).toEqual({ seq: 2 });
    expect(a?.id).not.toBe(b?.id);
  });

  it("rejects with the kernel's words", async () => {
    const model = fakeModel({});
    const answer = makeCall(model)("keep", ARGS);
    model.refuse(model.sent[0], "disk full", "JournalError");
    await expect(answer).rejects.toMatchObject({ message: "disk full", type: "JournalError" });
    await expect(answer).rejects.toBeInstanceOf(Refused);
  });

  it("says that the kernel is gone where nothing can be sent", async () => {
    const model = fakeModel({});
    model.dead = true;
    const onGone = vi.fn();
    await expect(makeCall(model, { onGone })("keep", ARGS)).rejects.toBeInstanceOf(KernelGone);
    expect(onGone).toHaveBeenCalledWith(true);
  });

  it("takes silence for slowness: sends again what carries an event_id, and takes the first reply", async () => {
    vi.useFakeTimers();
    const model = fakeModel({});
    const call = makeCall(model);
    const onSlow = vi.fn();
    const kept = call("keep", ARGS, { onSlow });
    const asked = call("show_flips", { lesson: 1 });
    await vi.advanceTimersByTimeAsync(999);
    expect(onSlow).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onSlow).toHaveBeenCalledTimes(1);
    expect(model.of("keep").length).toBeGreaterThan(1);
    expect(new Set(model.of("keep").map((one) => JSON.stringify(one))).size).toBe(1);
    expect(model.of("show_flips")).toHaveLength(1);
    model.reply(model.of("keep")[0], { seq: 3 });
    model.reply(model.of("keep")[0], { seq: 4 });
    model.reply(model.of("show_flips")[0]);
    expect(await kept).toEqual({ seq: 3 });
    expect(await asked).toBeNull();
    const sent = model.sent.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(model.sent).toHaveLength(sent);
    vi.useRealTimers();
  });

  it("makes the event_id where an action takes one, and only there", () => {
    const model = fakeModel({});
    const act = makeAct(makeCall(model));
    void act("undo", {});
    void act("explain", { item_id: "a", label: null, against: null });
    void act("skip", { item_id: "a", why: null, event_id: "mine" });
    expect(model.sent[0]?.args).toEqual({ event_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(model.sent[1]?.args).not.toHaveProperty("event_id");
    expect(model.sent[2]?.args).toMatchObject({ event_id: "mine" });
  });

  it("names intents also where the page is not served securely", () => {
    vi.stubGlobal("crypto", undefined);
    const ids = new Set(Array.from({ length: 100 }, newEventId));
    vi.unstubAllGlobals();
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
