import type { MapPicture } from '../../../protocol/interface-frames.js';
import { UNKNOWN_LIGHTNESS, shadeOf, type LegendMode, type Shade } from './map-shades.js';
import { writeOklab } from './oklab.js';

/** The context of a new canvas, to be drawn enlarged elsewhere; null where the browser has none. */
function newCanvas(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext('2d');
}

/** Share of the colour that remains where confidence is 0. */
const MIN_COLOUR = 0.32;

/** The map as an image of one pixel per cell. Colours fade to grey with decreasing confidence. */
export function mapImage(map: MapPicture, light: boolean): HTMLCanvasElement | null {
  const context = newCanvas(map.width, map.height);
  if (context === null) return null;
  const image = context.createImageData(map.width, map.height);
  const shade: Shade = { l: 0, a: 0, b: 0 };
  const [first, second, third] = map.values;
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      const cell = row * map.width + column;
      const share = (plane: Uint8Array | undefined) => (plane?.[cell] ?? 128) / 255;
      shadeOf(map.mode, light, share(first), share(second), share(third), shade);
      const confidence =
        map.confidence === null || map.mode === 'confidence' ? 1 : (map.confidence[cell] ?? 0) / 255;
      const keep = MIN_COLOUR + (1 - MIN_COLOUR) * confidence;
      const at = 4 * ((map.height - 1 - row) * map.width + column);
      const grey = light ? UNKNOWN_LIGHTNESS.light : UNKNOWN_LIGHTNESS.dark;
      writeOklab(grey + (shade.l - grey) * keep, shade.a * keep, shade.b * keep, image.data, at);
    }
  }
  context.putImageData(image, 0, 0);
  return context.canvas;
}

/** The colour scale of a mode with one value per cell, from low to high, as an image of `width` × 1 pixels. */
export function legendImage(mode: LegendMode, light: boolean, width: number): HTMLCanvasElement | null {
  const context = newCanvas(width, 1);
  if (context === null) return null;
  const image = context.createImageData(width, 1);
  const shade: Shade = { l: 0, a: 0, b: 0 };
  for (let i = 0; i < width; i++) {
    shadeOf(mode, light, i / (width - 1), 0.5, 0.5, shade);
    writeOklab(shade.l, shade.a, shade.b, image.data, 4 * i);
  }
  context.putImageData(image, 0, 0);
  return context.canvas;
}

/** The cells whose expected level exceeds the ceiling, as an alpha mask of one pixel per cell; null where there are none. */
export function loudMask(map: MapPicture): HTMLCanvasElement | null {
  if (map.loud === null || !map.loud.some((cell) => cell > 127)) return null;
  const context = newCanvas(map.width, map.height);
  if (context === null) return null;
  const image = context.createImageData(map.width, map.height);
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      const at = 4 * ((map.height - 1 - row) * map.width + column);
      image.data[at + 3] = (map.loud[row * map.width + column] ?? 0) > 127 ? 255 : 0;
    }
  }
  context.putImageData(image, 0, 0);
  return context.canvas;
}

const HATCH_STEP = 7;

/** Hatches the masked area: a warning that does not depend on colour alone. Sizes in CSS pixels. */
export function hatch(
  context: CanvasRenderingContext2D,
  mask: HTMLCanvasElement,
  width: number,
  height: number,
  colour: string,
): void {
  const density = context.getTransform().a;
  const layer = newCanvas(Math.round(width * density), Math.round(height * density));
  if (layer === null) return;
  layer.scale(density, density);
  layer.strokeStyle = colour;
  layer.lineWidth = 1.2;
  layer.beginPath();
  for (let x = -height; x < width; x += HATCH_STEP) {
    layer.moveTo(x, height);
    layer.lineTo(x + height, 0);
  }
  layer.stroke();
  layer.globalCompositeOperation = 'destination-in';
  layer.imageSmoothingEnabled = true;
  layer.drawImage(mask, 0, 0, width, height);
  context.globalAlpha = 0.85;
  context.drawImage(layer.canvas, 0, 0, width, height);
  context.globalAlpha = 1;
}
