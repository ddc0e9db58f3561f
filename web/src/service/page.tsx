import { post, segment } from "../api/client";
import { useResource } from "../api/resource";
import type { Service } from "../api/types";
import { useCell } from "../base/cell";
import { count } from "../base/text";
import { showEffect } from "../live/live";
import { world } from "../live/world";
import { declareIncident } from "../incident/declare";
import { Age, When } from "../look/moments";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { healthTone, unitTone } from "../look/states";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { href } from "../shell/route";
import { attempt } from "../shell/toasts";
import { Logs } from "./logs";

export function ServicePage({ name }: { name: string }) {
  const asked = useResource<Service>(`services/${segment(name)}`);
  const now = useCell(world);
  const service = now?.services.find((entry) => entry.name === name) ?? asked.value;
  if (!service) return <Pending problem={asked.problem} again={asked.reload} />;
  const needed = (now?.services ?? []).filter((entry) => entry.needs.includes(name)).map((entry) => entry.name);
  return (
    <div data-incident={service.incident ?? undefined}>
      <PageHead
        title={<><Shape tone={healthTone(service.health)} label={service.health} size={24} /> {service.name}</>}
        lead={
          <ul class="facts">
            <li class="strong">{service.health}</li>
            <li>for <Age since={service.since} /></li>
            {service.team && <li>team {service.team}</li>}
            {service.environment && <li>{service.environment}</li>}
            {service.incident !== null && <li><a href={href("incidents", service.incident)}>incident #{service.incident}</a></li>}
          </ul>
        }
      >
        <UnitButtons service={service} />
      </PageHead>
      <Stale problem={asked.problem} />
      {service.cause && (
        <p class="banner-line"><Shape tone="warn" /> A victim: <a href={href("services", service.cause)}>{service.cause}</a> is broken, and this needs it.</p>
      )}
      {service.why && <p class="lead">{service.why}</p>}
      <div class="two-columns">
        <div class="column-main">
          <Panel title="Log">
            {service.unit ? <Logs name={name} /> : <Empty>Vigie does not run this service and keeps no log of it.</Empty>}
          </Panel>
        </div>
        <div class="column-side">
          {service.unit && <UnitPanel service={service} />}
          <Panel title="What it is tied to">
            <dl class="pairs">
              <div><dt>Needs</dt><dd><Names names={service.needs} /></dd></div>
              <div><dt>Needed by</dt><dd><Names names={needed} /></dd></div>
            </dl>
          </Panel>
          <Panel title="Known symptoms">
            {service.symptoms.length > 0 ? (
              <ul class="plain-list">{service.symptoms.map((text) => <li key={text}>{text}</li>)}</ul>
            ) : (
              <p class="empty">None written down.</p>
            )}
            <button type="button" onClick={() => declareIncident(service.name)}>Declare an incident…</button>
          </Panel>
        </div>
      </div>
    </div>
  );
}

function Names({ names }: { names: string[] }) {
  if (names.length === 0) return <span class="faint">nothing</span>;
  return <>{names.map((name, index) => <span key={name}>{index > 0 && ", "}<a href={href("services", name)} data-row>{name}</a></span>)}</>;
}

function UnitPanel({ service }: { service: Service }) {
  const unit = service.unit!;
  return (
    <Panel title="Supervised unit">
      <dl class="pairs">
        <div><dt>State</dt><dd><Shape tone={unitTone(unit.state)} size={14} /> {unit.state}</dd></div>
        <div><dt>Since</dt><dd><When at={unit.since} /></dd></div>
        <div><dt>Process</dt><dd class="num">{unit.pid ?? "none"}</dd></div>
        <div><dt>Restarts</dt><dd class="num">{unit.restarts}</dd></div>
        {unit.why && <div><dt>Why</dt><dd>{unit.why}</dd></div>}
      </dl>
    </Panel>
  );
}

type Verb = "start" | "stop" | "restart";

const kEffect: Record<Verb, string> = {
  start: "It is started once what it needs is healthy.",
  stop: "The whole process tree is stopped, and stays stopped until somebody starts it.",
  restart: "The whole process tree is stopped and started again.",
};

const kDone: Record<Verb, string> = { start: "Starting", stop: "Stopping", restart: "Restarting" };

function UnitButtons({ service }: { service: Service }) {
  if (!service.unit) return null;
  const down = service.unit.state === "stopped" || service.unit.state === "failed";
  const verbs: Verb[] = down ? ["start"] : ["restart", "stop"];
  return (
    <>
      {verbs.map((verb) => (
        <button key={verb} type="button" class={verb === "stop" ? "danger" : ""} onClick={() => askUnit(service, verb)}>
          {verb.charAt(0).toUpperCase() + verb.slice(1)}…
        </button>
      ))}
    </>
  );
}

function askUnit(service: Service, verb: Verb): void {
  const needed = (world.get()?.services ?? []).filter((entry) => entry.needs.includes(service.name));
  openDialog(
    <Ask
      title={`${verb.charAt(0).toUpperCase() + verb.slice(1)} ${service.name}?`}
      act={verb.charAt(0).toUpperCase() + verb.slice(1)}
      danger={verb !== "start"}
      onAct={() => {
        closeDialog();
        void attempt(() => post(`services/${segment(service.name)}/${verb}`), `${kDone[verb]} ${service.name}`).then(showEffect);
      }}
    >
      <p>{kEffect[verb]}</p>
      {verb !== "start" && needed.length > 0 && (
        <p><Shape tone="warn" /> {count(needed.length, "service")} {needed.length === 1 ? "needs" : "need"} it: {needed.map((entry) => entry.name).join(", ")}.</p>
      )}
    </Ask>,
  );
}
