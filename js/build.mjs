// Builds the front end into rhml_widgets/views/static (or --outdir DIR).
//
//   <view>.js        ES module of one widget, for anywidget's _esm
//   <view>.iife.js   the same source as a plain script, for reports: registers globalThis.rhmlViews[view]
//   doctor.js        the checkup's widget, which is no view of a session
//   vega.js, .iife   the shared chart module
//   host.iife.js     what draws the views of a report
//   theme.css        the style of every view; report.css, that of a report's own page
//   THIRD-PARTY.txt  licenses of what is bundled
//
// The same sources and lock file give the same bytes: no times, no paths, no source maps.

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const WIDGETS = [
  "label-queue", "explanation-panel", "learning-curves", "flips", "confusion-matrix", "workbench",
];
const STYLES = ["theme", "classes", "queue", "items", "workbench", "sweep", "twice", "panels", "measured", "confusion", "codebook", "oversight"].map(
  (name) => `src/shared/${name}.css`,
);
// The workbench is all the others in one (docs/decisions/0016).
const limitOf = (name) => (name.startsWith("workbench.") ? 140_000 : 100_000);

const { values: options } = parseArgs({
  options: {
    outdir: { type: "string", default: join(HERE, "../rhml_widgets/views/static") },
    // Development only: the named outputs, others are left as they are.
    only: { type: "string" },
  },
});
const outdir = resolve(options.outdir);
const wanted = options.only?.split(",");
const packages = new Set();
// Written at the end, and only if everything could be built.
const outputs = new Map();

const SHARED = {
  absWorkingDir: HERE,
  bundle: true,
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  platform: "browser",
  target: "es2022",
  tsconfig: join(HERE, "tsconfig.json"),
  write: false,
};

/** The header is a comment in JavaScript and in CSS alike. */
function header(sources) {
  return `/* Generated from ${sources.map((name) => `js/${name}`).join(" + ")} by js/build.mjs: do not edit. */\n`;
}

function remember(metafile) {
  for (const input of Object.keys(metafile.inputs)) {
    const match = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
}

function emit(name, text) {
  // A report carries scripts inline, by hash: what the HTML parser would read otherwise must not be
  // in them, and could not be escaped without changing the code.
  if (name.endsWith(".js") && /<\/script|<!--|[\0\r]/i.test(text)) {
    throw new Error(`${name} cannot be inlined into a report: "</script", "<!--", \\r or \\0`);
  }
  outputs.set(name, text.endsWith("\n") ? text : `${text}\n`);
}

async function script(source, name, how) {
  const result = await build({ ...SHARED, ...how });
  remember(result.metafile);
  const text = header([source]) + result.outputFiles[0].text;
  const size = Buffer.byteLength(text);
  if (WIDGETS.some((view) => name.startsWith(`${view}.`)) && size > limitOf(name)) {
    throw new Error(`${name} has ${size} bytes, more than ${limitOf(name)}: it travels once a widget`);
  }
  emit(name, text);
}

/** One source, two forms: an ES module, and a script that registers its default export. */
async function both(view, source) {
  const registering = {
    contents: `import view from "./${source}";\n(globalThis.rhmlViews ??= {})["${view}"] = view;\n`,
    resolveDir: HERE,
    sourcefile: `${view}.iife.ts`,
  };
  await script(source, `${view}.js`, { entryPoints: [source], format: "esm" });
  await script(source, `${view}.iife.js`, { stdin: registering, format: "iife" });
}

async function style(name, sources) {
  const texts = await Promise.all(sources.map((source) => readFile(join(HERE, source), "utf8")));
  const text = texts.join("\n");
  const { code } = await transform(text, {
    charset: "utf8",
    legalComments: "none",
    loader: "css",
    minify: true,
    target: "es2022",
  });
  if (/<\/style/i.test(code)) throw new Error(`${name} holds "</style"`);
  emit(name, header(sources) + code);
}

/** The license text of every package whose code is in a bundle; one text for all that share it. */
async function licenses() {
  const users = new Map();
  for (const name of [...packages].sort()) {
    const folder = join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? (await readFile(join(folder, file), "utf8")).trim() : `License: ${license}`;
    const plain = text.replace(/\r\n/g, "\n");
    users.set(plain, [...(users.get(plain) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...users].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  const lead = "The scripts in this folder contain code of the packages below, under their licenses.\n";
  emit("THIRD-PARTY.txt", [lead, ...parts].join(`\n${"-".repeat(78)}\n\n`));
}

const doing = (name) => !wanted || wanted.includes(name);
for (const view of WIDGETS) if (doing(view)) await both(view, `src/${view}.tsx`);
if (doing("doctor")) {
  await script("src/doctor.ts", "doctor.js", { entryPoints: ["src/doctor.ts"], format: "esm" });
}
if (doing("vega")) await both("vega", "src/vega.ts");
if (doing("host")) {
  await script("src/host.ts", "host.iife.js", { entryPoints: ["src/host.ts"], format: "iife" });
}
if (doing("theme")) await style("theme.css", STYLES);
if (doing("report")) await style("report.css", ["src/report.css"]);
if (!wanted) await licenses();

await mkdir(outdir, { recursive: true });
for (const [name, text] of outputs) {
  await writeFile(join(outdir, name), text);
  console.log(`${(Buffer.byteLength(text) / 1000).toFixed(1).padStart(8)} KB  ${name}`);
}
if (!wanted) {
  for (const name of await readdir(outdir)) {
    if (/\.(js|css|txt)$/.test(name) && !outputs.has(name)) await rm(join(outdir, name));
  }
}
