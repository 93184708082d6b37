// A streaming worker that reports what it is told, and dies when a MIDI note asks it to: 1 throws, 2 exits.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (message) => {
  if (message.type === 'midi') {
    if (message.data1 === 1) throw new Error('the model burst');
    process.exit(3);
  }
  const { type, playing, rate, frames, command } = message;
  const heard = [type, playing ?? rate ?? frames ?? command?.type].filter((part) => part !== undefined);
  parentPort.postMessage({
    type: 'report',
    report: { type: 'failed', code: 'heard', message: heard.join(' ') },
  });
});
