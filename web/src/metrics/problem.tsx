/** Where a query is wrong: the place the parser names, marked under the text. */
export interface Place {
  line: number;
  column: number;
  message: string;
}

/** Prometheus writes `1:5: parse error: …`, at times behind `invalid parameter "query": `. */
export function placeIn(error: string): Place | null {
  const match = /(?:^|\s)(\d+):(\d+): (.*)$/s.exec(error);
  if (!match) return null;
  return { line: Number(match[1]), column: Number(match[2]), message: match[3]! };
}

export function QueryProblem({ expr, error }: { expr: string; error: string }) {
  const place = placeIn(error);
  const line = place ? expr.split("\n")[place.line - 1] : undefined;
  if (!place || line === undefined) return <p class="problem" role="alert">{error}</p>;
  const at = Math.min(Math.max(0, place.column - 1), line.length);
  return (
    <div class="problem query-problem" role="alert">
      <pre>
        {line.slice(0, at)}
        <mark>{line.slice(at, at + 1) || " "}</mark>
        {line.slice(at + 1)}
        {"\n"}
        {" ".repeat(at)}^
      </pre>
      <p>{place.message} <span class="faint">(line {place.line}, column {place.column})</span></p>
    </div>
  );
}
