import { buildZip } from '../../torchscript/archive-builder.js';
import { type Attributes, storedModel, StoredTuple } from './evaluate/stored.js';

/** Samples by which the effect is late. */
export const EFFECT_DELAY = 37;

/** Delays its input, multiplies it, and takes its magnitude where a text says so. Its buffer has room for one row. */
const SOURCE = [
  'class M(Module):',
  '  def forward(self: __torch__.M, x: Tensor) -> Tensor:',
  '    y = torch.cat([self.pad, x], -1)',
  `    self.pad = torch.slice(y, -1, -${EFFECT_DELAY})`,
  `    z = torch.mul(torch.slice(y, -1, 0, -${EFFECT_DELAY}), (self.gain)[0])`,
  '    if torch.eq((self.mode)[0], "fold"):',
  '      out = torch.abs(z)',
  '    else:',
  '      out = z',
  '    return out',
  '  def set_gain(self: __torch__.M, value: float) -> int:',
  '    self.gain = (value,)',
  '    return 0',
  '  def set_mode(self: __torch__.M, value: str) -> int:',
  '    self.mode = (value,)',
  '    return 0',
].join('\n');

/** A `.ts` file of an effect at 48 kHz, with the attributes `gain` (1) and `mode` (`plain` or `fold`). */
export function effectFile(source = SOURCE): Uint8Array {
  const attributes: Attributes = {
    _methods: ['forward'],
    _attributes: ['gain', 'mode'],
    forward_params: { data: BigInt64Array.of(1n, 1n, 1n, 1n) },
    gain: new StoredTuple([1]),
    mode: new StoredTuple(['plain']),
    pad: {
      data: new Float32Array(EFFECT_DELAY),
      sizes: [1, 1, EFFECT_DELAY],
      strides: [EFFECT_DELAY, EFFECT_DELAY, 1],
    },
    sr: 48_000n,
  };
  return buildZip([
    ...storedModel(attributes),
    { name: 'm/version', data: '3\n' },
    { name: 'm/code/__torch__.py', data: source },
  ]);
}
