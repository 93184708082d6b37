// A fake of the thread that owns the pipe: sends what it was started with, then every message that it gets.
import { parentPort as port, workerData } from 'node:worker_threads';

const { beats, version } = workerData.data;
port.postMessage({ type: 'hello', text: `${version} is there` });
port.on('message', (message) => {
  if (message.type === 'send' && message.message === 'notice' && message.text === 'beats')
    port.postMessage({ type: 'parameter', index: 0, value: Atomics.load(beats, 0) });
  else if (message.type === 'send' && message.message === 'notice' && message.text === 'throw')
    throw new Error('broken');
  else if (message.type === 'send' && message.message === 'notice' && message.text === 'exit')
    process.exit(0);
  else if (message.type === 'ready')
    port.postMessage({ type: 'report', report: { type: 'program-change', program: 7, channel: 1 } });
  else port.postMessage({ type: 'state', text: JSON.stringify(message) });
});
