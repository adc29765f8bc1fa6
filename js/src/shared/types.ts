// What a view is given, and what it may ask for. The Python side is rhml_widgets/views/*.py:
// props go down as one JSON trait, actions go up as messages with a reply.

/** Place of a class in `classes`: classes travel as index. */
export type ClassIndex = number;

/** A stretch of the item's text in code points: start, end. */
export type Span = [start: number, end: number];

export interface ClassProps {
  name: string;
  definition: string | null;
  /** The key that answers it; null: type to find. */
  key: string | null;
  /** Items that carry it now. */
  count: number;
  /** It cannot be answered any more, and keeps its place. */
  gone?: boolean;
}

/** A part of an image, as shares of its height and width. */
export type Box = [top: number, left: number, bottom: number, right: number];

/** One column of a row. */
export interface FieldProps {
  name: string;
  value: string;
  /** Aligned at the end. */
  number: boolean;
  /** Shown to the person only. */
  unseen: boolean;
  markable: boolean;
}

/** An item as it is drawn. Missing: a text. */
export interface ContentProps {
  kind?: "text" | "row" | "image";
  /** The text; of a row or an image, words for who cannot see it. */
  text: string;
  /** The columns of a row, then those only the person sees; the latter of any kind of item. */
  fields?: FieldProps[];
  /** A data URI, "" where there is nothing to show: then `text` says why. */
  image?: string;
}

export interface ItemProps extends ContentProps {
  item_id: string;
  /** True where `text` is only the beginning; `full_text` asks for the rest. */
  truncated: boolean;
  purpose: "teach" | "check" | "challenge" | "probe";
  /** Why this one, in words that tell nothing of the model's answer. */
  why: string;
  /** Rows of the pool that this answer stands for. */
  rows: number;
  /** The journal's seq when this item was given out. */
  seen: number;
  /** What the person answered before an undo, to start again from. */
  draft: {
    note: string | null;
    /** Of a row: [i, i + 1] for the column at place i of `fields`. So also in `label`. */
    rationale: Span[];
  } | null;
  /** Where to look, unsigned; only where the item's arm shows that before the answer. */
  look?: { spans: Span[]; boxes: Box[] };
}

/** Advice that stands until Enter (keep) or R (revise). */
export interface StopProps extends ContentProps {
  item_id: string;
  /** What it was asked for, and why in the words it was asked with: as in `ItemProps`. */
  purpose: string;
  why: string;
  yours: ClassIndex;
  /** Null where only evidence is shown. */
  model: ClassIndex | null;
  /** “I read “how-to”, firmly.” */
  words: string;
  /** “When I was this sure and we differed, you kept your answer 2 times of 5.” or "". */
  record: string;
  /** Words, or columns by place, that spoke for the model's label, strongest first. */
  spans: Span[];
  /** Of an image, the parts that did. */
  boxes?: Box[];
}

export interface HistoryRow {
  seq: number;
  item_id: string;
  excerpt: string;
  label: ClassIndex;
  /** first, revised, corrected, … in words for people: "kept", "revised", "changed". */
  stage: string;
  note: string | null;
  /** What other people answered to it: told once there is an own answer. */
  others?: { person: string; label: ClassIndex }[];
}

/** Something is wrong, said in place; the widget stays usable. */
export interface Problem {
  kind: "model" | "journal" | "item" | "chart";
  title: string;
  text: string;
  hint: string;
}

export interface ModelProps {
  /** "LogisticRegression v14", "no model yet" */
  name: string;
  version: number | null;
  fitting: boolean;
  /** Labels the live version has not seen yet. */
  behind: number;
  /** The last fit failed: the version before answers on. */
  failed: boolean;
  /** Which speaks where a fitted model was brought: “your fitted model answers”; "" otherwise. */
  brought: string;
  /** What was put in front of it so that it reads the items; "" for nothing. */
  added: string;
}

/** What has a key of its own beside the classes; Enter and Escape are nobody's to give. */
export type KeyedAction =
  | "skip" | "undo" | "mark" | "note" | "history" | "why" | "new-class" | "find" | "revise"
  // Finds items by their words, or more like one; answers the near-twins of the last answer, too;
  // opens what is to be looked at twice.
  | "search" | "twins" | "twice";

export type QueueState =
  | "asking" // an item waits for its answer
  | "stopped" // advice stands
  | "no-classes" // nothing to answer with yet: name two classes
  | "done" // all asked
  | "empty" // the pool has no items
  | "read-only" // held elsewhere, or the file may not be written
  | "moved" // a newer cell holds this session
  | "closed";

export interface QueueProps {
  seq: number;
  /** Who answers: drafts are theirs. */
  person?: string;
  state: QueueState;
  /** Why it is read-only, moved or closed; "" otherwise. */
  state_text: string;
  /** The status line: the same text in all views of a session. */
  status: string;
  progress: {
    labeled: number;
    total: number;
    /** Median seconds an answer, of the last 20; null below five. */
    seconds_each: number | null;
    /** "about 50 minutes left at your pace" or "". */
    left: string;
    /** Items put off: they come back at the end. */
    skipped: number;
  };
  classes: ClassProps[];
  /** The key of each action, as printed: one character. A class that has the same key wins. */
  keys: Record<KeyedAction, string>;
  /** True where "+ new class" is offered. */
  may_add: boolean;
  /** The current item, then those drawn ahead. */
  items: ItemProps[];
  stop: StopProps | null;
  /** What undo would take back, in words; null: nothing. */
  undo: string | null;
  skip_reasons: string[];
  /** Newest first. */
  history: HistoryRow[];
  /** The item answered last: W asks for its reasons. */
  last: string | null;
  model: ModelProps;
  problem: Problem | null;
  /** Near-twins of the answer given last that nobody judged: what one key answers, too. */
  twins?: TwinsProps | null;
}

export interface TwinsProps {
  item_id: string;
  /** The seq of the answer they would get. */
  seq: number;
  excerpt: string;
  label: ClassIndex;
  n: number;
}

/** What a search found: its words, and nothing of the model's view. */
export interface FoundRow {
  item_id: string;
  text: string;
  /** A small image, as a data URI. */
  image?: string;
}

export interface CardProps {
  item_id: string;
  /** "" is shown as "(empty)". */
  text: string;
  truncated: boolean;
  rows: number;
  /** A small image, as a data URI. */
  image?: string;
}

/** A page of like predictions, and what else could be swept. */
export interface SweepProps {
  /** Why nothing can be swept now; "" otherwise. */
  off: string;
  /** What the model says of all cards; null where no page lies open. */
  label: ClassIndex | null;
  cards: CardProps[];
  /** How many unjudged items the model says each class of. */
  classes: { label: ClassIndex; n: number }[];
  /** Items that were accepted in sweeps. */
  swept: number;
  /** “of 14 looked at again, 13 held”; "" before the first sweep. */
  looks: string;
  /** The rare class that is looked for. */
  sought: ClassIndex | null;
}

export interface ReasonRow {
  /** The term as people read it; also what `teach` is told. */
  term: string;
  /** Contribution to the score, signed: positive speaks for `label`. */
  value: number;
  /** Before the last lesson, where there is one to compare with. */
  before: number | null;
  /** What the person said of it: stance standing now. */
  stance: "supports" | "irrelevant" | null;
  /** For `supports`: the class it speaks for. */
  stance_label: ClassIndex | null;
  /** The lesson that gave it this stance: what its undo takes back. Without it no undo is offered. */
  stance_lesson?: number | null;
  spans: Span[];
  /** Of an image: where it stands. */
  boxes?: Box[];
}

export interface ReasonsProps {
  label: ClassIndex;
  against: ClassIndex | null;
  /** What the model says now of this item. */
  predicted: ClassIndex;
  unit: "log-odds" | "margin" | "probability";
  prediction: number;
  baseline: number;
  /** Sum of what is not listed. */
  rest: number;
  gap: number;
  method: "exact" | "occlusion";
  /** “exact · contributions add up to the score” */
  exactness: string;
  rows: ReasonRow[];
  /** Score before the last lesson, null where nothing is compared. */
  prediction_before: number | null;
}

export interface NeighborRow {
  item_id: string;
  excerpt: string;
  label: ClassIndex;
  similarity: number;
}

export interface FlipRow {
  item_id: string;
  text: string;
  before: ClassIndex;
  after: ClassIndex;
  /** The person's answer, where there is one. */
  judged: ClassIndex | null;
}

/** What a lesson did. */
export interface EffectProps {
  lesson: number;
  /** “You struck “please”.” */
  words: string;
  /** True while the refit runs: nothing else is known then. */
  pending: boolean;
  version: number | null;
  flips: number;
  total: number;
  /** Filled only after "show me" (then exposed). */
  shown: FlipRow[] | null;
  /** So many are listed at most; missing: all. */
  most?: number;
  /** Blind looks: items asked without saying what was before and after. */
  looks: {
    asked: number;
    judged: number;
    better: number;
    worse: number;
    neither: number;
    /** “3 of 5 judged”; once all are, “4 of 5 better, 1 worse: too few to be sure”. */
    words: string;
  };
  /** How many more can still be judged blind. */
  blind_left: number;
  undone: boolean;
  /** What else moved the reasons since the version before the lesson; "" where nothing did. */
  since: string;
}

export interface ExplanationProps {
  seq: number;
  classes: string[];
  /** Places of classes that cannot be answered any more. */
  gone?: ClassIndex[];
  /** Words for the panel while there is nothing to explain; "" otherwise. */
  empty: string;
  item: (ContentProps & { item_id: string; judged: ClassIndex }) | null;
  /** “Why “trade” and not “how-to”” */
  heading: string;
  reasons: ReasonsProps | null;
  neighbors: NeighborRow[];
  effect: EffectProps | null;
  /** False where nothing may be changed (read-only, moved, report). */
  may_teach: boolean;
  /** The status line, where the panel stands alone in a cell. */
  status?: string;
  problem: Problem | null;
}

/** One row of the lessons' list: what the person taught beyond labels. */
export interface LessonRow {
  lesson: number;
  words: string;
  flips: number | null;
  /** The blind looks at what it changed, in words; "" where there are none. */
  looks: string;
  may_undo: boolean;
}

export interface HeaderProps {
  journal: string;
  person: string;
  model: ModelProps;
  /** “40 of 2,497 labeled” */
  labeled: string;
}

/** Who answers, and who else did. */
export interface PeopleProps {
  you: string;
  others: string[];
  /** False where nothing may be changed (read-only, moved, report). */
  may_switch: boolean;
  /** Items that others judged and this person may still judge blind. */
  shareable: number;
  /** Those of them that wait for an answer. */
  sharing: number;
  /** “Two people agree on 27 of 31 shared items: …” or "". */
  agreement: string;
  /** Items that people label differently now. */
  differ: number;
}

/** How often the model is wrong, by checks drawn at random and answered blind. */
export interface AuditProps {
  /** The version an audit would be of; null before the first. */
  version: number | null;
  /** Items it would be drawn from. */
  n_free: number;
  /** Why none can be begun; "" where one can. */
  why_not: string;
  /** Numbers of checks, each with half the width of the interval it leaves, if `guess` are wrong. */
  choices: { n: number; margin: number }[];
  guess: number;
  /** Checks answered of the audit that another one would go on with: they count, too. */
  had: number;
  /** The audit that goes on; null where none does. */
  running: { version: number; answered: number; drawn: number } | null;
  /** What the audit shows that is told of: the last one answered, else the one that goes on. */
  found: {
    version: number;
    /** Items it was drawn from. */
    n_items: number;
    n: number;
    wrong: number;
    /** Interval of the share wrong. */
    low: number;
    high: number;
    words: string;
  } | null;
  /** “Version 15 answers now; how often it is wrong was not audited.” or "". */
  newer: string;
}

/** One row of `session.usable()`: what is accepted above a score. */
export interface Offer {
  threshold: number;
  n_items: number;
  n_rows: number;
  checked: number;
  wrong: number;
  /** Share wrong among those checked; null where they are too few. */
  value: number | null;
  low: number;
  high: number;
  /** How many of them are estimated to be wrong; null where the checks are too few. Missing in older pages. */
  expected?: number | null;
  /** Items below it. */
  left: number;
  /** “about 50 minutes at your pace” or "". */
  time: string;
  /** What takes it along, to be run in a cell. */
  call: string;
  best: boolean;
}

/** What could be taken along now. */
export interface ResultProps {
  /** The version audited. */
  version: number | null;
  /** Items the audit was drawn from. */
  n_items: number;
  /** Highest score first. */
  offers: Offer[];
  /** Place of what `session.result()` accepts; null: nothing yet. */
  best: number | null;
  /** “not yet: …” or "". */
  not_yet: string;
  /** Largest first; perhaps not all. */
  shares: { label: ClassIndex; value: number; low: number; high: number }[];
  n_classes: number;
  /** What speaks for going on and what for stopping. */
  advice: string;
  newer: string;
  /** Whether items that came later differ; "" where none came. */
  drift: string;
  /** Labels brought along that look doubtful, of how many; null: none. */
  old: { doubtful: number; of: number } | null;
}

/** Which label each side gave where the other gave which. */
export interface ConfusionProps {
  seq: number;
  classes: string[];
  /** The comparison on show, one of `choices`. */
  of: string;
  choices: { of: string; name: string }[];
  /** Who said what stands in the rows, and in the columns. */
  rows: string;
  columns: string;
  /** What is counted. */
  about: string;
  /** How many have the same label, with its doubt. */
  words: string;
  /** Classes in the matrix: all, or the most confused. */
  labels: ClassIndex[];
  counts: number[][];
  /** Items of other classes. */
  outside: number;
  /** The open cell. */
  cell: {
    row: ClassIndex;
    column: ClassIndex;
    n: number;
    /** The first of them. */
    items: FoundRow[];
    /** Items of it that stay closed: asked again unawares, or of an arm that shows less. */
    closed: number;
    /** Whether reasons can be asked for. */
    reasons: boolean;
  } | null;
  may_act: boolean;
  status: string;
}

/** Props of the Workbench: its parts' props by name; the curve travels in a trait of its own. */
export interface WorkbenchProps {
  seq: number;
  header: HeaderProps;
  queue: QueueProps;
  explanation: ExplanationProps;
  lessons: LessonRow[];
  /** Missing in pages frozen before there were several. */
  people?: PeopleProps;
  /** Where we stand, a sentence each: each number with its doubt and its reference. */
  standing: string[];
  /** Null or missing: no such tab. */
  audit?: AuditProps | null;
  result?: ResultProps | null;
  sweep?: SweepProps | null;
  /** Labels that contradict each other; null: none do. */
  twice?: TwiceProps | null;
  /** Missing in pages frozen before there was one. */
  codebook?: CodebookProps;
  /** What the person wants now. */
  wants?: { intent: string | null; label: ClassIndex | null; choices: string[]; may: boolean };
  /** Missing in pages frozen before there was a gate. */
  oversight?: OversightProps | null;
}

/** One thing a class keeps: in words, and as `drop` names it. */
export interface KeptProps {
  words: string;
  told: unknown;
  /** Of a memo: its day and who wrote it. */
  note?: string;
}

export interface CodeProps {
  label: ClassIndex;
  name: string;
  definition: string | null;
  include: KeptProps[];
  exclude: KeptProps[];
  examples: KeptProps[];
  memos: KeptProps[];
  seeds: string[];
  parent: string | null;
  /** Items that carry it now. */
  n: number;
  /** “split into “a” and “b””; "" while it can be answered. */
  gone: string;
  was: string[];
}

export interface CodebookProps {
  version: number;
  codes: CodeProps[];
  phase: string | null;
  /** What the phase means, in a sentence; "" where none was named. */
  phase_words: string;
  /** “Version 14 of the model learned from this version.” */
  cited: string;
  /** Items that wait to be answered anew, and how many of them are not in the queue now. */
  anew: { n: number; aside: number };
  pile: { n: number; groups: { terms: string; items: { item_id: string; excerpt: string }[] }[] };
  edits: { seq: number; words: string; undone: boolean; may_undo: boolean }[];
  may_edit: boolean;
}

/** What the person oversees: the mode, a refit that waits, what cannot be kept. */
export interface OversightProps {
  mode: "adaptive" | "stable";
  mode_words: string;
  /** “Let me learn again: …”; nothing was changed. */
  proposals: string[];
  /** Vetoes that cannot be kept and goals that are not met, a sentence each. */
  flags: string[];
  gate: GateProps | null;
  may: boolean;
}

export interface GateProps {
  gate: number;
  version: number;
  /** The version that answers meanwhile. */
  against: number;
  /** “Version 15 forgets 6 of 40 right answers of version 14 and gets 2 others right.” */
  words: string;
  aside: string;
  /** Answered items among them: only these can be seen. */
  n_judged: number;
  /** The person stayed with the version before. */
  kept: boolean;
  /** Answers it forgets, once they were asked for. */
  shown: FlipRow[] | null;
}

/** Contradictions among the labels, and the one that is open in the queue's place. */
export interface TwiceProps {
  n: number;
  /** Items others label differently, which this person may look at blind. Missing in older pages. */
  third?: number;
  /** “two near-identical items carry different labels. And 3 more.” */
  words: string;
  may_resolve: boolean;
  card: TwiceCardProps | null;
}

export interface TwiceCardProps {
  id: string;
  kind: "near-twins" | "repeat" | "suspicious" | "people";
  heading: string;
  why: string;
  /** The journal's seq when it was given out. */
  seen: number;
  /** Two items, or the one that both labels are of. */
  items: { item_id: string; text: string; image?: string }[];
  /** The two labels: of `items` one each, or both of the one. */
  sides: [TwiceSide, TwiceSide];
  /** What stands on the third button: “both are right”. */
  apart: string;
}

export interface TwiceSide {
  label: ClassIndex;
  /** you; first, again: of an item asked twice; brought: there before the session; model: what it expects; else a name. */
  by: string;
}

/** The trait `curves` of Workbench and LearningCurves. Sent at most twice a second, the last always. */
export interface CurvesProps {
  seq: number;
  /** Words while there is too little to draw; "" otherwise. */
  empty: string;
  /** The Vega-Lite spec (data named "curve", and "versions"), made once by Altair; null while empty. */
  spec: Record<string, unknown> | null;
  rows: Record<string, string | number | null>[];
  versions: Record<string, string | number | null>[];
  /** “The model agrees with you on 33 of 41 checks, interval .63 to .91 …” */
  summary: string;
  /** Where items came that differ from those before, a sentence each. Missing in older pages. */
  drift?: string[];
  /** “blind checks, drawn at random · you are the reference: “agrees with you”” */
  regime: string;
  table: { columns: string[]; rows: string[][] };
  /** The status line, where the chart stands alone in a cell. */
  status?: string;
}

// ---- actions -------------------------------------------------------------------------------
// call(name, args) -> Promise<value>. `event_id` is made by the page, once an intent: a resend
// carries the same one and gets the first reply.

export interface Actions {
  label: {
    args: {
      item_id: string;
      label: ClassIndex;
      seen: number;
      event_id: string;
      /** Milliseconds from the item's first paint to the key, monotonic. */
      ms: number;
      rationale: Span[];
      note: string | null;
    };
    value: { seq: number; stopped: boolean };
  };
  /** Enter on a stop. */
  keep: { args: { item_id: string; event_id: string; ms: number }; value: { seq: number } };
  /** A label chosen after R on a stop. */
  revise: {
    args: { item_id: string; label: ClassIndex; event_id: string; ms: number };
    value: { seq: number };
  };
  /** A change of an answer from the history; `seen`: its `HistoryRow.seq`, as the person saw it. */
  correct: {
    args: { item_id: string; label: ClassIndex; seen: number; event_id: string };
    value: { seq: number };
  };
  skip: {
    args: { item_id: string; why: string | null; event_id: string };
    value: { seq: number };
  };
  undo: { args: { event_id: string }; value: { words: string } };
  add_class: {
    args: { name: string; definition: string | null; event_id: string };
    value: { index: ClassIndex };
  };
  full_text: { args: { item_id: string }; value: { text: string } };
  /** The item's first paint. */
  shown: { args: { item_id: string }; value: null };
  explain: {
    args: { item_id: string; label: ClassIndex | null; against: ClassIndex | null };
    value: null;
  };
  teach: {
    args: {
      term: string;
      stance: "supports" | "irrelevant";
      label: ClassIndex | null;
      item_id: string | null;
      event_id: string;
    };
    value: { lesson: number };
  };
  undo_lesson: { args: { lesson: number; event_id: string }; value: null };
  show_flips: { args: { lesson: number }; value: null };
  judge_flips: {
    args: { lesson: number; n: number; event_id: string };
    value: { asked: number };
  };
  /** Queues blind checks of the live version. */
  audit: { args: { n: number; event_id: string }; value: { asked: number } };
  /** Queues old labels that look doubtful. */
  recheck: { args: { n: number; event_id: string }; value: { asked: number } };
  /** Opens the next contradiction, or puts the open one off. */
  look_twice: { args: { wanted: boolean }; value: { open: boolean } };
  /** One label for both, or each its own. */
  resolve: {
    args: {
      contradiction: string;
      how: "first" | "second" | "apart";
      seen: number;
      event_id: string;
      ms: number;
    };
    value: { seq: number };
  };
  refit: { args: Record<string, never>; value: null };
  /** Opens a page of like predictions; null: of the class there is most of. An open one stays. */
  sweep: { args: { label: ClassIndex | null }; value: { n: number } };
  /** Accepts the cards of a page; the odd ones are asked next. */
  verify: {
    args: { item_ids: string[]; odd: string[]; label: ClassIndex; event_id: string; ms: number };
    value: { n: number };
  };
  /** Answers the near-twins of an item as it was answered; `seen`: `TwinsProps.seq`. */
  twins: { args: { item_id: string; seen: number; event_id: string }; value: { n: number } };
  find: { args: { words: string | null; like: string | null }; value: { rows: FoundRow[] } };
  /** Asks an item that was found next. */
  pick: { args: { item_id: string; event_id: string }; value: null };
  /** Has likely items of a class come, beside the usual ones; null: no longer. */
  seek: { args: { label: ClassIndex | null }; value: null };
  /** Takes the refit that waits, or stays with the version before. */
  decide: {
    args: { gate: number; choice: "accept" | "roll_back"; event_id: string };
    value: { seq: number };
  };
  show_unlearned: { args: { gate: number }; value: { n: number } };
  set_mode: { args: { mode: "adaptive" | "stable"; event_id: string }; value: { seq: number } };
  switch_person: { args: { name: string; event_id: string }; value: { person: string } };
  /** `differing`: a third look at what two people label differently. */
  share: { args: { n: number; event_id: string; differing?: boolean }; value: { asked: number } };
  /** Says what the person wants now; null: the usual. */
  want: { args: { intent: string | null; label: ClassIndex | null; event_id: string }; value: null };
  /** Shows another comparison. */
  compare: { args: { of: string }; value: null };
  /** Lists the items of a cell; where it tells the model's view they are exposed from then on. */
  open_cell: { args: { row: ClassIndex; column: ClassIndex }; value: { n: number } };
  close_cell: { args: Record<string, never>; value: null };
  /** Asks unjudged items like those of the open cell next. */
  more_like_cell: { args: { event_id: string }; value: { asked: number } };
  /** Edits the codebook; classes go by their place, new ones by their name. */
  revise_codebook: {
    args: { op: string; about: Record<string, unknown>; event_id: string };
    value: { seq: number };
  };
  /** Takes one edit back. */
  undo_edit: { args: { seq: number; event_id: string }; value: null };
  /** Makes items of the pile a class: a place, or the name of a new one. */
  promote: {
    args: { item_ids: string[]; label: ClassIndex | string; definition: string | null; event_id: string };
    value: { seq: number };
  };
  enter_phase: { args: { phase: string; event_id: string }; value: null };
}

export type ActionName = keyof Actions;

/** Message to the kernel. */
export interface Request {
  id: string;
  action: ActionName;
  args: unknown;
}

/** Message from the kernel; replies reach every view of the model: match by id. */
export type Reply =
  | { id: string; ok: true; value: unknown }
  | { id: string; ok: false; error: { type: string; message: string } };
