import { useEffect, useState } from "preact/hooks";
import { useCell } from "../base/cell";
import { openFinder } from "../find/finder";
import { stream } from "../live/live";
import { world } from "../live/world";
import { Logo } from "../look/logo";
import { Key } from "../look/panel";
import { Shape } from "../look/shape";
import type { Tone } from "../look/states";
import { session, signOut } from "../session/session";
import { openHelp } from "./help";
import { href, route } from "./route";
import { kDestinations } from "./pages";
import { chooseTheme, nextTheme, theme } from "./theme";
import { Ask, closeDialog, openDialog } from "./dialog";
import { attempt } from "./toasts";

export function Header() {
  const now = useCell(world);
  const { page } = useCell(route);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [open]);
  return (
    <header class="topbar">
      <a class="brand" href={href("now")} aria-label="Vigie, to Now">
        <Logo />
        <span class="brand-name">Vigie</span>
        {now && <span class="brand-book">{now.book.name}</span>}
      </a>
      <nav id="nav" class={open ? "nav is-open" : "nav"} aria-label="Pages" onClick={close}>
        {kDestinations.map((entry) => (
          <a key={entry.page} href={href(entry.page)} aria-current={page === entry.page ? "page" : undefined} title={`g ${entry.key}`}>
            {entry.title}
            {entry.page === "incidents" && now && now.incidents.length > 0 && <span class="badge">{now.incidents.length}</span>}
          </a>
        ))}
      </nav>
      <div class="tools">
        <LinkLight />
        <button type="button" class="tool find" onClick={openFinder} aria-label="Find" aria-keyshortcuts="/">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 3.5 3.5" /></svg>
          <Key>/</Key>
        </button>
        <button type="button" class="tool wide-only" onClick={openHelp} aria-label="Keys" aria-keyshortcuts="?">?</button>
        <ThemeButton />
        <Person />
        <button type="button" class="tool menu" aria-label={open ? "Close the pages" : "Pages"} aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d={open ? "M3 3l10 10M13 3 3 13" : "M2 4h12M2 8h12M2 12h12"} /></svg>
        </button>
      </div>
    </header>
  );
}

const kLinkTone: Record<string, Tone> = { live: "ok", connecting: "busy", polling: "warn", lost: "bad" };

function LinkLight() {
  const { state } = useCell(stream.link);
  return (
    <span class={`link-light is-${state}`} title={state === "live" ? "Live" : `Connection: ${state}`}>
      <Shape tone={kLinkTone[state] ?? "unknown"} label={`connection: ${state}`} size={12} quiet />
      <span class="wide-only">{state}</span>
    </span>
  );
}

function ThemeButton() {
  const chosen = useCell(theme);
  const next = nextTheme[chosen];
  return (
    <button type="button" class="tool" aria-label={`Theme: ${chosen}. Change to ${next}.`} title={`Theme: ${chosen}`} onClick={() => chooseTheme(next)}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        {chosen === "system" && <><circle cx="8" cy="8" r="5.5" /><path class="filled" d="M8 2.5a5.5 5.5 0 0 1 0 11Z" /></>}
        {chosen === "light" && <><circle cx="8" cy="8" r="3" /><path d="M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3" /></>}
        {chosen === "dark" && <path d="M13 9.6A5.6 5.6 0 1 1 6.4 3a4.4 4.4 0 0 0 6.6 6.6Z" />}
      </svg>
    </button>
  );
}

function Person() {
  const who = useCell(session);
  if (!who?.person) return null;
  return (
    <button type="button" class="tool person" aria-haspopup="dialog" title={`Signed in as ${who.name ?? who.person}. Sign out.`} onClick={askSignOut}>
      <span class="wide-only">{who.name ?? who.person}</span>
      <span class="narrow-only" aria-hidden="true">{(who.name ?? who.person).charAt(0).toUpperCase()}</span>
    </button>
  );
}

function askSignOut(): void {
  const leave = () => {
    closeDialog();
    void attempt(signOut, "Signed out");
  };
  openDialog(
    <Ask title="Sign out?" act="Sign out" onAct={leave}>
      <p>To come back you need a new link: <code>vigie link</code> on Vigie's machine prints one.</p>
    </Ask>,
  );
}
