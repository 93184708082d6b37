import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportedModel } from '../../../src/engine/model/import/import.js';
import { importUnmeasured } from '../model/import-fixture.js';
import { buildZip } from '../torchscript/archive-builder.js';
import { storedModel } from '../model/import/evaluate/stored.js';

/** Samples of a hop; its quarters are what latents are made of. */
export const HOP = 64;

const QUARTERS = `q = torch.mean(torch.reshape(x, [torch.size(x, 0), -1, 4, ${HOP / 4}]), [-1])`;
const SOUND = (latents: string) =>
  `return torch.repeat_interleave(torch.reshape(${latents}, [torch.size(z, 0), 1, -1]), ${HOP / 4}, -1)`;

/** Four latents, from the last quarter to the first, doubled and moved. */
const REVERSED = {
  latents: 4,
  encode: ['return torch.permute(torch.add(torch.mul(torch.flip(q, [-1]), 2.), 1.), [0, 2, 1])'],
  decode: ['w = torch.permute(z, [0, 2, 1])', SOUND('torch.flip(torch.mul(torch.sub(w, 1.), 0.5), [-1])')],
};
/** Three latents: the first quarter, the sum of two, and the last. */
const SUMMED = {
  latents: 3,
  encode: [
    'm = torch.add(torch.slice(q, -1, 1, 2), torch.slice(q, -1, 2, 3))',
    'return torch.permute(torch.cat([torch.slice(q, -1, 0, 1), m, torch.slice(q, -1, 3, 4)], -1), [0, 2, 1])',
  ],
  decode: [
    'w = torch.permute(z, [0, 2, 1])',
    'm = torch.mul(torch.slice(w, -1, 1, 2), 0.5)',
    SOUND('torch.cat([torch.slice(w, -1, 0, 1), m, m, torch.slice(w, -1, 2, 3)], -1)'),
  ],
};
/** Samples by which `late` is late. */
export const LATE = 100;

/** The latents of `SUMMED` divided by the loudness, 0 / 0 for silence; its sound is late. */
const LATE_MODEL = {
  latents: 3,
  encode: [
    ...SUMMED.encode.slice(0, 1),
    'n = torch.cat([torch.slice(q, -1, 0, 1), m, torch.slice(q, -1, 3, 4)], -1)',
    'return torch.permute(torch.div(n, torch.sum(torch.abs(q), [-1], True)), [0, 2, 1])',
  ],
  decode: [
    ...SUMMED.decode.slice(0, 2),
    (SUMMED.decode[2] ?? '').replace('return ', 's = '),
    'y = torch.cat([self.pad, s], -1)',
    `self.pad = torch.slice(y, -1, -${LATE})`,
    `return torch.slice(y, -1, 0, -${LATE})`,
  ],
};
export const MODELS = { reversed: REVERSED, summed: SUMMED, late: LATE_MODEL } as const;

/** Imports a model of 16 kHz whose latents are linear in what the other's are. */
export async function importLinear(folder: string, name: keyof typeof MODELS): Promise<ImportedModel> {
  const { latents, encode, decode } = MODELS[name];
  const lines = [
    'class M(Module):',
    '  def encode(self: __torch__.M, x: Tensor) -> Tensor:',
    ...[QUARTERS, ...encode].map((line) => `    ${line}`),
    '  def decode(self: __torch__.M, z: Tensor) -> Tensor:',
    ...decode.map((line) => `    ${line}`),
  ];
  const path = join(folder, `${name}.ts`);
  const attributes = {
    _methods: ['encode', 'decode'],
    encode_params: { data: BigInt64Array.of(1n, 1n, BigInt(latents), BigInt(HOP)) },
    decode_params: { data: BigInt64Array.of(BigInt(latents), BigInt(HOP), 1n, 1n) },
    sr: 16_000n,
    pad: { data: new Float32Array(LATE), sizes: [1, 1, LATE], strides: [LATE, LATE, 1] },
  };
  const entries = [
    ...storedModel(attributes),
    { name: 'm/version', data: '3\n' },
    { name: 'm/code/__torch__.py', data: lines.join('\n') },
  ];
  await writeFile(path, buildZip(entries));
  return importUnmeasured(path, { libraryDir: join(folder, 'models') });
}
