/** Moving with j and k: over every element marked `data-row`, in the order of the page. */
export function moveRow(by: 1 | -1, root: ParentNode = document): void {
  const rows = [...root.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null || row.getClientRects().length > 0);
  if (rows.length === 0) return;
  const active = document.activeElement;
  const at = rows.findIndex((row) => row === active || row.contains(active));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  const row = rows[next];
  row?.focus();
  row?.scrollIntoView?.({ block: "nearest" });
}

/** The incident that the focused thing is about. */
export function focusedIncident(active: Element | null = document.activeElement): number | null {
  const holder = active?.closest<HTMLElement>("[data-incident]");
  return holder ? Number(holder.dataset.incident) : null;
}
