import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest runs tests in a separate realm, whose `Float32Array` is not the one that native code creates and checks: onnxruntime-node
 * refuses every tensor. The tests therefore get the typed arrays of the outer realm, and its `WebAssembly`, whose memory is one.
 */
export default class NativeArraysEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, {
      ArrayBuffer,
      SharedArrayBuffer,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint8Array,
      Uint8ClampedArray,
      Uint16Array,
      Uint32Array,
      DataView,
      WebAssembly: globalThis.WebAssembly,
    });
  }
}
