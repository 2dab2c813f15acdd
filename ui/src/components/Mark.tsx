/// The mark: three weft threads over and under two grey warps.
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" fill="none" strokeWidth="2" strokeLinecap="round" aria-hidden className="mark">
      <path className="warp" d="M7 2v2.5M7 7.5v6M7 17.5V20M15 2v6M15 13v7" />
      <path className="weft" d="M2 6h18M2 11h3.5M8.5 11H20M2 16h11.5M16.5 16H20" />
    </svg>
  );
}
