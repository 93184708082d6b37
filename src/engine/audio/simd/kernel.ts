const PAGE_BYTES = 65_536;
/** Alignment of every array, for vector instructions. */
const ALIGNMENT_BYTES = 16;

/** Compiled modules of this thread, by their Base64 text. */
const modules = new Map<string, WebAssembly.Module>();

function compiled(base64: string): WebAssembly.Module {
  const known = modules.get(base64);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  modules.set(base64, module);
  return module;
}

const bytesOf = (length: number): number =>
  Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

/**
 * Instantiates a WebAssembly kernel with its own memory, which contains its arrays. An array's `byteOffset` is its address there.
 * The memory does not grow, so that the arrays stay valid, and is garbage-collected with them.
 * @param base64 module that `npm run wasm` has assembled from a `.wat` file; it imports `audio.memory`
 * @param lengths of the arrays in elements, which are initialised to 0
 * @typeParam Exports functions of the module, as declared in its `.wat` file
 */
export function loadKernel<Exports>(
  base64: string,
  lengths: readonly number[],
): { readonly exports: Exports; readonly arrays: readonly Float32Array[] } {
  const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), 0);
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  let address = 0;
  const arrays = lengths.map((length) => {
    const array = new Float32Array(memory.buffer, address, length);
    address += bytesOf(length);
    return array;
  });
  const { exports } = new WebAssembly.Instance(compiled(base64), { audio: { memory } });
  return { exports: exports as Exports, arrays };
}
