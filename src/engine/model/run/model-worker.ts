/** The thread of one model: opens it, and then waits for the calls of the thread that plays it. See `ModelThreads`. */
import { failureOf } from '../../workers/messages.js';
import { endWithWork, postTo, startedWith } from '../../workers/serve-worker.js';
import { serveRequests, type ModelMemory } from './model-memory.js';
import { kernelThreadId } from '../../workers/thread-priority.js';
import { modelWorkerDataSchema, type FromModelWorker } from './model-threads.js';
import { ConstantNoise, type NoiseSource } from './noise.js';
import { openModel } from './open-model.js';
import type { RunningModel } from './running-model.js';

/** Noise that the player has drawn, in the order in which a graph asks for it. */
class DrawnNoise implements NoiseSource {
  private next = 0;

  constructor(private readonly drawn: readonly Float32Array[]) {}

  restart(): void {
    this.next = 0;
  }

  uniform(out: Float32Array): void {
    out.set(this.drawn[this.next] ?? []);
    this.next += 1;
  }

  normal(out: Float32Array): void {
    this.uniform(out);
  }
}

/** The first calls are the slowest: they fill caches and allocate what later calls reuse. */
function warmUp(model: RunningModel): void {
  const noise = new ConstantNoise(0.5, 0);
  model.encode(noise);
  if (model.priorIn.length > 0) model.generate(noise);
  model.decode(noise);
  model.reset();
}

function serve(model: RunningModel, memory: ModelMemory): void {
  const encoderNoise = new DrawnNoise(memory.encoderNoise);
  const decoderNoise = new DrawnNoise(memory.decoderNoise);
  const priorNoise = new DrawnNoise(memory.priorNoise);
  serveRequests(memory, (what) => {
    switch (what) {
      case 'encode':
        model.audioIn.set(memory.audioIn);
        model.attributes.set(memory.attributes);
        encoderNoise.restart();
        model.encode(encoderNoise);
        memory.encoded.set(model.encoded);
        return;
      case 'generate':
        model.priorIn.set(memory.priorIn);
        model.attributes.set(memory.attributes);
        priorNoise.restart();
        model.generate(priorNoise);
        memory.encoded.set(model.encoded);
        return;
      case 'decode':
        model.latents.set(memory.latents);
        model.attributes.set(memory.attributes);
        decoderNoise.restart();
        model.decode(decoderNoise);
        memory.audioOut.set(model.audioOut);
        return;
      case 'decodeAgain':
        model.latents.set(memory.latents);
        model.decodeAgain();
        memory.audioOut.set(model.audioOut);
        return;
      case 'reset':
        model.reset();
        return;
    }
  });
}

const { dir, manifest, variant, listener, memory } = startedWith(modelWorkerDataSchema);
const post = postTo<FromModelWorker>();
endWithWork();
let model: RunningModel | null = null;
try {
  model = await openModel(dir, manifest, variant, listener);
  warmUp(model);
  post({ type: 'opened', thread: kernelThreadId() ?? 0 });
} catch (error) {
  post({ type: 'failed', failure: failureOf(error) });
}
if (model !== null) {
  serve(model, memory);
  model.close();
}
