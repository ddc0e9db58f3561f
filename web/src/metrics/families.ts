export interface Family {
  title: string;
  members: string[];
}

const kLarge = 24;
const kLone = "others";

/**
 * Names by the word that they begin with ("datajs"), a large family by its first two ("node_memory"). Names that stand
 * alone share one family at the end.
 */
export function familiesOf(names: readonly string[]): Family[] {
  const families = grouped(names, 1).flatMap((family) => (family.members.length > kLarge ? grouped(family.members, 2, family.title) : [family]));
  const lone = families.filter((family) => family.members.length === 1).flatMap((family) => family.members);
  const out = families.filter((family) => family.members.length > 1).sort((a, b) => a.title.localeCompare(b.title));
  return lone.length === 0 ? out : [...out, { title: out.length === 0 ? "all" : kLone, members: lone.sort() }];
}

function grouped(names: readonly string[], words: number, rest?: string): Family[] {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const title = name.split(/[_:]/, words).join("_").replace(/_$/, "") || name;
    found.set(title, [...(found.get(title) ?? []), name]);
  }
  if (rest === undefined) return [...found].map(([title, members]) => ({ title, members }));
  // What is alone within a large family stays with that family's name.
  const alone = [...found].filter(([, members]) => members.length === 1).flatMap(([, members]) => members);
  const groups = [...found].filter(([, members]) => members.length > 1).map(([title, members]) => ({ title, members }));
  return alone.length === 0 ? groups : [...groups, { title: rest, members: alone }];
}
