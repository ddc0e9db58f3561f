import type { Alert } from "../api/types";
import { figure, labelText } from "../base/text";
import { withTimes } from "../base/time";
import { serverNow } from "../live/clock";
import { zone } from "../live/world";
import { Age, When } from "../look/moments";
import { Shape } from "../look/shape";
import { alertTone } from "../look/states";
import { href } from "../shell/route";

export function AlertRows({ alerts, plain }: { alerts: Alert[]; plain?: boolean }) {
  return (
    <ul class="rows">
      {alerts.map((alert) => <AlertRow key={alert.fingerprint} alert={alert} plain={plain ?? false} />)}
    </ul>
  );
}

function AlertRow({ alert, plain }: { alert: Alert; plain: boolean }) {
  const text = alert.annotations.summary ?? alert.annotations.description;
  // With an incident the link is what j and k stop at, so that Enter opens it.
  const lone = !plain && !alert.incident;
  const muted = [alert.muted_by ?? []].flat();
  return (
    <li class="row alert-row" tabIndex={lone ? 0 : undefined} data-row={lone || undefined} data-incident={alert.incident ?? undefined}>
      <Shape tone={muted.length > 0 ? "off" : alertTone(alert.state)} label={alert.state} />
      <div class="row-main">
        <p class="row-title">{alert.labels.alertname ?? "alert"} {alert.labels.severity && <span class="tag">{alert.labels.severity}</span>}</p>
        {text && <p>{text}</p>}
        <code class="labels">{labelText(alert.labels, ["alertname", "severity", "__name__"])}</code>
        <p class="faint">
          {[
            alert.value === null ? null : `value ${typeof alert.value === "number" ? figure(alert.value) : alert.value}`,
            muted.length > 0 ? `muted by ${muted.join(", ")}` : null,
            alert.cause ? `a victim of ${alert.cause.replace(/^service\//, "")}` : null,
            alert.receivers?.length ? `goes to ${alert.receivers.join(", ")}` : null,
            alert.reason && withTimes(alert.reason, zone(), serverNow()),
          ].filter(Boolean).join(" · ")}
        </p>
        {!plain && alert.incident ? <a href={href("incidents", alert.incident)} data-row>incident #{alert.incident}</a> : null}
      </div>
      <span class="row-end">
        <span>{alert.state}</span>
        <span class="faint">
          {alert.resolved_at ? <When at={alert.resolved_at} /> : <Age since={alert.fired_at ?? alert.active_at} parts={1} />}
        </span>
      </span>
    </li>
  );
}
