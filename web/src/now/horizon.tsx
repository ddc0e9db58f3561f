/** The lookout over the water: decoration behind the sentence, its lamp and light in the colour of the mood. */
export function Horizon() {
  return (
    <svg class="horizon" viewBox="0 0 560 180" preserveAspectRatio="xMaxYMax slice" aria-hidden="true">
      <path class="horizon-beam" d="M452 47 0 4v96Z" />
      <path class="horizon-rays" d="M437 60a20 20 0 0 1 0-26M467 60a20 20 0 0 0 0-26M428 67a32 32 0 0 1 0-40M476 67a32 32 0 0 0 0-40" />
      <path class="horizon-mast" d="M452 58v104M424 162l28-84 28 84" />
      <path class="horizon-nest" d="M438 66h28l-5 17h-18Z" />
      <circle class="horizon-lamp" cx="452" cy="47" r="7" />
      <g class="horizon-sea">
        <path d="M0 152q17.5-7 35 0t35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0" />
        <path d="M-18 162q17.5-7 35 0t35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0" />
        <path d="M0 172q17.5-7 35 0t35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0 35 0" />
      </g>
    </svg>
  );
}
