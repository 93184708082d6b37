import type { MapPicture } from '../../../protocol/interface-frames.js';
import { FOG, shadeOf, type LegendMode, type Shade } from './map-shades.js';
import { writeOklab } from './oklab.js';

/** A canvas of one pixel a cell, to be drawn large and smooth. */
function sheet(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext('2d');
}

/** Colour that is left where the regressors guess most. */
const LEAST_COLOUR = 0.32;

/** The learned map as an image, one pixel a cell. Where nothing vouches for it, colour fades into fog. */
export function mapImage(map: MapPicture, light: boolean): HTMLCanvasElement | null {
  const context = sheet(map.width, map.height);
  if (context === null) return null;
  const image = context.createImageData(map.width, map.height);
  const shade: Shade = { l: 0, a: 0, b: 0 };
  const [first, second, third] = map.values;
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      const cell = row * map.width + column;
      const share = (plane: Uint8Array | undefined) => (plane?.[cell] ?? 128) / 255;
      shadeOf(map.mode, light, share(first), share(second), share(third), shade);
      const sure = map.certainty === null || map.mode === 'certainty' ? 1 : (map.certainty[cell] ?? 0) / 255;
      const keep = LEAST_COLOUR + (1 - LEAST_COLOUR) * sure;
      const at = 4 * ((map.height - 1 - row) * map.width + column);
      const fog = light ? FOG.light : FOG.dark;
      writeOklab(fog + (shade.l - fog) * keep, shade.a * keep, shade.b * keep, image.data, at);
    }
  }
  context.putImageData(image, 0, 0);
  return context.canvas;
}

/** The shades of a mode with one plane, from its low to its high end, as a strip of `width` × 1 pixels. */
export function legendImage(mode: LegendMode, light: boolean, width: number): HTMLCanvasElement | null {
  const context = sheet(width, 1);
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

/** Where the level is expected over the ceiling, as an alpha mask of one pixel a cell; null where nowhere. */
export function loudMask(map: MapPicture): HTMLCanvasElement | null {
  if (map.loud === null || !map.loud.some((cell) => cell > 127)) return null;
  const context = sheet(map.width, map.height);
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

/** Red hatching over the mask: a warning that does not rest on colour alone. */
export function hatch(
  context: CanvasRenderingContext2D,
  mask: HTMLCanvasElement,
  width: number,
  height: number,
  colour: string,
): void {
  const density = context.getTransform().a;
  const layer = sheet(Math.round(width * density), Math.round(height * density));
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
