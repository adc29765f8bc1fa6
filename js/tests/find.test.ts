import { describe, expect, it } from "vitest";
import { find } from "../src/shared/find";

const NAMES = [
  "lost_or_stolen_card", "card_arrival", "Card payment fee", "discard", "top up by card charge",
  "café", "تحويل", "转账", "c",
];
const names = (query: string) => find(NAMES, query).map((i) => NAMES[i]);

describe("type to find", () => {
  it("prefers the name itself, then its beginning, then a word's, then anywhere", () => {
    expect(names("card")).toEqual([
      "card_arrival", "Card payment fee", "lost_or_stolen_card", "top up by card charge", "discard",
    ]);
    expect(names("c")[0]).toBe("c");
  });

  it("takes beginnings of several words, in any order, whatever separates them", () => {
    expect(names("card pay")).toEqual(["Card payment fee"]);
    expect(names("stol lo")).toEqual(["lost_or_stolen_card"]);
    expect(names("lost_or")).toEqual(["lost_or_stolen_card"]);
  });

  it("does not mind case and accents, and reads other scripts", () => {
    expect(names("CAFE")).toEqual(["café"]);
    expect(names("تحو")).toEqual(["تحويل"]);
    expect(names("账")).toEqual(["转账"]);
  });

  it("finds all with nothing, and nothing with nonsense", () => {
    expect(names("")).toEqual(NAMES);
    expect(names("qqq")).toEqual([]);
  });
});
