import { Cell } from "../base/cell";

/** "system" follows the machine; the choice is kept on this browser. */
export type Theme = "system" | "light" | "dark";

const kPlace = "vigie.theme";

export const theme = new Cell<Theme>(stored());

function stored(): Theme {
  try {
    const text = localStorage.getItem(kPlace);
    return text === "light" || text === "dark" ? text : "system";
  } catch {
    return "system";
  }
}

export function applyTheme(): void {
  const show = () => {
    const chosen = theme.get();
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  };
  theme.watch(show);
  show();
}

export function chooseTheme(next: Theme): void {
  try {
    if (next === "system") localStorage.removeItem(kPlace);
    else localStorage.setItem(kPlace, next);
  } catch {
    // A browser that keeps nothing still gets the theme for this visit.
  }
  theme.set(next);
}

export const nextTheme: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
