import type { Tone } from "./states";
import { classes } from "../base/text";

/** A state as a shape: disc, triangle, diamond, ring… so that no meaning hangs on colour alone. */
export function Shape({ tone, label, size = 16, quiet }: { tone: Tone; label?: string; size?: number; quiet?: boolean }) {
  const named = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg class={classes("shape", `tone-${tone}`, quiet && "quiet")} width={size} height={size} viewBox="0 0 16 16" {...named}>
      {drawing(tone)}
    </svg>
  );
}

function drawing(tone: Tone) {
  switch (tone) {
    case "ok":
      return (
        <>
          <circle class="body" cx="8" cy="8" r="6.5" />
          <path class="mark" d="M5 8.2 7.2 10.4 11 6" />
        </>
      );
    case "warn":
      return (
        <>
          <path class="body" d="M8 1.6 15 14H1Z" />
          <path class="mark" d="M8 6v4M8 11.9v.3" />
        </>
      );
    case "bad":
      return (
        <>
          <path class="body" d="M8 .6 15.4 8 8 15.4.6 8Z" />
          <path class="mark" d="M8 4.4v4.4M8 11v.3" />
        </>
      );
    case "starved":
      return (
        <>
          <circle class="ring dashed" cx="8" cy="8" r="6" />
          <path class="stroke" d="M5.2 8h5.6" />
        </>
      );
    case "busy":
      return (
        <>
          <circle class="ring faint" cx="8" cy="8" r="6" />
          <path class="stroke turning" d="M8 2a6 6 0 0 1 6 6" />
        </>
      );
    case "waiting":
      return (
        <>
          <circle class="ring" cx="8" cy="8" r="6" />
          <path class="stroke" d="M8 4.8V8l2.2 1.6" />
        </>
      );
    case "off":
      return <rect class="ring" x="3" y="3" width="10" height="10" rx="1.5" />;
    default:
      return (
        <>
          <circle class="ring" cx="8" cy="8" r="6" />
          <path class="stroke" d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.5-.8 1M8 11.2v.2" />
        </>
      );
  }
}
