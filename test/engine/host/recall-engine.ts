import { PipeLink } from '../../../src/engine/host/pipe-link.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';

/**
 * An engine whose instrument does what `model-recall.test.ts` needs: plays the first model of its argument, and the
 * second one once the plugin asks for any preset.
 */
const { settings, first, second } = JSON.parse(process.argv[2] ?? '') as Record<
  'settings' | 'first' | 'second',
  StreamCommand
>;
const link = new PipeLink('1.2.3');
link.listen((message) => {
  if (message.type === 'hello') {
    link.send(settings);
    link.send(first);
  } else if (message.type === 'settle') link.ready();
  else if (message.type === 'recall') {
    link.send(second);
    // Reaches the plugin when the streaming thread has taken the command.
    link.write('notice', { level: 0 }, 'recalled');
  } else if (message.type === 'ended') {
    if (message.reason !== null) process.stderr.write(message.reason);
    process.exit(message.reason === null ? 0 : 1);
  }
});
