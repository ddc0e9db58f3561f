/** Finding things by what people say about them: "search is broken" finds the service with that symptom. */
export interface Findable {
  kind: "service" | "incident" | "runbook" | "chain" | "page";
  title: string;
  /** Other words it is known by; `symptom` texts are shown when they are what matched. */
  words: { text: string; weight: number; symptom?: boolean }[];
  detail: string;
  address: string;
}

export interface Hit {
  item: Findable;
  score: number;
  /** The symptom that matched best, to show why this was found. */
  because: string | null;
}

const kIdle = new Set(["a", "an", "and", "are", "at", "be", "for", "i", "in", "is", "it", "my", "no", "not", "of", "on", "or", "the", "to", "was", "we", "with", "does", "do", "t", "s"]);
const kTitleWeight = 3;

/** Lower case, without accents, split at everything that is neither letter nor digit. */
export function tokens(text: string): string[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Takes off what English adds to a word, so that "stalls", "stalled" and "stalling" meet. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(ing|ed|es|s|e)$/, "") : word;
}

function closeness(wanted: string, word: string): number {
  if (wanted === word) return 1;
  if (word.startsWith(wanted)) return 0.8;
  if (wanted.length > 3 && stem(wanted) === stem(word)) return 0.7;
  if (wanted.length > 2 && word.includes(wanted)) return 0.45;
  return 0;
}

function best(wanted: string, words: readonly string[]): number {
  let top = 0;
  for (const word of words) top = Math.max(top, closeness(wanted, word));
  return top;
}

/** The best matches first. An empty query finds nothing; every meaningful word that matches counts. */
export function find(query: string, items: readonly Findable[], limit = 12): Hit[] {
  const all = tokens(query);
  const meaningful = all.filter((word) => !kIdle.has(word));
  const wanted = meaningful.length > 0 ? meaningful : all;
  if (wanted.length === 0) return [];
  const hits = items.map((item) => judge(item, wanted)).filter((hit): hit is Hit => hit !== null);
  return hits.sort((a, b) => b.score - a.score || a.item.title.localeCompare(b.item.title)).slice(0, limit);
}

function judge(item: Findable, wanted: readonly string[]): Hit | null {
  const fields = [{ text: item.title, weight: kTitleWeight, symptom: false }, ...item.words];
  const split = fields.map((field) => ({ ...field, words: tokens(field.text) }));
  let score = 0;
  let found = 0;
  const perSymptom = new Map<string, number>();
  for (const word of wanted) {
    let top = 0;
    for (const field of split) {
      const value = best(word, field.words) * field.weight;
      if (value > 0 && field.symptom) perSymptom.set(field.text, (perSymptom.get(field.text) ?? 0) + value);
      top = Math.max(top, value);
    }
    if (top > 0) found += 1;
    score += top;
  }
  if (found === 0 || found < Math.ceil(wanted.length / 2)) return null;
  const because = [...perSymptom].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  // All of the words in one symptom is what the person means, more than words scattered over an entry.
  const together = because === null ? 0 : (perSymptom.get(because) ?? 0) / 2;
  return { item, score: (score + together) * (found / wanted.length), because };
}
