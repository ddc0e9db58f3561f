import { useEffect } from "preact/hooks";
import { useResource, type Resource } from "../api/resource";
import type { RunDetail } from "../api/types";
import { stillGoing } from "../look/states";

const kEveryMs = 1000;

/** A run with its steps, asked again every second while it goes on: what a step prints is no event of the journal. */
export function useRun(id: string | number): Resource<RunDetail> & { going: boolean } {
  const run = useResource<RunDetail>(`runs/${encodeURIComponent(id)}`);
  const { value, reload } = run;
  const going = value !== null && stillGoing(value.state);
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(reload, kEveryMs);
    return () => clearInterval(timer);
  }, [going, reload]);
  return { ...run, going };
}
