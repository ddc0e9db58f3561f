import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/now.css";
import "./styles/chain.css";
import "./styles/incident.css";
import "./styles/service.css";
import "./styles/metrics.css";
import { refusals } from "./api/client";
import { startTicking } from "./live/clock";
import { enter, session, tokenFrom } from "./session/session";
import { App } from "./shell/app";
import { followAddress, href, readAddress } from "./shell/route";
import { applyTheme } from "./shell/theme";

applyTheme();
startTicking();
refusals.watch(() => session.set({ person: null, name: null }));

const forget = () => history.replaceState(null, "", location.pathname + location.search + href("now"));
const start = () => enter(location.hash, forget).then(readAddress);

void start().then(() => {
  followAddress();
  // A fresh link opened in a tab that already shows the console.
  window.addEventListener("hashchange", () => tokenFrom(location.hash) !== null && void start());
});
render(<App />, document.getElementById("console")!);
