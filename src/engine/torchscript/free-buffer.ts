import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';

/**
 * Gives the memory of a large buffer back at once; it and all views of it are empty afterwards. The collector
 * would do so some time later: it does not see that native code is about to need as much. What is handed over to
 * a channel that closes before anybody receives it is freed with the channel.
 */
export async function freeBuffer(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(null, [bytes.buffer]);
  const closed = once(port2, 'close');
  port2.close();
  await closed;
}
