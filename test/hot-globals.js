/**
 * Global names that computing code uses in its loops. In jest's realm each use of one asks the realm's object, which takes about a
 * hundred times as long as a constant of the module: the tests of signal processing took most of their time for that.
 */
export const HOT_GLOBALS = [
  ...['Math', 'Number', 'NaN', 'Infinity', 'Array', 'Object', 'Map', 'Set', 'BigInt', 'Atomics', 'Buffer'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Float32Array', 'Float64Array', 'BigInt64Array'],
  ...['BigUint64Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array', 'Uint8ClampedArray'],
  ...['Uint16Array', 'Uint32Array'],
];
