import { useEffect, useState } from "preact/hooks";

/** One value that components watch. The console's only kind of shared state. */
export class Cell<T> {
  private value: T;
  private readonly watchers = new Set<() => void>();

  constructor(initial: T) {
    this.value = initial;
  }

  get(): T {
    return this.value;
  }

  set(next: T): void {
    if (Object.is(next, this.value)) return;
    this.value = next;
    for (const watcher of [...this.watchers]) watcher();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [, redraw] = useState(0);
  const seen = cell.get();
  useEffect(() => {
    const wake = () => redraw((n) => n + 1);
    // The value may have moved between this render and its effect.
    if (!Object.is(cell.get(), seen)) wake();
    return cell.watch(wake);
  }, [cell]);
  return seen;
}
