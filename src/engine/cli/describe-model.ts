import { lightWords } from '../../protocol/light-words.js';
import type { LightReport, ModelLoad, ModelReport } from '../../protocol/model-report.js';
import { isEffect, type ModelManifest } from '../model/manifest.js';
import { hasPrior } from '../model/run/model-kind.js';
import { effectWords, isHeard } from '../../protocol/effect-words.js';

/** Describes a model in lines of text. @param report null where nothing has been measured */
export function describeModel(manifest: ModelManifest, report: ModelReport | null): string[] {
  const { sampleRate, hop, inputChannels, outputChannels, delaySamples } = manifest;
  const milliseconds = (samples: number) => `${((1000 * samples) / sampleRate).toFixed(1)} ms`;
  return [
    `name        ${manifest.name} (${manifest.sha256.slice(0, 12)})`,
    `rate        ${sampleRate} Hz, hop ${hop} samples (${milliseconds(hop)})`,
    `channels    ${inputChannels} in, ${outputChannels} out`,
    isEffect(manifest)
      ? 'latents     none: an effect'
      : `latents     ${manifest.latentDims} of ${manifest.fullLatentDims}`,
    ...(hasPrior(manifest) ? ['prior       yes: it plays without input, too'] : []),
    `parameters  ${manifest.parameters.toLocaleString('en')}`,
    `own delay   ${delaySamples} samples (${milliseconds(delaySamples)})`,
    `licence     ${manifest.licence ?? 'not stated in the file'}`,
    ...(report === null ? [] : describeReport(manifest, report)),
  ];
}

function describeReport(manifest: ModelManifest, report: ModelReport): string[] {
  const { notes, loads, processor, memoryBytes, latents, light } = report;
  return [
    ...(memoryBytes === null ? [] : [`memory      ${(memoryBytes / 2 ** 20).toFixed(0)} MB while it plays`]),
    ...loads.map((load) => loadLine(load, isEffect(manifest))),
    `            measured on ${processor}`,
    ...(light === undefined ? [] : describeLight(light, isEffect(manifest))),
    ...notes.map((note) => `note        ${note}`),
    ...(isEffect(manifest) ? [] : describeLatents(manifest, latents)),
  ];
}

function describeLight(light: LightReport, ofEffect: boolean): string[] {
  if (light.outcome !== 'made') return [`light       ${lightWords(light)}`];
  const { latentsSnrDb, audioSnrDb, spectralDistanceDb, loads } = light.figures;
  const below = [
    ...(latentsSnrDb === null ? [] : [`${latentsSnrDb.toFixed(0)} dB below the latents`]),
    `${audioSnrDb.toFixed(0)} dB below the audio`,
  ];
  return [
    `light       ${lightWords(light)}`,
    `            the difference is ${below.join(', ')}; spectra ${spectralDistanceDb.toFixed(2)} dB apart`,
    ...loads.map((load) => loadLine(load, ofEffect).replace('load       ', '      light')),
    `            measured on ${light.processor}`,
  ];
}

function describeLatents({ latentRanges }: ModelManifest, latents: ModelReport['latents']): string[] {
  return [
    `heard       ${latents.filter(isHeard).length} of ${latents.length} latents change the sound`,
    'latent      range            activity  from its low to its high end',
    ...latents.map((latent, d) => {
      const [low, high] = (latentRanges[d] ?? [0, 0]).map((value) => value.toFixed(2).padStart(6));
      const number = String(d + 1).padStart(3);
      const activity = latent.activity.toFixed(2).padStart(6);
      return `${number}         ${low} …${high}   ${activity}  ${effectText(latent)}`;
    }),
  ];
}

function effectText(latent: ModelReport['latents'][number]): string {
  const { effect } = latent;
  if (effect === null) return 'not measured: run tiller inspect --again';
  const signed = (value: number, digits: number) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
  const figures = [
    `${signed(effect.loudnessDb, 1)} dB`,
    `${signed(effect.brightnessOctaves, 2)} octaves`,
    `noisiness ${signed(effect.noisiness, 2)}`,
    `timbre ${effect.timbreDb.toFixed(1)} dB`,
  ];
  return `${effectWords(latent) ?? ''} (${figures.join(', ')})`;
}

function loadLine(
  { frames, batch, encodeMs, decodeMs, priorMs, shareOfRealTime }: ModelLoad,
  ofEffect: boolean,
): string {
  const setting = `${frames} frame${frames === 1 ? '' : 's'} per call, ${batch === 1 ? 'mono' : 'stereo'}`;
  const times = ofEffect
    ? `${decodeMs.toFixed(2)} ms for a call`
    : `${encodeMs.toFixed(2)} ms to encode, ${decodeMs.toFixed(2)} ms to decode`;
  const prior =
    priorMs === undefined ? '' : `, ${priorMs.toFixed(2)} ms for the prior in the encoder’s place`;
  return `load        ${(100 * shareOfRealTime).toFixed(1)} % of real time with ${setting}: ${times}${prior}`;
}
