import type { DimensionSteering } from '../../../document/steering.js';
import { palette } from '../../shared/canvas/palette.js';
import { BOTTOM, TOP, DEFAULT_RANGE, valueToY } from './latents-scale.js';

export interface LatentsScene {
  dimensions: readonly DimensionSteering[];
  /** Per latent, the range that the model's training data covers. */
  calibrated: readonly (readonly [number, number])[];
  holds: readonly (number | null)[];
  selected: number | null;
  /** Per latent, the value at the top of its column. */
  extents: readonly number[];
}

/** The latents to draw, smoothed over time; NaN where there is none. */
export interface LatentsValues {
  encoded: ArrayLike<number>;
  mapped: ArrayLike<number>;
  decoded: ArrayLike<number>;
}

/**
 * Paints the visible columns.
 * @param values null while no audio runs
 * @param column width of a column in pixels
 * @param scroll horizontal scroll position in pixels
 */
export function paintLatents(
  context: CanvasRenderingContext2D,
  scene: LatentsScene,
  values: LatentsValues | null,
  column: number,
  scroll: number,
  width: number,
  height: number,
): void {
  const colours = palette();
  context.clearRect(0, 0, width, height);
  // In their place there are words.
  if (scene.dimensions.length === 0) return;
  const zero = Math.round(valueToY(0, 1, height)) + 0.5;
  context.fillStyle = colours.line;
  context.fillRect(0, zero - 0.5, width, 1);
  const first = Math.max(0, Math.floor(scroll / column));
  const last = Math.min(scene.dimensions.length - 1, Math.ceil((scroll + width) / column));
  for (let i = first; i <= last; i++) {
    const centre = Math.round(i * column - scroll + column / 2);
    paintTrack(context, scene, i, centre, column, height);
    if (values !== null) paintValues(context, scene, values, i, centre, column, height, zero);
  }
}

function paintTrack(
  context: CanvasRenderingContext2D,
  scene: LatentsScene,
  i: number,
  centre: number,
  column: number,
  height: number,
): void {
  const colours = palette();
  const dimension = scene.dimensions[i];
  const extent = scene.extents[i] ?? 1;
  const held = scene.holds[i] !== null && scene.holds[i] !== undefined;
  if (scene.selected === i) {
    context.fillStyle = colours.light ? '#0000000b' : '#ffffff0b';
    context.fillRect(centre - column / 2, 0, column, height);
  }
  if (held) {
    context.globalAlpha = 0.12;
    context.fillStyle = colours.control;
    context.fillRect(centre - column / 2 + 1, TOP - 4, column - 2, height - TOP - BOTTOM + 8);
    context.globalAlpha = 1;
  }
  context.fillStyle = colours.line;
  context.fillRect(centre - 0.5, TOP, 1, height - TOP - BOTTOM);
  const [low, high] = scene.calibrated[i] ?? DEFAULT_RANGE;
  const top = valueToY(high, extent, height);
  context.fillStyle = colours.light ? '#00000012' : '#ffffff12';
  const half = Math.min(7, column / 3.4);
  context.beginPath();
  context.roundRect(centre - half, top, 2 * half, valueToY(low, extent, height) - top, 3);
  context.fill();
  if (dimension !== undefined && dimension.mode !== 'off') {
    context.strokeStyle = colours.textFaint;
    context.lineWidth = 1;
    context.beginPath();
    for (const bound of dimension.range) {
      if (Math.abs(bound) >= extent) continue;
      const y = Math.round(valueToY(bound, extent, height)) + 0.5;
      context.moveTo(centre - half, y);
      context.lineTo(centre + half, y);
    }
    context.stroke();
  }
}

function paintValues(
  context: CanvasRenderingContext2D,
  scene: LatentsScene,
  values: LatentsValues,
  i: number,
  centre: number,
  column: number,
  height: number,
  zero: number,
): void {
  const colours = palette();
  const extent = scene.extents[i] ?? 1;
  const decoded = values.decoded[i] ?? 0;
  const encoded = values.encoded[i] ?? NaN;
  const hold = scene.holds[i] ?? null;
  const mapped = hold ?? values.mapped[i] ?? NaN;
  const bar = Math.min(3.5, column / 7);
  const half = Math.min(10, column / 2.6);

  const y = valueToY(decoded, extent, height);
  context.fillStyle = colours.output;
  context.beginPath();
  context.roundRect(centre - bar, Math.min(y, zero), 2 * bar, Math.max(1.5, Math.abs(y - zero)), 1.5);
  context.fill();
  context.fillRect(centre - half * 0.62, y - 1, half * 1.24, 2);

  if (!Number.isNaN(encoded)) {
    const at = valueToY(encoded, extent, height);
    context.strokeStyle = colours.input;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(centre - half, at);
    context.lineTo(centre - bar - 1.5, at);
    context.moveTo(centre + bar + 1.5, at);
    context.lineTo(centre + half, at);
    context.stroke();
  }
  if (!Number.isNaN(mapped)) {
    const at = valueToY(mapped, extent, height);
    context.fillStyle = colours.control;
    context.strokeStyle = colours.light ? '#ffffff' : '#101113';
    context.lineWidth = 1.5;
    context.beginPath();
    if (hold === null) context.arc(centre, at, 4, 0, 2 * Math.PI);
    else context.roundRect(centre - 7, at - 4, 14, 8, 2.5);
    context.fill();
    context.stroke();
  }
}

/**
 * Paints all latents in a narrow strip, with a frame around the visible part.
 * @param view the visible part, as shares of the whole width
 */
export function paintOverview(
  context: CanvasRenderingContext2D,
  decoded: ArrayLike<number>,
  extents: readonly number[],
  view: { from: number; to: number },
  width: number,
  height: number,
): void {
  const colours = palette();
  context.clearRect(0, 0, width, height);
  const count = extents.length;
  const step = width / Math.max(1, count);
  context.fillStyle = colours.textFaint;
  for (let i = 0; i < count; i++) {
    const bar = (Math.min(1, Math.abs((decoded[i] ?? 0) / (extents[i] ?? 1))) * height) / 2;
    const up = (decoded[i] ?? 0) > 0;
    context.fillRect(i * step, up ? height / 2 - bar : height / 2, Math.max(1, step - 1), Math.max(1, bar));
  }
  context.strokeStyle = colours.text;
  context.lineWidth = 1;
  context.strokeRect(view.from * width + 0.5, 0.5, (view.to - view.from) * width - 1, height - 1);
}
