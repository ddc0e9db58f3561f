import type { Chain } from "../api/types";
import { duration } from "../base/time";
import { Ago } from "../look/moments";
import { Shape } from "../look/shape";
import { chainTone } from "../look/states";
import { href } from "../shell/route";
import { ChainDrawing } from "./drawing";

export function ChainRow({ chain }: { chain: Chain }) {
  return (
    <article class={`chain-row is-${chain.state}`}>
      <header>
        <h3>
          <Shape tone={chainTone(chain.state)} label={chain.state} size={18} />
          <a href={href("chains", chain.name)} data-row>{chain.name}</a>
        </h3>
        <span class="chain-state">{chainStateText(chain)}</span>
        <RobotNote robot={chain.robot} />
      </header>
      <ChainDrawing chain={chain} />
    </article>
  );
}

/** "broken at datajs", "flows". */
export function chainStateText(chain: Chain): string {
  if (chain.state === "broken") return chain.broken_stage ? `broken at ${chain.broken_stage}` : "broken";
  return chain.state === "ok" ? "flows" : "not known";
}

export function RobotNote({ robot }: { robot: Chain["robot"] }) {
  if (!robot) return null;
  const tone = robot.last === "ok" ? "ok" : robot.last === "failed" ? "bad" : "unknown";
  return (
    <span class="robot-note faint">
      <Shape tone={tone} size={12} quiet />
      {robot.last === null ? (
        <span>robot every {duration(robot.every_ms)}, has not run yet</span>
      ) : (
        <span>robot {robot.last === "ok" ? "came through" : "failed"} <Ago at={robot.last_at} />, every {duration(robot.every_ms)}</span>
      )}
    </span>
  );
}
