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

/** A canvas knows neither custom properties nor `light-dark()`: asks the browser what a colour comes to now. */
export function resolved(colour: string): string {
  const probe = document.createElement("i");
  probe.style.color = colour;
  document.body.append(probe);
  const painted = getComputedStyle(probe).color;
  probe.remove();
  return painted || "gray";
}
