import type { TO_PLUGIN } from '../../protocol/plugin.js';
import type { StreamCommand, StreamReport } from '../stream/messages.js';

/** Frames that the main thread may have the streaming thread write to the plugin. */
export type Outgoing = Exclude<keyof typeof TO_PLUGIN, 'samples' | 'pong' | 'prepared' | 'busy'>;

/** What the engine's main thread tells the thread that owns the pipe. */
export type ToPipe =
  | { type: 'command'; command: StreamCommand }
  | { type: 'send'; message: Outgoing; fields: Readonly<Record<string, number>>; text: string }
  /** Everything that the plugin said before a `settle` has been applied: one for each. */
  | { type: 'ready' };

/** What the thread that owns the pipe tells the main thread. */
export type FromPipe =
  | { type: 'hello'; text: string }
  | { type: 'state'; text: string }
  | { type: 'parameter'; index: number; value: number }
  /** A stream or an export begins: to be answered by `ready`. */
  | { type: 'settle' }
  | { type: 'open-interface' }
  | { type: 'load-preset'; id: string }
  | { type: 'renderWarning'; text: string }
  | { type: 'undoHistory'; text: string }
  | { type: 'report'; report: StreamReport }
  /** The plugin is gone, or what it sends cannot be trusted: the engine ends. */
  | { type: 'ended'; reason: string | null };
