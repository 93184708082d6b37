import { PARAMETERS, clampParameter } from '../../document/parameters.js';

/**
 * The parameter changes that arrive with one block, in the order of their sample positions. Filled by the caller, read by
 * `Stream.process`, cleared and used again: nothing is allocated after construction.
 */
export class StreamEvents {
  /** Position within the block, in samples. */
  readonly offsetSamples: Int32Array;
  /** Index in PARAMETERS. */
  readonly parameterIndex: Uint8Array;
  /** Plain value in the parameter's unit. */
  readonly value: Float64Array;
  private length = 0;

  constructor(capacity: number) {
    this.offsetSamples = new Int32Array(capacity);
    this.parameterIndex = new Uint8Array(capacity);
    this.value = new Float64Array(capacity);
  }

  get count(): number {
    return this.length;
  }

  clear(): void {
    this.length = 0;
  }

  /**
   * Adds a change; its value is brought into the parameter's bounds.
   * @returns false when the list is full and the change was left out
   * @throws RangeError for an unknown parameter, or an offset that is negative or before the last one
   */
  push(offsetSamples: number, parameterIndex: number, value: number): boolean {
    const last = this.length === 0 ? 0 : (this.offsetSamples[this.length - 1] as number);
    if (!(offsetSamples >= last)) throw new RangeError(`event at ${offsetSamples} after one at ${last}`);
    if (!(parameterIndex in PARAMETERS)) throw new RangeError(`no parameter ${parameterIndex}`);
    if (this.length === this.value.length) return false;
    this.offsetSamples[this.length] = offsetSamples;
    this.parameterIndex[this.length] = parameterIndex;
    this.value[this.length] = clampParameter(parameterIndex, value);
    this.length += 1;
    return true;
  }
}
