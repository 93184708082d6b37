import type { Example } from '../../../document/example.js';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import { palette } from '../../shared/canvas/palette.js';
import { contour } from './contours.js';
import { placeLabels } from './label-places.js';
import { hatch, loudMask, mapImage } from './map-image.js';

/** The colour of an example: its own hue, at a lightness and chroma that suit the theme. */
const exampleColour = (hue: number, light: boolean): string =>
  light ? `oklch(0.55 0.12 ${hue})` : `oklch(0.78 0.11 ${hue})`;

const DOT_RADIUS = 6;
/** The canvases extend beyond the pad by this many pixels, so that nothing at its edge is cut off. */
export const MARGIN = 11;
const CORNER = 5;
const LABEL_FONT = '500 11px "Inter Variable", system-ui, sans-serif';
const DIGIT_FONT = '650 9px "Inter Variable", system-ui, sans-serif';

export interface PadScene {
  map: MapPicture | null;
  examples: readonly Example[];
  xInput: number;
  yInput: number;
  selected: string | null;
  auditioning: string | null;
  /** Whether a drag moves examples: each then has a handle. */
  moving: boolean;
  missed: ReadonlySet<string>;
}

/** Position of an example on the pad in CSS pixels. */
function positionOf(example: Example, scene: PadScene, width: number, height: number): [number, number] {
  const x = example.inputs[scene.xInput] ?? 0.5;
  const y = scene.yInput === scene.xInput ? 0.5 : (example.inputs[scene.yInput] ?? 0.5);
  return [x * width, (1 - y) * height];
}

/**
 * The topmost example at a point, null where there is none. Lengths in CSS pixels.
 * @param radius farthest distance between the point and the example
 */
export function exampleAt(
  scene: PadScene,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): Example | null {
  for (let i = scene.examples.length - 1; i >= 0; i--) {
    const example = scene.examples[i];
    if (example === undefined) continue;
    const [ex, ey] = positionOf(example, scene, width, height);
    if (Math.hypot(ex - x, ey - y) <= radius) return example;
  }
  return null;
}

/** Paints what changes with edits only: map, grid and examples. Sizes in CSS pixels. */
export function paintBackground(
  context: CanvasRenderingContext2D,
  scene: PadScene,
  width: number,
  height: number,
): void {
  const colours = palette();
  context.clearRect(-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN);
  context.save();
  context.beginPath();
  context.roundRect(0, 0, width, height, CORNER);
  context.clip();
  context.fillStyle = colours.inset;
  context.fillRect(0, 0, width, height);
  if (scene.map !== null) {
    const image = mapImage(scene.map, colours.light);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    if (image !== null) {
      const { width: columns, height: rows } = scene.map;
      // A cell is a sample at its centre; the first and last lie on the pad's edges.
      context.drawImage(image, 0.5, 0.5, columns - 1, rows - 1, 0, 0, width, height);
    }
    if (scene.map.mode === 'loudness') paintLevels(context, scene.map, width, height);
    const mask = loudMask(scene.map);
    if (mask !== null) hatch(context, mask, width, height, colours.danger);
  }
  paintGrid(context, width, height, scene.map !== null);
  context.restore();
  scene.examples.forEach((example, i) => paintExample(context, scene, example, i, width, height));
  paintLabels(context, scene, width, height);
}

const LEVEL_STEP_DB = 6;

/** Contour lines of the expected level, every 6 dB. */
function paintLevels(
  context: CanvasRenderingContext2D,
  map: MapPicture,
  width: number,
  height: number,
): void {
  const [plane] = map.values;
  if (plane === undefined) return;
  context.strokeStyle = palette().light ? '#00000040' : '#ffffff40';
  context.lineWidth = 1;
  context.beginPath();
  for (let db = map.low + LEVEL_STEP_DB; db < map.high; db += LEVEL_STEP_DB) {
    const level = (255 * (db - map.low)) / (map.high - map.low);
    contour(plane, map.width, map.height, level, map.confidence, (x0, y0, x1, y1) => {
      context.moveTo(x0 * width, (1 - y0) * height);
      context.lineTo(x1 * width, (1 - y1) * height);
    });
  }
  context.stroke();
}

function paintGrid(context: CanvasRenderingContext2D, width: number, height: number, onMap: boolean): void {
  const colours = palette();
  context.strokeStyle = onMap ? (colours.light ? '#00000012' : '#ffffff12') : colours.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const part of [0.25, 0.5, 0.75]) {
    const x = Math.round(part * width) + 0.5;
    const y = Math.round(part * height) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
}

/** Whether the example has a ring around it. */
const isOutlined = ({ selected, auditioning }: PadScene, { id }: Example): boolean =>
  id === selected || id === auditioning;

function paintExample(
  context: CanvasRenderingContext2D,
  scene: PadScene,
  example: Example,
  index: number,
  width: number,
  height: number,
): void {
  const colours = palette();
  const [x, y] = positionOf(example, scene, width, height);
  const colour = exampleColour(example.hue, colours.light);
  context.lineWidth = 3;
  context.strokeStyle = colours.light ? '#ffffffd0' : '#0b0c0ed0';
  context.beginPath();
  context.arc(x, y, DOT_RADIUS + 1, 0, 2 * Math.PI);
  context.stroke();
  context.beginPath();
  context.arc(x, y, DOT_RADIUS, 0, 2 * Math.PI);
  if (example.enabled) {
    context.fillStyle = colour;
    context.fill();
  } else {
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.stroke();
  }
  if (isOutlined(scene, example)) {
    context.lineWidth = 1.5;
    context.strokeStyle = colours.output;
    context.setLineDash(example.id === scene.auditioning ? [3, 2] : []);
    context.beginPath();
    context.arc(x, y, DOT_RADIUS + 4, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }
  if (scene.moving) paintHandle(context, x, y, colours.text);
  if (index < 9 && example.enabled) {
    context.font = DIGIT_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = colours.light ? '#ffffff' : '#0b0c0e';
    context.fillText(String(index + 1), x, y + 0.5);
  }
}

/** Four arrow heads around an example: it can be dragged. */
function paintHandle(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  const [near, far, half] = [DOT_RADIUS + 5, DOT_RADIUS + 9, 4];
  context.fillStyle = colour;
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * far, y + dy * far);
    context.lineTo(x + dx * near + dy * half, y + dy * near + dx * half);
    context.lineTo(x + dx * near - dy * half, y + dy * near - dx * half);
    context.closePath();
  }
  context.fill();
}

/** In CSS pixels. */
const MAX_LABEL_WIDTH = 150;

/** The text, shortened with an ellipsis to at most `room` pixels. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}

/** The labels, as many as have room; one of an example with a ring always has. */
function paintLabels(
  context: CanvasRenderingContext2D,
  scene: PadScene,
  width: number,
  height: number,
): void {
  const colours = palette();
  context.font = LABEL_FONT;
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = colours.light ? '#ffffffc8' : '#0b0c0eb8';
  const labels = scene.examples.map((example) => {
    const [x, y] = positionOf(example, scene, width, height);
    const label = shortened(context, example.label, Math.min(MAX_LABEL_WIDTH, width / 2));
    const text = scene.missed.has(example.id) ? `${label} ≠` : label;
    const outlined = isOutlined(scene, example);
    const away = DOT_RADIUS + (scene.moving ? 13 : outlined ? 9 : 6);
    return { x, y, away, text, width: context.measureText(text).width, always: outlined };
  });
  placeLabels(labels, width).forEach((side, i) => {
    const label = labels[i];
    if (label === undefined || side === null) return;
    const at = label.x + (side === 'left' ? -1 : 1) * label.away;
    context.textAlign = side === 'left' ? 'right' : 'left';
    context.strokeText(label.text, at, label.y);
    context.fillStyle = scene.examples[i]?.enabled === true ? colours.text : colours.textSoft;
    context.fillText(label.text, at, label.y);
  });
}

const TRAIL_POINTS = 48;
const TRAIL_SECONDS = 0.7;

/** The last positions of the cursor, as a ring buffer of x, y (0 to 1) and time (milliseconds). */
export class Trail {
  private readonly points = new Float64Array(3 * TRAIL_POINTS);
  private head = 0;
  private count = 0;

  /** Adds the cursor's position. @param now in milliseconds */
  add(x: number, y: number, now: number): void {
    this.points.set([x, y, now], 3 * this.head);
    this.head = (this.head + 1) % TRAIL_POINTS;
    this.count = Math.min(TRAIL_POINTS, this.count + 1);
  }

  /** Whether a part of the trail is still visible. */
  isVisible(now: number): boolean {
    const newest = (this.head + TRAIL_POINTS - 1) % TRAIL_POINTS;
    return this.count > 0 && now - (this.points[3 * newest + 2] ?? 0) < TRAIL_SECONDS * 1000;
  }

  /** Paints the trail, which fades over `TRAIL_SECONDS`. @param now in milliseconds */
  paint(context: CanvasRenderingContext2D, width: number, height: number, now: number, colour: string): void {
    context.strokeStyle = colour;
    context.lineCap = 'round';
    for (let i = 1; i < this.count; i++) {
      const from = 3 * ((this.head + TRAIL_POINTS - this.count + i - 1) % TRAIL_POINTS);
      const to = 3 * ((this.head + TRAIL_POINTS - this.count + i) % TRAIL_POINTS);
      const age = (now - (this.points[to + 2] ?? 0)) / (TRAIL_SECONDS * 1000);
      if (age >= 1) continue;
      context.globalAlpha = 0.55 * (1 - age) ** 2;
      context.lineWidth = 1 + 3.5 * (1 - age);
      context.beginPath();
      context.moveTo((this.points[from] ?? 0) * width, (1 - (this.points[from + 1] ?? 0)) * height);
      context.lineTo((this.points[to] ?? 0) * width, (1 - (this.points[to + 1] ?? 0)) * height);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}

/** Paints the cursor: a ring with cross hairs to the edges. `x` and `y` are 0 to 1, sizes in CSS pixels. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  held: boolean,
): void {
  const { control, light } = palette();
  const cx = x * width;
  const cy = (1 - y) * height;
  const gap = 14;
  context.strokeStyle = control;
  context.globalAlpha = light ? 0.45 : 0.3;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, cy);
  context.lineTo(cx - gap, cy);
  context.moveTo(cx + gap, cy);
  context.lineTo(width, cy);
  context.moveTo(cx, 0);
  context.lineTo(cx, cy - gap);
  context.moveTo(cx, cy + gap);
  context.lineTo(cx, height);
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 4;
  context.strokeStyle = light ? '#ffffffb0' : '#0b0c0eb0';
  context.beginPath();
  context.arc(cx, cy, held ? 11 : 9, 0, 2 * Math.PI);
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = control;
  context.stroke();
  context.fillStyle = control;
  context.beginPath();
  context.arc(cx, cy, held ? 3.5 : 2.5, 0, 2 * Math.PI);
  context.fill();
}
