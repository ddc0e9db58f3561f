import { useState } from "preact/hooks";
import { fromField, toField } from "../base/time";
import { serverNow } from "../live/clock";

interface MomentFieldProps {
  label: string;
  at: number;
  zone: string;
  onPick: (at: number) => void;
}

/**
 * A date and a time in the book's zone, which it says. Text, since the browser's own field follows the machine's
 * language: a clock of 12 hours and the month first beside axes that show neither.
 */
export function MomentField({ label, at, zone, onPick }: MomentFieldProps) {
  // While someone types, time goes on; what is typed stays.
  const [draft, setDraft] = useState<string | null>(null);
  const picked = draft === null ? at : fromField(draft, zone, serverNow());
  const wrong = draft !== null && picked === null;
  const [said, setSaid] = useState(false);
  const take = () => {
    setSaid(wrong);
    if (draft === null || picked === null) return;
    setDraft(null);
    if (toField(picked, zone) !== toField(at, zone)) onPick(picked);
  };
  return (
    <label class="field inline moment">
      <span>{label} <span class="faint">({zone})</span></span>
      <input
        type="text"
        size={16}
        maxLength={16}
        autocomplete="off"
        spellcheck={false}
        placeholder="2026-01-13 14:02"
        title="A date and a time, 2026-01-13 14:02, or a time of today, 14:02"
        aria-invalid={said && wrong ? true : undefined}
        value={draft ?? toField(at, zone)}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === "Enter" && take()}
      />
      {said && wrong && <span class="problem" role="alert">not a time: 2026-01-13 14:02</span>}
    </label>
  );
}
