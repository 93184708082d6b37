import type { MapPicture } from '../../protocol/interface-frames.js';
import { oklab } from './palette.js';

/** A canvas of one pixel a cell, to be drawn large and smooth. */
function sheet(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext('2d');
}

/** Colour that is left where the regressors guess most. */
const LEAST_COLOUR = 0.32;

/** Lightness and chroma of the map: it stays behind what plays on it. */
const SHADES = {
  dark: { base: 0.3, depth: 0.1, chroma: 0.082, fog: 0.2 },
  light: { base: 0.86, depth: 0.07, chroma: 0.06, fog: 0.93 },
};

/**
 * The learned map as an image, one pixel a cell. Latents: first principal direction as lightness, the second and
 * third as the two colour axes of OKLab, so that equal steps look equal. Where the regressors guess, colour
 * fades into fog.
 */
export function mapImage(map: MapPicture, light: boolean): HTMLCanvasElement | null {
  const context = sheet(map.width, map.height);
  if (context === null) return null;
  const image = context.createImageData(map.width, map.height);
  const { base, depth, chroma, fog } = light ? SHADES.light : SHADES.dark;
  const [first, second, third] = map.values;
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      const cell = row * map.width + column;
      const signed = (plane: Uint8Array | undefined) => ((plane?.[cell] ?? 128) - 127.5) / 127.5;
      const value = signed(first);
      let l = base;
      let a = 0;
      let b: number;
      if (map.mode === 'latents') {
        l += depth * value;
        a = chroma * signed(second);
        b = chroma * signed(third);
      } else if (map.mode === 'dimension') {
        // Blue for low, rose for high, grey at zero: told apart by every common kind of colour vision.
        l += (light ? -1 : 1) * depth * Math.abs(value);
        a = chroma * (value > 0 ? 1.1 * value : 0.2 * value);
        b = chroma * (value > 0 ? 0.25 * value : 1.25 * value);
      } else {
        l += (light ? -1 : 1) * depth * 1.6 * (value + 1) * 0.5;
        b = chroma * 0.35 * (value + 1) * 0.5;
      }
      const sure = map.certainty === null || map.mode === 'certainty' ? 1 : (map.certainty[cell] ?? 0) / 255;
      const keep = LEAST_COLOUR + (1 - LEAST_COLOUR) * sure;
      const at = 4 * ((map.height - 1 - row) * map.width + column);
      oklab(fog + (l - fog) * keep, a * keep, b * keep, image.data, at);
    }
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
