/**
 * Entry point of the engine in the plugin. Stdin and stdout are the pipe, which the streaming worker reads and writes with
 * blocking calls. A Node stream would make them non-blocking, and importing `node:process` creates one: both properties are
 * replaced before anything else is loaded.
 */
Object.defineProperty(process, 'stdin', { configurable: true, get: () => undefined });
Object.defineProperty(process, 'stdout', { configurable: true, get: () => process.stderr });

// Must be set before the streaming worker opens the first model: see `model/run/sync-session.ts`.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

// The streaming worker starts while the main thread loads the rest: after a crash the track is dry until it has started.
const { PipeLink } = await import('../host/pipe-link.js');
const { VERSION } = await import('./version.js');
const link = new PipeLink(VERSION);
const { hostEngine } = await import('./commands/host.js');
hostEngine(link);
