/** Drawn once, in index.html. */
export const Logo = ({ size = 28 }: { size?: number }) => (
  <svg width={size} height={size} className="logo" aria-hidden="true">
    <use href="#logo" />
  </svg>
);
