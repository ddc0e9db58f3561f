import type { Stage } from "../api/types";

/** A stretch of a chain: stages one behind the other, with forks where one feeds several. */
export type Lane = readonly Piece[];
export type Piece = { stage: Stage } | { fork: readonly Lane[] };

/**
 * How stages hang together, as lanes and forks. A stage that several feed stands once, behind the fork whose lanes
 * meet in it. Every stage is drawn exactly once, whatever the book says.
 */
export function lanesOf(stages: readonly Stage[]): Lane {
  return new Layout(stages).whole();
}

class Layout {
  private readonly feeders = new Map<string, readonly string[]>();
  private readonly fed = new Map<string, Stage[]>();
  private readonly drawn = new Set<string>();

  constructor(private readonly stages: readonly Stage[]) {
    const names = new Set(stages.map((stage) => stage.name));
    stages.forEach((stage, index) => {
      const before = stages[index - 1];
      // Older daemons do not say what feeds a stage: then it is the one before.
      const after = stage.after ?? (before ? [before.name] : []);
      this.feeders.set(stage.name, after.filter((name) => names.has(name)));
    });
    for (const stage of stages) for (const name of this.feedersOf(stage)) this.fed.set(name, [...(this.fed.get(name) ?? []), stage]);
  }

  whole(): Lane {
    const sources = this.stages.filter((stage) => this.feedersOf(stage).length === 0);
    const lane = this.behind(sources, new Set());
    const rest = this.stages.filter((stage) => !this.drawn.has(stage.name));
    return rest.length === 0 ? lane : [...lane, ...rest.map((stage) => ({ stage }))];
  }

  private feedersOf(stage: Stage): readonly string[] {
    return this.feeders.get(stage.name) ?? [];
  }

  /** What follows when `next` are fed from here; `above` are the stages upstream on this lane. */
  private behind(next: readonly Stage[], above: Set<string>): Lane {
    const ready = next.filter((stage) => !this.drawn.has(stage.name) && this.feedersOf(stage).every((name) => above.has(name)));
    if (ready.length === 0) return [];
    if (ready.length === 1) return this.from(ready[0]!, above);
    const lanes = ready.map((stage) => {
      const own = new Set(above);
      return { drawing: this.from(stage, own), own };
    });
    // What waited for more than one of the lanes comes behind them all.
    for (const { own } of lanes) for (const name of own) above.add(name);
    const met = this.stages.filter((stage) => this.feedersOf(stage).length > 1);
    return [{ fork: lanes.map(({ drawing }) => drawing) }, ...this.behind(met, above)];
  }

  private from(stage: Stage, above: Set<string>): Lane {
    this.drawn.add(stage.name);
    above.add(stage.name);
    return [{ stage }, ...this.behind(this.fed.get(stage.name) ?? [], above)];
  }
}
