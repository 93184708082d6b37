const PAGE_BYTES = 65_536;
/** Every array begins where a vector of the processor may. */
const ALIGNMENT_BYTES = 16;

/** Compiled modules of this thread, by their bytes. */
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
 * A kernel in WebAssembly with a memory of its own, which holds the arrays that it works on. An array's `byteOffset` is its
 * address there. The memory never grows, so that the arrays stay valid, and is collected with them.
 * @param base64 the module that `npm run wasm` made of a `.wat` file; it imports `audio.memory`
 * @param lengths of the arrays, in elements; they are zero at first
 * @typeParam Exports the functions of the module, as its `.wat` file declares them
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
