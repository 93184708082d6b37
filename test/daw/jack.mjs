// A JACK server with a dummy driver, for programs that are tried without a sound card: it is started, a click is played into a
// client, and what goes in and comes out is recorded.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { level, likeness, readWav } from './wav.mjs';

/** Of the server, in Hz. */
export const RATE = 48_000;
const POLL_MILLISECONDS = 100;
/** How long the server waits for a client, on a busy machine. */
const CLIENT_MILLISECONDS = 20_000;

export class Jack {
  /** Processes that `launch` has started. */
  #started = [];

  /**
   * @param home folder for recordings
   * @param env environment of every process
   * @param limitMilliseconds how long `until` waits
   */
  constructor(home, env, limitMilliseconds) {
    this.home = home;
    this.server = `tiller-${process.pid}`;
    this.env = { ...env, JACK_DEFAULT_SERVER: this.server };
    this.limitMilliseconds = limitMilliseconds;
  }

  /** Starts a program that `close` ends. */
  launch(command, args, { env = {}, stdio = 'ignore' } = {}) {
    const child = spawn(command, args, { env: { ...this.env, ...env }, stdio });
    this.#started.push(child);
    return child;
  }

  async start() {
    // A client that is not in time is thrown out after half a second otherwise, and ALSA's plugin for JACK then crashes.
    const server = ['-r', '-t', String(CLIENT_MILLISECONDS), '-n', this.server];
    this.launch('jackd', [...server, '-d', 'dummy', '-r', String(RATE), '-p', '256']);
    await this.until('the start of JACK', () => this.ports().includes('system:playback_1'));
  }

  /** Names of every client's ports. */
  ports() {
    return this.#output('jack_lsp', []).split('\n');
  }

  /** Plays a click into both inputs. @returns the port that it comes from */
  async playClick(inputs) {
    this.launch('jack_metro', ['-b', '240', '-n', 'metro', '-d', '60', '-f', '440']);
    const click = await this.until('the start of the metronome', () =>
      this.ports().find((name) => name.startsWith('metro:')),
    );
    for (const input of inputs) this.#output('jack_connect', [click, input]);
    return click;
  }

  /** Records what comes from two ports. @returns the level of each, and how alike they are (0..1) */
  record(dryPort, wetPort, seconds) {
    const file = join(this.home, 'recording.wav');
    this.#output('jack_rec', ['-f', file, '-d', String(seconds), '-b', '32', dryPort, wetPort]);
    const [dry, wet] = readWav(file);
    return { dry: level(dry), wet: level(wet), alike: likeness(dry, wet) };
  }

  /** Polls `test` until it returns something. @throws Error after `limitMilliseconds` */
  async until(what, test) {
    const end = Date.now() + this.limitMilliseconds;
    for (let found = test(); ; found = test()) {
      if (found) return found;
      if (Date.now() > end) throw new Error(`${what} did not happen`);
      await pause(POLL_MILLISECONDS);
    }
  }

  /** Ends every program that was launched, the last one first. */
  async close() {
    // Asked first: a JACK server that is killed leaves its memory behind, and there is room for eight.
    for (const child of this.#started.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([ended, pause(this.limitMilliseconds, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await ended;
    }
    for (const name of readdirSync('/dev/shm').filter((one) => one.includes(this.server)))
      rmSync(join('/dev/shm', name), { force: true });
  }

  #output(command, args) {
    const { env, limitMilliseconds: timeout } = this;
    return spawnSync(command, args, { env, encoding: 'utf8', timeout }).stdout ?? '';
  }
}
