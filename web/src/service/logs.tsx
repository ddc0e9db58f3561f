import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get, problemText, segment } from "../api/client";

const kEveryMs = 2000;
const kLines = [200, 1000] as const;

/** The end of a service's log. It follows while the reader is at the bottom and stands still while they read. */
export function Logs({ name }: { name: string }) {
  const [lines, setLines] = useState<string[] | null>(null);
  const [path, setPath] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [wanted, setWanted] = useState<number>(kLines[0]);
  const [follow, setFollow] = useState(true);
  const [query, setQuery] = useState("");
  const box = useRef<HTMLPreElement>(null);

  useEffect(() => {
    let gone = false;
    const load = () =>
      get<{ lines: string[]; path: string | null }>(`services/${segment(name)}/logs?lines=${wanted}`).then(
        (log) => {
          if (gone) return;
          setLines(log.lines);
          setPath(log.path);
          setProblem(null);
        },
        (cause) => !gone && setProblem(problemText(cause)),
      );
    void load();
    const timer = follow ? setInterval(load, kEveryMs) : null;
    return () => {
      gone = true;
      if (timer !== null) clearInterval(timer);
    };
  }, [name, wanted, follow]);

  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follow]);

  const shown = (lines ?? []).filter((line) => line.toLowerCase().includes(query.toLowerCase()));
  return (
    <div class="logs">
      <div class="log-tools">
        <input type="search" aria-label="Only lines with" placeholder="Only lines with…" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        <label class="check"><input type="checkbox" checked={follow} onChange={(event) => setFollow(event.currentTarget.checked)} /> follow</label>
        <label class="check">
          last
          <select aria-label="How many lines" value={String(wanted)} onChange={(event) => setWanted(Number(event.currentTarget.value))}>
            {kLines.map((n) => <option key={n} value={String(n)}>{n}</option>)}
          </select>
          lines
        </label>
      </div>
      {problem && <p class="empty">{problem}</p>}
      {lines && (
        <pre
          ref={box}
          class="log"
          tabIndex={0}
          aria-label={`Log of ${name}`}
          onScroll={(event) => {
            const el = event.currentTarget;
            if (el.scrollHeight - el.scrollTop - el.clientHeight > 40) setFollow(false);
          }}
        >
          {shown.map((line, index) => <span key={index} class={lineClass(line)}>{line}{"\n"}</span>)}
        </pre>
      )}
      {lines?.length === 0 && <p class="empty">It has written nothing yet.</p>}
      {path && <p class="faint"><code>{path}</code></p>}
    </div>
  );
}

function lineClass(line: string): string {
  if (/\b(error|fatal|critical|panic|exception)\b/i.test(line)) return "line is-error";
  return /\bwarn(ing)?\b/i.test(line) ? "line is-warning" : "line";
}
