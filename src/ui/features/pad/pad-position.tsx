import { useEffect, useState } from 'react';
import type { Example } from '../../../document/example.js';
import { movesByItself, type Input } from '../../../document/input.js';
import { usePage } from '../../engine-client/page.js';
import utilities from '../../shared/styles/utilities.module.css';

/** An example within this distance, as a share of the pad, is near. */
const NEAR = 0.12;
/** A position is announced once the cursor has rested for this long. */
const REST_MILLISECONDS = 400;

/**
 * "0.55 across, 0.62 up, near cowbell". An axis that moves by itself is said to: its positions would be announced without end.
 * @param xInput index of the input across, from 0
 * @param yInput index of the input up, from 0
 */
export function describePosition(
  inputs: readonly Pick<Input, 'source' | 'value'>[],
  examples: readonly Example[],
  xInput: number,
  yInput: number,
): string {
  const [across, up] = [inputs[xInput], inputs[yInput]];
  const [x, y] = [across?.value ?? 0.5, up?.value ?? 0.5];
  const say = (input: typeof across, value: number, way: string) =>
    input !== undefined && movesByItself(input) ? `moving by itself ${way}` : `${value.toFixed(2)} ${way}`;
  const place = `${say(across, x, 'across')}, ${say(up, y, 'up')}`;
  if ([across, up].some((input) => input !== undefined && movesByItself(input))) return place;
  const distance = (example: Example) =>
    Math.hypot((example.inputs[xInput] ?? 0.5) - x, (example.inputs[yInput] ?? 0.5) - y);
  const [nearest] = [...examples].sort((a, b) => distance(a) - distance(b));
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
    describePosition(inputs, examples, xInput, yInput),
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
