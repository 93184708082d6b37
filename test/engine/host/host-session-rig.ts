import { jest } from '@jest/globals';
import { TillerError } from '../../../src/document/tiller-error.js';
import { HostSession } from '../../../src/engine/host/host-session.js';
import type { HostSessionOptions } from '../../../src/engine/host/host-session.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import type { Preset } from '../../../src/document/preset.js';
import type { StoredPreset } from '../../../src/protocol/interface.js';
import { HostLatency } from '../../../src/engine/host/host-latency.js';
import { Programs } from '../../../src/engine/persistence/programs.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import type { StreamLink } from '../../../src/engine/stream/messages.js';

interface Sent {
  message: string;
  fields: Record<string, number>;
  text: string;
}

export const preset = (name: string, change: Partial<Preset> = {}): Preset => ({
  ...emptyPreset(null, 0),
  name,
  ...change,
});

export const ADDRESS = 'http://127.0.0.1:1/#token=x';

/** A host session with an instrument whose streaming thread and models are not there; what it sends is kept. */
export function setUp(factory: Preset[] = [], opening: Promise<string> = Promise.resolve(ADDRESS)) {
  const sent: Sent[] = [];
  const listeners: (() => void)[] = [];
  let ready = 0;
  const link: StreamLink & HostSessionOptions['link'] = {
    send: () => undefined,
    onReport: () => undefined,
    write: (message, fields = {}, text = '') => void sent.push({ message, fields: { ...fields }, text }),
    writeDocument: (message, fields, text) => void sent.push({ message, fields: { ...fields }, text }),
    ready: () => void ready++,
  };
  const presets = {
    list: () =>
      Promise.resolve(
        factory.map(({ name, model }, i): StoredPreset => ({
          id: `factory/${i}`,
          name,
          description: '',
          tags: [],
          author: '',
          model,
          factory: true,
          problem: null,
        })),
      ),
    read: (id: string) => {
      const found = factory[Number(id.split('/')[1])];
      return found
        ? Promise.resolve(found)
        : Promise.reject(new TillerError('preset-missing', 'It is gone.'));
    },
    subscribe: (listener: () => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  };
  const programs = new Programs(null);
  void programs.set({ on: true });
  void programs.assign(0, 'factory/0');
  const instrument = new Instrument({
    link,
    presets: presets as never,
    models: { find: () => Promise.resolve(null) },
    trainer: { cancel: () => undefined, close: () => Promise.resolve() } as never,
    programs,
  });
  const models = { list: () => Promise.resolve([{ manifest: { sha256: 'a'.repeat(64) } as never }]) };
  const latency = new HostLatency(link, (error) => instrument.notify(error));
  const session = new HostSession({
    link,
    instrument,
    presets,
    programs,
    latency,
    models: factory.length > 0 ? models : { list: () => Promise.resolve([]) },
    openInterface: () => opening,
  });
  const of = (message: string) => sent.filter((frame) => frame.message === message);
  /** Lets every timer run that is due within a second. */
  const settle = () => jest.advanceTimersByTimeAsync(1000);
  /** Other presets are on the disk now, in another order or under other names. */
  const nowThereAre = (...names: string[]) => {
    factory.splice(0, factory.length, ...names.map((name) => preset(name)));
    for (const listener of listeners) listener();
  };
  return { sent, of, session, instrument, programs, latency, settle, nowThereAre, isReady: () => ready };
}
