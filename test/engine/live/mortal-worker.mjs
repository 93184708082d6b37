// A streaming worker that reports its commands. MIDI notes command it: 1 throws, 2 exits, 3 ends the present file.
import { parentPort } from 'node:worker_threads';

let next = 0;

parentPort.on('message', (message) => {
  if (message.type === 'midi') {
    if (message.data1 === 1) throw new Error('the model burst');
    if (message.data1 === 2) process.exit(3);
    parentPort.postMessage({ type: 'advanced', number: next });
    return;
  }
  if (message.type === 'next' && message.audio !== null) next = message.number;
  const { type, playing, rate, frames, command, seconds } = message;
  const heard = [type, playing ?? rate ?? frames ?? command?.type ?? seconds].filter(
    (part) => part !== undefined,
  );
  parentPort.postMessage({
    type: 'report',
    report: { type: 'failed', code: 'heard', message: heard.join(' ') },
  });
});
