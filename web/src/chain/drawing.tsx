import type { Chain, Stage } from "../api/types";
import { classes, figure } from "../base/text";
import { Shape } from "../look/shape";
import { stageTone } from "../look/states";
import { href } from "../shell/route";

const kWords: Record<Stage["state"], string> = { ok: "flowing", broken: "broken here", starved: "starved", unknown: "no signal" };
const kRobotTone = { ok: "ok", late: "warn", missing: "bad" } as const;

/**
 * A chain as a row of stages, upstream first; on a narrow screen it runs downwards. The first broken stage is marked,
 * the line into it is whole and the line out of it is cut, what lies behind it is starved rather than broken.
 */
export function ChainDrawing({ chain, marked }: { chain: Chain; marked?: string | null }) {
  const broken = marked ?? chain.broken_stage;
  return (
    <ol class="chain" aria-label={`Stages of ${chain.name}`}>
      {chain.stages.map((stage, index) => (
        <StageNode key={stage.name} stage={stage} before={chain.stages[index - 1] ?? null} marked={stage.name === broken && stage.state !== "ok"} />
      ))}
    </ol>
  );
}

function StageNode({ stage, before, marked }: { stage: Stage; before: Stage | null; marked: boolean }) {
  return (
    <li class={classes("stage", `is-${stage.state}`, marked && "is-marked")}>
      {before && <Flow from={before} to={stage} />}
      <div class="stage-box">
        <span class="stage-head">
          <Shape tone={stageTone(stage.state)} label={kWords[stage.state]} size={18} />
          <span class="stage-name">
            {stage.service ? <a href={href("services", stage.service)}>{stage.name}</a> : stage.name}
          </span>
        </span>
        <span class="stage-flow num">{stage.flow === null ? kWords[stage.state] : flowText(stage)}</span>
        {stage.robot && stage.robot !== "ok" && (
          <span class="stage-robot"><Shape tone={kRobotTone[stage.robot]} size={12} /> robot {stage.robot}</span>
        )}
        {stage.robot === "ok" && <span class="stage-robot quiet"><Shape tone="ok" size={12} quiet /> robot ok</span>}
      </div>
    </li>
  );
}

function flowText(stage: Stage): string {
  const rate = `${figure(stage.flow ?? 0)} /s`;
  return stage.state === "ok" ? rate : `${rate}, ${kWords[stage.state]}`;
}

/** The line between two stages: it moves while something flows, is cut behind a broken stage, else faint. */
function Flow({ from, to }: { from: Stage; to: Stage }) {
  const cut = from.state === "broken";
  const alive = !cut && from.state === "ok" && (from.flow === null || from.flow > 0);
  return (
    <span class={classes("flow", cut && "is-cut", alive && "is-alive", to.state === "broken" && "into-broken")} aria-hidden="true">
      <i />
    </span>
  );
}
