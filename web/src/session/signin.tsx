import { useCell } from "../base/cell";
import { Logo } from "../look/logo";
import { signInProblem } from "./session";

export function SignInPage() {
  const problem = useCell(signInProblem);
  return (
    <main class="signin">
      <Logo size={72} />
      <h1>Vigie keeps watch.</h1>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <p>You are not signed in. A one-time link lets you in; ask for one on the machine where Vigie runs:</p>
      <pre tabIndex={0}><code>vigie link</code></pre>
      <p class="faint">It prints an address to open in this browser. A fresh <code>vigie run</code> prints the first one by itself. Each link works once.</p>
    </main>
  );
}
