/** How the n-th line of a graph is drawn: a colour of the theme and, after the first eight, a dash as well. */
export interface Pen {
  colour: string;
  dash: number[];
}

const kColours = 8;
const kDashes: readonly number[][] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

export function penFor(index: number): Pen {
  return { colour: `var(--line-${(index % kColours) + 1})`, dash: kDashes[Math.floor(index / kColours) % kDashes.length]! };
}

/** A canvas knows no custom properties: reads the colour that one has now. */
export function resolved(colour: string, root: Element = document.documentElement): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(root).getPropertyValue(name).trim() || "gray" : colour;
}
