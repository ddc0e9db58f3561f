/** What can stand in a query where the cursor is. */
export interface Completion {
  text: string;
  kind: "metric" | "function";
}

const kFunctions =
  "abs absent absent_over_time avg avg_over_time bottomk ceil changes clamp clamp_max clamp_min count count_over_time count_values day_of_month day_of_week day_of_year days_in_month delta deriv exp floor group histogram_quantile hour idelta increase irate label_join label_replace last_over_time ln log10 log2 max max_over_time min min_over_time minute month predict_linear present_over_time quantile quantile_over_time rate resets round scalar sgn sort sort_desc sqrt stddev stddev_over_time stdvar sum sum_over_time time timestamp topk vector year".split(
    " ",
  );

/** The name being typed just before the cursor, and where it starts; null inside quotes, braces and brackets. */
export function wordAt(text: string, cursor: number): { word: string; start: number } | null {
  const before = text.slice(0, cursor);
  if (enclosed(before)) return null;
  const match = /[a-zA-Z_:][a-zA-Z0-9_:]*$/.exec(before);
  return match ? { word: match[0], start: match.index } : null;
}

function enclosed(before: string): boolean {
  let quote = "";
  let depth = 0;
  for (let i = 0; i < before.length; i++) {
    const letter = before[i]!;
    if (quote) {
      if (letter === "\\" && quote !== "`") i++;
      else if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'" || letter === "`") quote = letter;
    else if (letter === "{" || letter === "[") depth++;
    else if (letter === "}" || letter === "]") depth--;
  }
  return quote !== "" || depth > 0;
}

const kShownMax = 12;

/** Names that begin with the word first, then those that hold it; the word itself is no completion. */
export function completions(word: string, metrics: readonly string[]): Completion[] {
  const wanted = word.toLowerCase();
  const all: Completion[] = [
    ...metrics.map((text) => ({ text, kind: "metric" as const })),
    ...kFunctions.map((text) => ({ text, kind: "function" as const })),
  ];
  const rank = ({ text }: Completion) => {
    const at = text.toLowerCase().indexOf(wanted);
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  return all
    .filter((entry) => rank(entry) < 2 && entry.text !== word)
    .sort((a, b) => rank(a) - rank(b) || a.text.length - b.text.length || a.text.localeCompare(b.text))
    .slice(0, kShownMax);
}

/** Puts a completion in place of the word; a function gets its bracket. */
export function accept(text: string, cursor: number, chosen: Completion): { text: string; cursor: number } {
  const at = wordAt(text, cursor);
  const start = at?.start ?? cursor;
  const rest = text.slice(cursor).replace(/^[a-zA-Z0-9_:]+/, "");
  const bracket = chosen.kind === "function" && !rest.startsWith("(") ? "(" : "";
  const head = text.slice(0, start) + chosen.text + bracket;
  return { text: head + rest, cursor: head.length };
}
