// What could be taken along now: labels above a score, how many are wrong, what is left.

import { useEffect, useState } from "preact/hooks";
import { Button, Heading } from "./controls";
import { lm } from "./keys";
import { NotSaved, Notice } from "./notice";
import { between, count, percent, plural, score } from "./numbers";
import { useActs, useUid, type Act } from "./root";
import type { ClassProps, Offer, ResultProps } from "./types";

export interface ResultViewProps {
  props: ResultProps;
  classes: readonly ClassProps[];
}

export function ResultView({ props, classes }: ResultViewProps) {
  const { offers, best, not_yet, shares, n_classes, version, n_items, newer, advice } = props;
  const [chosen, setChosen] = useState<number | null>(null);
  const at = Math.min(chosen ?? best ?? 0, offers.length - 1);
  const offer = offers[at];
  const priced = offers.some(({ expected }) => typeof expected === "number");
  return (
    <section class="rhml-result rhml-pad" aria-label="Result">
      <Heading why={version === null ? undefined : `by the audit of version ${version}`}>
        What can be taken along
      </Heading>
      {not_yet ? <p class="rhml-prose">{not_yet}</p> : null}
      {offer ? (
        <div class="rhml-accept">
          <Threshold offers={offers} at={at} onChange={setChosen} />
          <p class="rhml-prose rhml-offer">
            <Accepted offer={offer} />
          </p>
          <p class="rhml-muted rhml-prose">
            {`You labeled ${count(offer.wrong)} of ${plural(offer.checked, "check")} above it differently; of the ` +
              `${plural(n_items, "item")} the audit was drawn from. The interval holds for every score together, so choose freely.`}
          </p>
          <p>
            <span class="rhml-muted">To take it along, run </span>
            <code class="rhml-code">{offer.call}</code>
            {offer.best ? <span class="rhml-muted"> · what I would choose</span> : null}
          </p>
        </div>
      ) : null}
      {priced ? <CostsView offers={offers} nItems={n_items} onFound={setChosen} /> : null}
      {newer ? <p class="rhml-prose rhml-muted">{newer}</p> : null}
      {shares.length ? (
        <Shares shares={shares} classes={classes} more={n_classes - shares.length} />
      ) : null}
      {advice ? (
        <div class="rhml-advice">
          <Heading>Go on, or stop?</Heading>
          <p class="rhml-prose">{advice}</p>
        </div>
      ) : null}
    </section>
  );
}

export interface Costs {
  /** Of a wrong label and of a look of a person, in one unit. */
  wrong: number;
  look: number;
}

/** Place of the offer that costs least; null where looking at everything does. */
export function cheapest(offers: readonly Offer[], nItems: number, { wrong, look }: Costs): number | null {
  let least = nItems * look;
  let at: number | null = null;
  offers.forEach(({ expected, left }, place) => {
    if (typeof expected !== "number") return;
    const total = expected * wrong + left * look;
    if (total < least) [least, at] = [total, place];
  });
  return at;
}

interface CostsViewProps {
  offers: readonly Offer[];
  nItems: number;
  /** The threshold moves to what costs least. */
  onFound(at: number): void;
}

/** What a mistake and a look cost, and the score at which both together cost least. */
function CostsView({ offers, nItems, onFound }: CostsViewProps) {
  const id = useUid("costs");
  const [typed, setTyped] = useState({ wrong: "", look: "" });
  const costs = { wrong: amount(typed.wrong), look: amount(typed.look) };
  const told = costs.wrong !== null && costs.look !== null && costs.wrong + costs.look > 0;
  const at = told ? cheapest(offers, nItems, costs as Costs) : null;
  const offer = at === null ? undefined : offers[at];
  useEffect(() => {
    if (at !== null) onFound(at);
  }, [at, typed.wrong, typed.look]);
  const field = (name: keyof Costs, words: string) => (
    <label for={`${id}-${name}`}>
      {words}{" "}
      <input
        id={`${id}-${name}`}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        {...lm}
        class="rhml-input rhml-cost"
        data-cost={name}
        value={typed[name]}
        aria-invalid={typed[name] !== "" && costs[name] === null}
        onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <div class="rhml-costs">
      <p class="rhml-row">
        {field("wrong", "A wrong label costs")}
        {field("look", "a look of yours")}
        <span class="rhml-muted">in whatever you count: only the ratio matters</span>
      </p>
      <p class="rhml-prose" role="status">
        {offer ? (
          <>
            <b>{`Accept above ${score(offer.threshold)}`}</b>:{" "}
            {`${plural(offer.n_items, "item")}, ${percent(offer.value ?? 0)} wrong ${between(offer.low, offer.high)}; ` +
              `${count(offer.left)} left${offer.time ? `, ${offer.time}` : ""}. That costs least.`}
          </>
        ) : told ? (
          "Accept none: at these costs it is cheapest to look at every item yourself."
        ) : null}
      </p>
    </div>
  );
}

function amount(typed: string): number | null {
  const written = typed.trim();
  // “1,000” may be a thousand or one: it is asked for again.
  if (written === "" || /,\d{3}$/.test(written)) return null;
  const value = Number(written.replace(",", "."));
  return Number.isFinite(value) && value >= 0 ? value : null;
}

interface ThresholdProps {
  offers: readonly Offer[];
  at: number;
  onChange(at: number): void;
}

/** To the right more is accepted. */
function Threshold({ offers, at, onChange }: ThresholdProps) {
  const id = useUid("threshold");
  const offer = offers[at] as Offer;
  return (
    <div class="rhml-threshold">
      <label for={id}>
        Accept above <b class="rhml-number">{score(offer.threshold)}</b>
      </label>
      <input
        id={id}
        type="range"
        {...lm}
        min={0}
        max={offers.length - 1}
        step={1}
        value={at}
        aria-valuetext={`a score of ${score(offer.threshold)}: ${plural(offer.n_items, "item")}`}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <span class="rhml-threshold-ends rhml-muted" aria-hidden="true">
        <span>the surest</span>
        <span>all</span>
      </span>
    </div>
  );
}

function Accepted({ offer: { n_items, value, low, high, wrong, checked, left, time } }: { offer: Offer }) {
  return (
    <>
      <b class="rhml-number">{count(n_items)}</b> could be accepted{" "}
      {value === null ? (
        <>
          with <b class="rhml-number">{count(wrong)}</b> of {plural(checked, "check")} wrong, too few for an estimate{" "}
          <span class="rhml-number">{between(low, high)} %</span>.
        </>
      ) : (
        <>
          at an estimated <b class="rhml-number">{percent(value)}</b> wrong{" "}
          <span class="rhml-number">{between(low, high)}</span>.
        </>
      )}{" "}
      <b class="rhml-number">{count(left)}</b> {left === 1 ? "is" : "are"} left{time ? `, ${time}` : ""}.
    </>
  );
}

interface SharesProps {
  shares: ResultProps["shares"];
  classes: readonly ClassProps[];
  /** Classes that are not told. */
  more: number;
}

function Shares({ shares, classes, more }: SharesProps) {
  return (
    <div class="rhml-shares">
      <Heading why="estimate and 95 % interval, of all items">What the pool holds</Heading>
      <div class="rhml-table-box" tabIndex={0} role="region" aria-label="Shares of the classes" {...lm}>
        <table class="rhml-table">
          <thead>
            <tr>
              <th scope="col">class</th>
              <th scope="col">share</th>
              <th scope="col">interval</th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ label, value, low, high }) => (
              <tr key={label}>
                <td>
                  <bdi>{classes[label]?.name ?? "?"}</bdi>
                </td>
                <td>{percent(value)}</td>
                <td>{`${between(low, high)} %`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 ? <p class="rhml-muted">{`and ${plural(more, "smaller class", "smaller classes")}`}</p> : null}
    </div>
  );
}

export interface StopNowProps {
  props: ResultProps;
  /** To the audit; null where there is no such tab. */
  onAudit: (() => void) | null;
}

/** If you stopped now: in the standing column, whatever tab is open. */
export function StopNow({ props: { offers, best, not_yet, version, advice, drift }, onAudit }: StopNowProps) {
  const offer = best === null ? undefined : offers[best];
  if (!offer && !advice && !drift) return null;
  return (
    <section class="rhml-stop-now" aria-label="If you stopped now">
      <Heading>If you stopped now</Heading>
      {offer ? (
        <p class="rhml-prose">
          <Accepted offer={offer} />
        </p>
      ) : (
        <p class="rhml-prose">
          {not_yet}{" "}
          {version === null && onAudit ? (
            <Button look="link" action="to-audit" onClick={onAudit}>
              Audit me
            </Button>
          ) : null}
        </p>
      )}
      {drift ? (
        <p class="rhml-prose" dir="auto">
          {drift}
        </p>
      ) : null}
    </section>
  );
}

export interface OldLabelsProps {
  old: NonNullable<ResultProps["old"]>;
  act: Act;
  frozen: boolean;
  /** To where they are answered. */
  onAnswer(): void;
}

/** Asked at once: nobody wants a hundred before the next other item. */
const AT_ONCE = 20;

/** Labels brought along that look doubtful: to be asked again. */
export function OldLabels({ old: { doubtful, of }, act, frozen, onAnswer }: OldLabelsProps) {
  const acts = useActs(act);
  const n = Math.min(doubtful, AT_ONCE);
  return (
    <Notice
      tone="twice"
      title="Look twice"
      actions={
        frozen ? null : (
          <Button
            small
            action="recheck"
            off={acts.busy}
            onClick={() => void acts.act("recheck", { n }).then(onAnswer, () => {})}
          >
            {doubtful === 1 ? "Look at it" : n < doubtful ? `Look at ${n} of them` : "Look at them"}
          </Button>
        )
      }
    >
      <p>{`${count(doubtful)} of your ${plural(of, "old label")} ${doubtful === 1 ? "looks" : "look"} doubtful.`}</p>
      <NotSaved of={acts} />
    </Notice>
  );
}
