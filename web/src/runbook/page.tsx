import { useResource } from "../api/resource";
import type { Runbook, RunbookDetail } from "../api/types";
import { duration } from "../base/time";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { href } from "../shell/route";
import { launchRunbook } from "./launch";

export function RunbooksPage() {
  const { value, problem, reload } = useResource<{ runbooks: Runbook[] }>("runbooks");
  return (
    <>
      <PageHead title="Runbooks" lead="What to do when, written for three in the morning." />
      {value ? (
        <>
          <Stale problem={problem} />
          <ul class="rows">
            {value.runbooks.map((runbook) => (
              <li key={runbook.id}>
                <a class="row" href={href("runbooks", runbook.id)} data-row>
                  <span class="row-main">
                    <span class="row-title">{runbook.title}</span>
                    <span class="row-sub">{runbook.when ? <code>{runbook.when}</code> : "a manual: run by hand"}</span>
                  </span>
                  <span class="row-end"><span class="tag">{runbook.automatic ? "runs by itself" : "by hand"}</span></span>
                </a>
              </li>
            ))}
          </ul>
          {value.runbooks.length === 0 && <Empty>The book holds no runbook.</Empty>}
        </>
      ) : (
        <Pending problem={problem} again={reload} />
      )}
    </>
  );
}

export function RunbookPage({ id }: { id: string }) {
  const { value, problem, reload } = useResource<RunbookDetail>(`runbooks/${encodeURIComponent(id)}`);
  if (!value) return <Pending problem={problem} again={reload} />;
  return (
    <>
      <PageHead title={value.title} lead={value.path && <code>{value.path}</code>}>
        <button type="button" class="primary" onClick={() => launchRunbook(value.id, value.title, null)}>Run…</button>
      </PageHead>
      <Stale problem={problem} />
      <div class="two-columns">
        <div class="column-main">
          {/* Rendered by the daemon from the book, with raw HTML of the source left out. */}
          <article class="panel prose" onClick={followInside} dangerouslySetInnerHTML={{ __html: value.html }} />
        </div>
        <div class="column-side">
          <Panel title="When and how">
            <dl class="pairs">
              <div><dt>When</dt><dd>{value.when ? <code>{value.when}</code> : "run by hand"}</dd></div>
              <div><dt>Starts</dt><dd>{value.automatic ? "by itself" : "when a person says so"}</dd></div>
              <div><dt>Guard</dt><dd>{guardText(value.guard)}</dd></div>
            </dl>
          </Panel>
          <Panel title="Steps" note={value.steps.length}>
            <ol class="plan">
              {value.steps.map((step) => (
                <li key={step.id}>
                  <p class="step-head"><span class="step-title">{step.title}</span><span class="tag">{step.kind}</span></p>
                  <p class="faint">{stepNotes(step)}</p>
                </li>
              ))}
            </ol>
          </Panel>
        </div>
      </div>
    </>
  );
}

/** A link to another section of the runbook scrolls to it; the address is the console's and stays as it is. */
function followInside(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  section?.scrollIntoView({ block: "start" });
}

function stepNotes(step: RunbookDetail["steps"][number]): string {
  const notes: string[] = [];
  if (step.approve === "ask" || step.approve === true) notes.push("waits for a go-ahead");
  if (step.repeat === "safe" || step.repeat === true) notes.push("safe to repeat");
  if (step.repeat === "never" || step.repeat === false) notes.push("never repeated by itself");
  if (step.timeout_ms) notes.push(`at most ${duration(step.timeout_ms)}`);
  return notes.join(" · ");
}

/** A guard comes as words or as limits: `cooldown_ms: 1800000` reads "cooldown 30 min". */
export function guardText(guard: Runbook["guard"]): string {
  if (guard === null) return "none";
  if (typeof guard === "string") return guard;
  const { at_most: most, at_most_per_ms: per, ...others } = guard;
  const limits = Object.entries(others).filter(([, value]) => value !== null && value !== 0 && value !== false);
  const said = limits.map(([name, value]) => {
    const word = name.replace(/_ms$/, "").replace(/[-_]/g, " ");
    return `${word} ${name.endsWith("_ms") ? duration(Number(value)) : String(value)}`;
  });
  if (most) said.push(`at most ${String(most)}${per ? ` per ${duration(Number(per))}` : ""}`);
  return said.join(", ") || "none";
}
