import { readFile } from 'node:fs/promises';
import type { WebSocket } from 'ws';
import { TillerError } from '../../../src/document/tiller-error.js';
import type { PageServices } from '../../../src/engine/http/page-services.js';
import { TelemetryFrame } from '../../../src/protocol/interface-frames.js';
import { NO_CONTROLLERS } from '../../../src/protocol/controllers.js';
import { NO_NETWORK_DECK } from '../../../src/protocol/network-deck.js';
import { NO_PROGRAMS } from '../../../src/protocol/programs.js';
import { OSC_OFF, type EngineMessage } from '../../../src/protocol/interface.js';
import type { Bench } from './rig.js';

const quiet = { subscribe: () => () => undefined };
const done = () => Promise.resolve();

/** Fake services of a live session. */
export function servicesOf(bench: Bench, taken: string[]): PageServices {
  return {
    instrument: bench.instrument,
    presets: {
      ...quiet,
      entries: [],
      create: done,
      open: () =>
        Promise.reject(new TillerError('preset-missing', 'There is no such preset.', 'Choose another.')),
      save: done,
      saveAs: done,
      rename: done,
      duplicate: done,
      remove: done,
      restore: done,
      trashed: [],
      restoreTrashed: done,
      emptyTrash: done,
      import: () => Promise.resolve('user/a'),
      export: (id) => Promise.resolve(`preset ${id}`),
    },
    models: {
      ...quiet,
      cards: [],
      importing: null,
      tryingLight: null,
      tryLight: done,
      remove: done,
      restore: done,
      trashed: [],
      emptyTrash: done,
      import: async (path, name, sampleRate) => {
        taken.push(name, path, await readFile(path, 'utf8'));
        if (sampleRate !== undefined) taken.push(String(sampleRate));
        if (name === 'bad.ts')
          throw new TillerError('not-a-model', `${path} is no model.`, 'Choose another.');
        return 'ab'.repeat(32);
      },
      cancelImport: () => undefined,
    },
    favourites: { ...quiet, state: { presets: [], models: [] }, set: done },
    controllers: {
      ...quiet,
      state: NO_CONTROLLERS,
      onActivity: () => () => undefined,
      learn: () => undefined,
      add: done,
      edit: done,
      remove: done,
      move: () => undefined,
      run: () => undefined,
    },
    programs: { ...quiet, state: NO_PROGRAMS, set: done, assign: done },
    carrier: { ...quiet, state: null, carry: done, cancel: () => undefined },
    encoderChoice: { ...quiet, state: null, choose: done, cancel: () => undefined },
    mapMaker: {
      ...quiet,
      state: null,
      map: done,
      addSound: (_, name, inputs) => {
        taken.push(name, inputs.join());
        return done();
      },
      gather: (_, name) => {
        taken.push(name, 'for a map');
        return done();
      },
      cancel: () => undefined,
    },
    live: null,
    hostLatency: null,
    view: { state: null, set: done },
    networkDeck: { ...quiet, state: NO_NETWORK_DECK, set: done, onDeck: () => undefined },
    recorder: {
      ...quiet,
      state: { state: 'empty', seconds: 0, points: 0 },
      act: () => undefined,
      csv: () => 'seconds,input1\n',
      midi: () => Uint8Array.of(1, 2, 3),
    },
    ports: {
      ...quiet,
      state: {
        midi: { available: false, reason: null, ports: [], chosen: null, outputs: [], chosenOutput: null },
        osc: { ...OSC_OFF, error: null, addresses: [] },
      },
      setOsc: done,
      openMidi: () => undefined,
      openMidiOutput: () => undefined,
    },
    feedback: { addListener: () => () => undefined },
    painter: { ...quiet, paint: () => Promise.resolve(null) },
  };
}

/** One page's socket: everything that it received. */
export class Client {
  readonly heard: EngineMessage[] = [];
  frame: TelemetryFrame | null = null;
  closed: number | null = null;
  private look: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    socket.binaryType = 'arraybuffer';
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closed = code;
      this.look();
    });
    socket.on('message', (data, binary) => {
      if (binary) this.frame = TelemetryFrame.read(data as ArrayBuffer, null);
      else this.heard.push(JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as EngineMessage);
      this.look();
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.look = resolve));
  }

  ask(number: number, command: unknown): void {
    this.socket.send(JSON.stringify({ request: number, command }));
  }

  find<T extends EngineMessage['type']>(type: T): Extract<EngineMessage, { type: T }> | undefined {
    return this.heard.find((said): said is Extract<EngineMessage, { type: T }> => said.type === type);
  }
}
