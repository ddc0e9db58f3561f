import type { Incident } from "../api/types";
import { Key } from "../look/panel";
import { ackIncident, askNote, askResolve, takeIncident } from "./acts";

export function IncidentButtons({ incident }: { incident: Incident }) {
  if (incident.state === "resolved") {
    return (
      <div class="buttons">
        <button type="button" onClick={() => askNote(incident.id)}>Note <Key>n</Key></button>
      </div>
    );
  }
  const fresh = incident.state === "open";
  return (
    <div class="buttons">
      {fresh && (
        <button type="button" class="primary" onClick={() => void ackIncident(incident.id)}>
          Acknowledge <Key>a</Key>
        </button>
      )}
      {incident.state !== "taken" && (
        <button type="button" class={fresh ? "" : "primary"} onClick={() => void takeIncident(incident.id)}>
          Take <Key>t</Key>
        </button>
      )}
      <button type="button" onClick={() => askNote(incident.id)}>Note <Key>n</Key></button>
      <button type="button" onClick={() => askResolve(incident.id)}>Resolve <Key>r</Key></button>
    </div>
  );
}
