import { useEffect, useState } from 'react';
import type { Example } from '../../../document/example.js';
import { usePage } from '../../engine-client/page.js';
import utilities from '../../shared/styles/utilities.module.css';

/** An example within this distance, as a share of the pad, is near. */
const NEAR = 0.12;
/** A position is announced once the cursor has rested for this long. */
const REST_MILLISECONDS = 400;

/** "0.55 across, 0.62 up, near cowbell" */
export function describePosition(
  x: number,
  y: number,
  examples: readonly Example[],
  xInput: number,
  yInput: number,
): string {
  const distance = ({ inputs }: Example) =>
    Math.hypot((inputs[xInput] ?? 0.5) - x, (inputs[yInput] ?? 0.5) - y);
  const [nearest] = [...examples].sort((a, b) => distance(a) - distance(b));
  const place = `${x.toFixed(2)} across, ${y.toFixed(2)} up`;
  if (nearest === undefined || nearest.label === '' || distance(nearest) > NEAR) return place;
  return `${place}, ${distance(nearest) < 0.005 ? 'at' : 'near'} ${nearest.label}`;
}

/**
 * The cursor's position in words for screen readers, so that the pad can be played without seeing it. It is announced while
 * the pad has the focus, once the cursor rests.
 * @param id of the element, for `aria-describedby`
 */
export function PadPosition({ id, announces }: { id: string; announces: boolean }) {
  const position = usePage(({ inputs, examples, view: { xInput, yInput } }) =>
    describePosition(inputs[xInput]?.value ?? 0.5, inputs[yInput]?.value ?? 0.5, examples, xInput, yInput),
  );
  const [rested, setRested] = useState(position);
  useEffect(() => {
    const timer = setTimeout(() => setRested(position), REST_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [position]);
  return (
    <span id={id} className={utilities.visuallyHidden} aria-live={announces ? 'polite' : 'off'}>
      {rested}
    </span>
  );
}
