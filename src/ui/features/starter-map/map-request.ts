import type { Command } from '../../../protocol/interface.js';

type MapModel = Extract<Command, { type: 'map-model' }>;
export type Layout = MapModel['layout'];

const SEEDS = 2 ** 32;

/** A command that maps the model: another map each time. @param x index of the input across the pad @param y of the one up */
export const mapRequest = (x: number, y: number, layout: Layout): MapModel => ({
  type: 'map-model',
  x,
  y,
  layout,
  seed: Math.floor(Math.random() * SEEDS),
});
