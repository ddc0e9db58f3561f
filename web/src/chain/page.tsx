import { useResource } from "../api/resource";
import type { Chain } from "../api/types";
import { useCell } from "../base/cell";
import { flow } from "../base/text";
import { world } from "../live/world";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { chainTone, stageTone } from "../look/states";
import { href } from "../shell/route";
import { ChainDrawing } from "./drawing";
import { ChainRow, RobotNote } from "./row";

export function ChainsPage() {
  const now = useCell(world);
  if (!now) return null;
  return (
    <>
      <PageHead title="Chains" lead="Each chain from its first stage to its last. The first broken stage is the one to look at." />
      {now.chains.length === 0 && <Empty>The book names no chain.</Empty>}
      <div class="stack">{now.chains.map((chain) => <ChainRow key={chain.name} chain={chain} />)}</div>
    </>
  );
}

export function ChainPage({ name }: { name: string }) {
  const asked = useResource<Chain>(`chains/${encodeURIComponent(name)}`);
  // The live document is newer than the answer whenever it has this chain.
  const chain = useCell(world)?.chains.find((entry) => entry.name === name) ?? asked.value;
  if (!chain) return <Pending problem={asked.problem} again={asked.reload} />;
  return (
    <>
      <PageHead title={<><Shape tone={chainTone(chain.state)} label={chain.state} size={24} /> {chain.name}</>} lead={chain.why ?? (chain.state === "ok" ? "Every stage passes on what it is given." : null)} />
      <Stale problem={asked.problem} />
      <Panel title="Stages" aside={<RobotNote robot={chain.robot} />}>
        <ChainDrawing chain={chain} />
        <div class="scroll-x">
          <table>
            <thead><tr><th scope="col">Stage</th><th scope="col">State</th><th scope="col" class="right">Flow</th><th scope="col">Robot</th><th scope="col" class="wide-only">Service</th></tr></thead>
            <tbody>
              {chain.stages.map((stage) => (
                <tr key={stage.name}>
                  <th scope="row">{stage.name}</th>
                  <td class="num"><Shape tone={stageTone(stage.state)} /> {stage.state}</td>
                  <td class="right num">{stage.flow === null ? "–" : `${flow(stage.flow)} /s`}</td>
                  <td>{stage.robot ?? "–"}</td>
                  <td class="wide-only">{stage.service ? <a href={href("services", stage.service)} data-row>{stage.service}</a> : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </>
  );
}
