import type { ControllerSource } from './controller-source.js';

/** Which of the engine's ways a source's messages take. */
export type SourceTransport = 'midi' | 'osc' | 'page';

/** How messages of a source arrive. */
export function transportOf({ kind }: Pick<ControllerSource, 'kind'>): SourceTransport {
  switch (kind) {
    case 'osc':
      return 'osc';
    case 'gamepad':
    case 'gamepad-button':
    case 'key':
      return 'page';
    default:
      return 'midi';
  }
}

/** Whether a message of one source is a message of the other; channel 0 includes every channel. */
export function sameSource(a: ControllerSource, b: ControllerSource): boolean {
  const key = (source: ControllerSource) => {
    switch (source.kind) {
      case 'cc':
        return source.controller;
      case 'nrpn':
        return source.number;
      case 'note':
      case 'poly-pressure':
        return source.note;
      case 'osc':
        return `${source.address} ${source.argument}`;
      case 'gamepad':
        return source.axis;
      case 'gamepad-button':
        return source.button;
      case 'key':
        return source.key;
      case 'pitch-bend':
      case 'channel-pressure':
        return '';
    }
  };
  if (a.kind !== b.kind || key(a) !== key(b)) return false;
  const channelOf = (source: ControllerSource) => ('channel' in source ? source.channel : 0);
  return channelOf(a) === channelOf(b) || channelOf(a) === 0 || channelOf(b) === 0;
}
