import { useState } from "preact/hooks";
import { ApiError, problemText } from "../api/client";

/** A form that sends once at a time and says what was wrong, with the field that it was. */
export function useSending(work: () => Promise<void>): { busy: boolean; problem: string | null; send: () => void } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = () => {
    setBusy(true);
    void work().catch((cause: unknown) => {
      setBusy(false);
      setProblem(cause instanceof ApiError && cause.field ? `${cause.field}: ${cause.message}` : problemText(cause));
    });
  };
  return { busy, problem, send };
}
