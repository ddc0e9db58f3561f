import type { Chain, Stage } from "../api/types";
import { breakable, classes, flow } from "../base/text";
import { Shape } from "../look/shape";
import { stageTone } from "../look/states";
import { href } from "../shell/route";
import { lanesOf, type Lane } from "./branches";

const kWords: Record<Stage["state"], string> = { ok: "flowing", broken: "broken here", starved: "starved", unknown: "no signal" };
const kRobotTone = { ok: "ok", late: "warn", missing: "bad" } as const;

/**
 * A chain as a row of stages, upstream first, with lanes where one stage feeds several; on a narrow screen it runs
 * downwards. The first broken stage is marked, the line into it is whole and the line out of it is cut, what lies
 * behind it is starved rather than broken.
 */
export function ChainDrawing({ chain, marked }: { chain: Chain; marked?: string | null }) {
  return (
    <div class="chain">
      <LaneDrawing lane={lanesOf(chain.stages)} before={null} marked={marked ?? chain.broken_stage} label={`Stages of ${chain.name}`} />
    </div>
  );
}

interface LaneProps {
  lane: Lane;
  before: Stage | null;
  marked: string | null;
  label: string;
}

function LaneDrawing({ lane, before, marked, label }: LaneProps) {
  let last = before;
  return (
    <ol class="lane" aria-label={label}>
      {lane.map((piece) => {
        const from = last;
        if ("stage" in piece) {
          last = piece.stage;
          return <StageNode key={piece.stage.name} stage={piece.stage} before={from} marked={piece.stage.name === marked && piece.stage.state !== "ok"} />;
        }
        return <Fork key={`fork-${from?.name}`} lanes={piece.fork} before={from} marked={marked} />;
      })}
    </ol>
  );
}

function Fork({ lanes, before, marked }: { lanes: readonly Lane[]; before: Stage | null; marked: string | null }) {
  return (
    <li class={classes("fork", before === null && "is-source")}>
      {before && <Flow from={before} to={null} />}
      <div class="fork-lanes">
        {lanes.map((lane, index) => (
          <div class="fork-lane" key={index}>
            <LaneDrawing lane={lane} before={before} marked={marked} label={before ? `Lane ${index + 1} of ${lanes.length} behind ${before.name}` : `Source ${index + 1}`} />
          </div>
        ))}
      </div>
    </li>
  );
}

function StageNode({ stage, before, marked }: { stage: Stage; before: Stage | null; marked: boolean }) {
  const name = breakable(stage.name);
  return (
    <li class={classes("stage", `is-${stage.state}`, marked && "is-marked")}>
      {before && <Flow from={before} to={stage} />}
      <div class="stage-box">
        <span class="stage-head">
          <Shape tone={stageTone(stage.state)} label={kWords[stage.state]} size={18} />
          <span class="stage-name">{stage.service ? <a href={href("services", stage.service)}>{name}</a> : name}</span>
        </span>
        <span class="stage-flow num">{stage.flow === null ? kWords[stage.state] : flowText(stage)}</span>
        {stage.robot && stage.robot !== "ok" && (
          <span class="stage-robot"><Shape tone={kRobotTone[stage.robot]} size={12} /> robot {stage.robot}</span>
        )}
      </div>
    </li>
  );
}

function flowText(stage: Stage): string {
  const rate = `${flow(stage.flow ?? 0)} /s`;
  return stage.state === "ok" ? rate : `${rate}, ${kWords[stage.state]}`;
}

/** The line between two stages: it moves while something flows, is cut behind a broken stage, else faint. */
function Flow({ from, to }: { from: Stage; to: Stage | null }) {
  const cut = from.state === "broken";
  const alive = !cut && from.state === "ok" && (from.flow === null || from.flow > 0);
  return (
    <span class={classes("flow", cut && "is-cut", alive && "is-alive", to?.state === "broken" && "into-broken")} aria-hidden="true">
      <i />
    </span>
  );
}
