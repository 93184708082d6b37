import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest runs tests in a realm of its own, where `Float32Array` is not the one that native code creates and
 * checks against: onnxruntime-node then refuses every tensor. The typed arrays of the outer realm cure that.
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
    });
  }
}
