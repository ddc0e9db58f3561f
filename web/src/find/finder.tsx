import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../api/client";
import type { Incident, Runbook } from "../api/types";
import { useCell } from "../base/cell";
import { world } from "../live/world";
import { closeDialog, openDialog } from "../shell/dialog";
import { go } from "../shell/route";
import { find, type Hit } from "./match";
import { places } from "./places";

export function openFinder(): void {
  openDialog(<Finder />);
}

function Finder() {
  const now = useCell(world);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const [incidents, setIncidents] = useState<Incident[]>(now?.incidents ?? []);
  const [runbooks, setRunbooks] = useState<Runbook[]>([]);

  useEffect(() => {
    // What cannot be fetched is simply not found; the services are here already.
    get<{ incidents: Incident[] }>("incidents?state=all&limit=200").then((list) => setIncidents(list.incidents), () => {});
    get<{ runbooks: Runbook[] }>("runbooks").then((list) => setRunbooks(list.runbooks), () => {});
  }, []);

  const items = useMemo(() => places(now, incidents, runbooks), [now, incidents, runbooks]);
  const hits = query.trim() === "" ? items.filter((item) => item.kind === "page").map(asHit) : find(query, items);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      setChosen((chosen + by + hits.length) % Math.max(1, hits.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(hits[chosen]);
    }
  };

  return (
    <div class="finder">
      <input
        type="text"
        role="combobox"
        aria-label="Find a service, incident, runbook or page"
        aria-expanded="true"
        aria-controls="finder-hits"
        aria-activedescendant={hits.length > 0 ? `finder-${chosen}` : undefined}
        placeholder="Find: a name, a number, or what people complain about"
        autofocus
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="finder-hits" role="listbox" aria-label="Found">
        {hits.map((hit, index) => (
          <li
            key={hit.item.address}
            id={`finder-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setChosen(index)}
            onClick={() => open(hit)}
          >
            <span class="finder-kind">{hit.item.kind}</span>
            <span class="finder-title">{hit.item.title}</span>
            <span class="finder-detail">{hit.because ? `“${hit.because}”` : hit.item.detail}</span>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p class="empty">Nothing is called that, and no service has it among its symptoms.</p>}
    </div>
  );
}

function asHit(item: Hit["item"]): Hit {
  return { item, score: 0, because: null };
}

function open(hit: Hit | undefined): void {
  if (!hit) return;
  closeDialog();
  go(hit.item.address);
}
