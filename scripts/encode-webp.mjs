/* global atob, btoa, createImageBitmap, Blob, OffscreenCanvas -- in functions that run in the browser */

/**
 * Encodes a picture as lossy WebP in the browser: Node has no encoder.
 * @param page any page of playwright's
 * @param picture PNG or JPEG
 * @param width of the result in pixels, as `height`
 * @param quality 0..1
 */
export async function encodeWebp(page, picture, width, height, quality) {
  const base64 = await page.evaluate(
    async ({ data, across, down, share }) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]), {
        resizeWidth: across,
        resizeHeight: down,
        resizeQuality: 'high',
      });
      const canvas = new OffscreenCanvas(across, down);
      canvas.getContext('2d', { alpha: false }).drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: share });
      const encoded = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (const byte of encoded) text += String.fromCharCode(byte);
      return btoa(text);
    },
    { data: picture.toString('base64'), across: width, down: height, share: quality },
  );
  return Buffer.from(base64, 'base64');
}
