import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get } from "../api/client";
import { accept, completions, wordAt, type Completion } from "./complete";

const kSettleMs = 120;

interface QueryBoxProps {
  value: string;
  onRun: (expr: string) => void;
}

/** The query field. Enter runs, Shift Enter breaks the line, Tab takes the first name, the arrows choose among them. */
export function QueryBox({ value, onRun }: QueryBoxProps) {
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState(value.length);
  const [found, setFound] = useState<Completion[]>([]);
  const [chosen, setChosen] = useState(-1);
  const box = useRef<HTMLTextAreaElement>(null);
  const moveTo = useRef<number | null>(null);

  useEffect(() => setText(value), [value]);
  useLayoutEffect(() => {
    if (moveTo.current !== null) box.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = null;
    fit(box.current);
  }, [text]);

  const suggest = useSuggestions((list) => {
    setFound(list);
    setChosen(-1);
  });

  const take = (completion: Completion | undefined) => {
    if (!completion) return;
    const next = accept(text, cursor, completion);
    moveTo.current = next.cursor;
    setText(next.text);
    setCursor(next.cursor);
    suggest(null);
    setFound([]);
    box.current?.focus();
  };

  const run = () => {
    suggest(null);
    setFound([]);
    onRun(text.trim());
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const open = found.length > 0;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (open && chosen >= 0) take(found[chosen]);
      else run();
    } else if (event.key === "Tab" && open && !event.shiftKey) {
      event.preventDefault();
      take(found[Math.max(0, chosen)]);
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      setChosen(Math.max(-1, Math.min(found.length - 1, chosen + by)));
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      setFound([]);
    }
  };

  return (
    <form class="query" onSubmit={(event) => { event.preventDefault(); run(); }}>
      <div class="query-field">
        <textarea
          ref={box}
          rows={1}
          role="combobox"
          aria-label="PromQL query"
          aria-autocomplete="list"
          aria-expanded={found.length > 0}
          aria-controls="query-names"
          aria-activedescendant={chosen >= 0 ? `query-name-${chosen}` : undefined}
          placeholder="sum by (stage) (rate(…_total[1m]))"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setCursor(event.currentTarget.selectionStart);
            suggest(wordAt(event.currentTarget.value, event.currentTarget.selectionStart)?.word ?? null);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setTimeout(() => setFound([]), 150)}
        />
        {found.length > 0 && (
          <ul id="query-names" role="listbox" aria-label="Names">
            {found.map((entry, index) => (
              <li
                key={`${entry.kind}/${entry.text}`}
                id={`query-name-${index}`}
                role="option"
                aria-selected={index === chosen}
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(entry);
                }}
              >
                <code>{entry.text}</code>
                <span class="faint">{entry.kind}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <button type="submit" class="primary">Run</button>
    </form>
  );
}

/** As tall as its text, wrapped lines included. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

/** Asks for names a moment after the last key; a late answer to an earlier word is dropped. */
function useSuggestions(show: (list: Completion[]) => void): (word: string | null) => void {
  const asked = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  return (word) => {
    clearTimeout(timer.current);
    const mine = ++asked.current;
    if (!word) {
      show([]);
      return;
    }
    timer.current = setTimeout(() => {
      get<{ names: string[] }>(`metrics/names?match=${encodeURIComponent(word)}`)
        .then((answer) => answer.names, () => [])
        .then((names) => mine === asked.current && show(completions(word, names)));
    }, kSettleMs);
  };
}
