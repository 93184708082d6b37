/** A label beside a dot. Lengths in CSS pixels. */
export interface WantedLabel {
  /** The dot's centre. */
  readonly x: number;
  readonly y: number;
  /** From the dot's centre to the text. */
  readonly away: number;
  /** Of the text. */
  readonly width: number;
  /** Whether the label is shown whatever else lies there. */
  readonly always: boolean;
}

/** The side of its dot on which a label is shown; null where it has no room. */
export type LabelSide = 'left' | 'right' | null;

/** Height of a line of text, and the space that is kept between two labels. */
const LINE = 13;
const SPACE = 3;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

function boxOf({ x, y, away, width }: WantedLabel, side: 'left' | 'right'): Box {
  return side === 'right'
    ? { left: x + away, right: x + away + width, y }
    : { left: x - away - width, right: x - away, y };
}

const overlap = (a: Box, b: Box) =>
  Math.abs(a.y - b.y) < LINE && a.left < b.right + SPACE && b.left < a.right + SPACE;

/**
 * Chooses a side for each label such that no two of them overlap: those that are always shown first, then in their order. To
 * the right where there is room; left out where neither side has any.
 * @param labels with the dots of all examples
 * @param width of the pad: no label goes beyond its edges, but where it would be shorter than it is anyway
 */
export function placeLabels(labels: readonly WantedLabel[], width: number): LabelSide[] {
  const placed: Box[] = [];
  const sides: LabelSide[] = labels.map(() => null);
  const order = [...labels.keys()].sort(
    (a, b) => Number(labels[b]?.always ?? false) - Number(labels[a]?.always ?? false) || a - b,
  );
  for (const index of order) {
    const label = labels[index];
    if (label === undefined) continue;
    const fits = (side: 'left' | 'right') => {
      const box = boxOf(label, side);
      return box.left >= 0 && box.right <= width && !placed.some((other) => overlap(box, other));
    };
    const inside = boxOf(label, 'right').right <= width ? 'right' : 'left';
    const side = fits('right') ? 'right' : fits('left') ? 'left' : label.always ? inside : null;
    if (side === null) continue;
    sides[index] = side;
    placed.push(boxOf(label, side));
  }
  return sides;
}
