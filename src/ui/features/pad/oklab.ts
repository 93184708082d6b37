/**
 * Writes an OKLab colour (Ottosson 2020, "A perceptual color space for image processing") as sRGB, clipped to the gamut.
 * @param lightness 0 to 1
 * @param out RGBA bytes; four are written from index `at` on, alpha as 255
 */
export function writeOklab(
  lightness: number,
  a: number,
  b: number,
  out: Uint8ClampedArray,
  at: number,
): void {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  out[at] = gammaEncoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  out[at + 1] = gammaEncoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  out[at + 2] = gammaEncoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  out[at + 3] = 255;
}

/** A linear component as an sRGB byte (IEC 61966-2-1). */
function gammaEncoded(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
  return 255 * value;
}
