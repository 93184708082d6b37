import { TypedField } from '../../shared/controls/typed-field.js';

/** Sources whose ends the player can set, in the sensor's own unit. */
type Sensor = {
  kind: 'osc' | 'gamepad' | 'gamepad-button';
  low?: number | undefined;
  high?: number | undefined;
};

/** What each kind sends at its ends, and the greatest magnitude that can be typed. */
const ENDS = {
  osc: { low: 0, high: 1, least: -1e9, most: 1e9 },
  gamepad: { low: -1, high: 1, least: -1, most: 1 },
  'gamepad-button': { low: 0, high: 1, least: 0, most: 1 },
} as const;

const isSensor = (source: { kind: string }): source is Sensor => source.kind in ENDS;

/** The ends of a raw sensor: what it sends at the low and at the high end of its control. Nothing for other sources. */
export function SensorRange<Source extends { kind: string }>({
  name,
  source,
  onChange,
}: {
  name: string;
  source: Source;
  onChange: (source: Source) => void;
}) {
  if (!isSensor(source)) return null;
  const ends = ENDS[source.kind];
  const bounds = { name, min: ends.least, max: ends.most };
  return (
    <>
      <TypedField
        {...bounds}
        label="Low"
        help="What the sensor sends at its low end."
        value={source.low ?? ends.low}
        onChange={(low) => onChange({ ...source, low })}
      />
      <TypedField
        {...bounds}
        label="High"
        help="What the sensor sends at its high end; it may be the lower number."
        value={source.high ?? ends.high}
        onChange={(high) => onChange({ ...source, high })}
      />
    </>
  );
}
