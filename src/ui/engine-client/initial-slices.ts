import { OSC_OFF, type Slices } from '../../protocol/interface.js';
import { defaultLearning } from '../../document/default-learning.js';
import { NO_NETWORK_DECK } from '../../protocol/network-deck.js';
import { NO_CONTROLLERS } from '../../protocol/controllers.js';
import { DEFAULT_OUTPUT } from '../../document/default-output.js';

/** The engine's state as shown before the first connection: an empty instrument. */
export const initialSlices = (): Slices => ({
  about: { name: '', description: '', tags: [], author: '', seed: 0 },
  inputs: [],
  examples: [],
  otherModels: [],
  carrying: null,
  listenWith: { model: null, adapted: false, preparing: null },
  listening: null,
  learning: defaultLearning(),
  steering: { amount: 1, glideSeconds: 0, dimensions: [] },
  attributes: [],
  loops: [],
  output: { ...DEFAULT_OUTPUT },
  history: { dirty: false, canUndo: false, canRedo: false, undoLabel: null, redoLabel: null },
  comparison: { side: 'A', begun: false },
  holds: [],
  draws: { earlier: 0, later: 0 },
  training: { running: false, done: 0, total: 0, learned: false, stale: false, report: null },
  model: { card: null, missing: null, loading: false },
  stream: null,
  hostLatency: null,
  rememberedView: null,
  waiting: { midiLearn: null, auditioning: null },
  library: { presets: [], current: null, models: [], importing: null, tryingLight: null },
  trash: { presets: [], models: [] },
  favourites: { presets: [], models: [] },
  programs: { on: false, channel: 0, assignments: [] },
  controllers: NO_CONTROLLERS,
  live: null,
  waveform: null,
  recorder: { state: 'empty', seconds: 0, points: 0 },
  ports: {
    midi: { available: false, reason: null, ports: [], chosen: null, outputs: [], chosenOutput: null },
    osc: { ...OSC_OFF, error: null, addresses: [] },
  },
  networkDeck: NO_NETWORK_DECK,
});
