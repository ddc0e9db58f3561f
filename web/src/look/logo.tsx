/** The mark: a mast, the crow's nest, and the lamp that takes the colour of the mood. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-rays" d="M9.2 10.4a8 8 0 0 1 0-7.6M22.8 10.4a8 8 0 0 0 0-7.6M5.6 12.4a13 13 0 0 1 0-11M26.4 12.4a13 13 0 0 0 0-11" />
      <path class="logo-mast" d="M16 11v16.5" />
      <path class="logo-nest" d="M10.2 14.2h11.6l-1.9 6h-7.8Z" />
      <circle class="logo-lamp" cx="16" cy="6.6" r="3.4" />
      <path class="logo-sea" d="M3 28.6c2.2-1.7 4.3-1.7 6.5 0s4.3 1.7 6.5 0 4.3-1.7 6.5 0 4.3 1.7 6.5 0" />
    </svg>
  );
}
