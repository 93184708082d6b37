/**
 * What the plugin starts. Stdin and stdout are its pipe, which the streaming thread reads and writes, waiting. A stream
 * of Node's on them would make them non-blocking, and importing `node:process` is enough to open one, so both are
 * turned away before anything else is loaded.
 */
Object.defineProperty(process, 'stdin', { configurable: true, get: () => undefined });
Object.defineProperty(process, 'stdout', { configurable: true, get: () => process.stderr });

// That thread opens the first model; why this must stand here before, `model/sync-session.ts` says.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

// The streaming thread starts while this one still loads the rest: after a crash every moment is one without the model.
const { PipeLink } = await import('../host/pipe-link.js');
const { VERSION } = await import('./version.js');
const link = new PipeLink(VERSION);
const { hostEngine } = await import('./commands/host.js');
hostEngine(link);
