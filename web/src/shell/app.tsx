import { useEffect, useRef } from "preact/hooks";
import { useCell } from "../base/cell";
import { listenToKeys } from "../keys/listen";
import { goLive } from "../live/live";
import { world } from "../live/world";
import { session, signInProblem } from "../session/session";
import { SignInPage } from "../session/signin";
import { Banners } from "./banners";
import { DialogHost } from "./dialog";
import { Header } from "./header";
import { pageFor, titleOf } from "./pages";
import { route } from "./route";
import { Toasts } from "./toasts";

export function App() {
  const who = useCell(session);
  const problem = useCell(signInProblem);
  if (who === null) return <p class="loading boot" aria-busy="true">{problem ? `${problem}. Trying again…` : "Looking out…"}</p>;
  return who.person === null ? <SignInPage /> : <Console />;
}

function Console() {
  useEffect(goLive, []);
  useEffect(listenToKeys, []);
  const here = useCell(route);
  const now = useCell(world);
  const main = useRef<HTMLElement>(null);
  const place = `${here.page}/${here.id ?? ""}`;
  const first = useRef(true);

  // A new page starts at its top, with the focus on its title, as a full page load would.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [place]);

  const open = now?.incidents.length ?? 0;
  const title = titleOf(here);
  useEffect(() => {
    document.title = `${open > 0 ? `(${open}) ` : ""}${title} · ${now?.book.name ? `${now.book.name} · ` : ""}Vigie`;
    document.documentElement.dataset.mood = now?.mood ?? "";
  }, [open, title, now?.book.name, now?.mood]);

  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the page</a>
      <Header />
      <Banners />
      <main id="main" ref={main} tabIndex={-1}>{pageFor(here)}</main>
      <footer class="foot">
        {now && <span>Vigie {now.version} · book {now.book.hash.slice(0, 8)} · record {now.seq.toLocaleString("en-GB")}</span>}
        <span class="wide-only">Press <kbd>?</kbd> for keys</span>
      </footer>
      <Toasts />
      <DialogHost />
    </>
  );
}
