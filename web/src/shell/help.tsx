import { kBindings } from "../keys/keymap";
import { closeDialog, openDialog } from "./dialog";

const kGroups = ["Act on the incident", "Move", "Go to", "Everywhere"] as const;

export function openHelp(): void {
  openDialog(<Help />);
}

function Help() {
  return (
    <div class="help">
      <h2>Keys</h2>
      <div class="help-groups">
        {kGroups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {kBindings.filter((binding) => binding.group === group).map((binding) => (
                <div key={binding.keys}>
                  <dt>{binding.keys.split(" ").map((key) => <kbd key={key}>{key === "Escape" ? "Esc" : key}</kbd>)}</dt>
                  <dd>{binding.help}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <footer>
        <button type="button" class="primary" autofocus onClick={closeDialog}>Close</button>
      </footer>
    </div>
  );
}
