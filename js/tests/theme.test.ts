// Contrast, computed from the tokens: 4.5:1 for text, also on soft fills; 3:1 for borders of fields
// and for what is drawn.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/shared/theme.css", "utf8");

type Rgb = [number, number, number];
type Tokens = Map<string, string>;

const VOICES = ["human", "model", "pair", "twice", "fail"];

/** Declarations of the first rule whose selector holds `selector`. */
function rule(selector: string): Tokens {
  const at = css.indexOf(selector);
  const body = css.slice(css.indexOf("{", at) + 1, css.indexOf("}", at));
  return new Map(
    [...body.matchAll(/(--rhml-[\w-]+):\s*([^;]+);/g)].map(([, name = "", value = ""]) => [name, value.trim()]),
  );
}

const BOTH = rule(".rhml-root {");
const LIGHT = scheme(0);
const DARK = scheme(1);

/** The tokens as `light-dark(one, other)` gives them. */
function scheme(place: 0 | 1): Tokens {
  const either = /light-dark\(\s*((?:[^(),]|\([^)]*\))+(?:\([^)]*\)[^(),]*)*),\s*([^]+)\)$/;
  return new Map([...BOTH].map(([name, value]) => [name, (either.exec(value)?.[place + 1] ?? value).trim()]));
}

/** What Lab's own themes set, and what stands where there is no Lab. */
const PAGES: [name: string, tokens: Tokens, bg: string, ink: string][] = [
  ["light, no Lab", LIGHT, "#ffffff", "#1d2126"],
  ["light Lab", LIGHT, "#ffffff", "#212121"],
  ["dark, no Lab", DARK, "#16191d", "#e8ebef"],
  ["dark Lab", DARK, "#212121", "#ffffff"],
  ["dark high contrast Lab", DARK, "#000000", "#ffffff"],
];

function rgb(color: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1];
  if (!hex) throw new Error(`not a color: ${color}`);
  const six = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
  return [0, 2, 4].map((i) => parseInt(six.slice(i, i + 2), 16)) as Rgb;
}

function resolve(tokens: Tokens, name: string, bg: string, ink: string): Rgb {
  if (name === "bg") return rgb(bg);
  if (name === "ink") return rgb(ink);
  const value = tokens.get(`--rhml-${name}`) ?? "";
  const mix = /^color-mix\(in srgb, var\(--rhml-(\w+)\) (\d+)%, var\(--rhml-(\w+)\)\)$/.exec(value);
  if (!mix) return rgb(value);
  const [, first = "", share = "", second = ""] = mix;
  const [a, b] = [resolve(tokens, first, bg, ink), resolve(tokens, second, bg, ink)];
  return a.map((x, i) => (x * Number(share) + (b[i] ?? 0) * (100 - Number(share))) / 100) as Rgb;
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((x) => {
    const share = x / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each(PAGES)("%s", (_name, tokens, bg, ink) => {
  const of = (name: string) => resolve(tokens, name, bg, ink);

  it.each(["ink", "ink2", ...VOICES])("%s reads on the page and on the sunken page", (name) => {
    expect(contrast(of(name), of("bg"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of(name), of("bg2"))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(VOICES)("%s, ink and quiet ink read on its soft fill", (voice) => {
    for (const name of [voice, "ink", "ink2"]) {
      expect(contrast(of(name), of(`${voice}-soft`)), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("borders of fields and the focus are seen", () => {
    for (const name of ["field", "focus"]) {
      expect(contrast(of(name), of("bg")), name).toBeGreaterThanOrEqual(3);
      expect(contrast(of(name), of("bg2")), name).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("dark", () => {
  it("is chosen by Lab's word, by the system's and by a report's, and by nothing else than color-scheme", () => {
    const chosen = [...css.matchAll(/([^{}]+)\{\s*color-scheme: dark;\s*\}/g)].map(([, selector = ""]) => selector);
    expect(chosen.join()).toContain('body[data-jp-theme-light="false"] .rhml-root');
    expect(chosen.join()).toContain("body:not([data-jp-theme-light], .rhml-light) .rhml-root");
    expect(chosen.join()).toContain(".rhml-dark .rhml-root");
    expect([...css.matchAll(/--rhml-human:/g)]).toHaveLength(1);
  });
});
