/** What a text still asks for: the names between `{{` and `}}`, which the daemon fills in where it has values. */
export function unfilledIn(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => [...text.matchAll(/\{\{(.*?)\}\}/gs)].map((match) => match[1]!.trim()));
  return [...new Set(names)];
}
