/**
 * The contour line of a sampled plane at one level, by marching squares with linear interpolation.
 * @param plane `width` × `height` samples, row 0 at the bottom
 * @param known 0 for samples without a value: no line is drawn in cells that touch one; null where all are known
 * @param line receives the ends of each piece, 0 to 1 of the plane, y upwards
 */
export function contour(
  plane: Uint8Array,
  width: number,
  height: number,
  level: number,
  known: Uint8Array | null,
  line: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  const ends: number[] = [];
  for (let row = 0; row + 1 < height; row++) {
    for (let column = 0; column + 1 < width; column++) {
      const at = row * width + column;
      const cells = [at, at + 1, at + width + 1, at + width];
      if (cells.some((cell) => known?.[cell] === 0)) continue;
      const [south = 0, east = 0, north = 0, west = 0] = cells.map((cell) => (plane[cell] ?? 0) - level);
      ends.length = 0;
      const cross = (from: number, to: number, x: number, y: number, alongX: number, alongY: number) => {
        if (from < 0 === to < 0) return;
        const share = from / (from - to);
        ends.push((column + x + alongX * share) / (width - 1), (row + y + alongY * share) / (height - 1));
      };
      cross(south, east, 0, 0, 1, 0);
      cross(east, north, 1, 0, 0, 1);
      cross(west, north, 0, 1, 1, 0);
      cross(south, west, 0, 0, 0, 1);
      for (let i = 0; i + 3 < ends.length; i += 4)
        line(ends[i] ?? 0, ends[i + 1] ?? 0, ends[i + 2] ?? 0, ends[i + 3] ?? 0);
    }
  }
}
