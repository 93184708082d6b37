import type { WebSocket } from 'ws';
import { TelemetryFrame, TELEMETRY } from '../../protocol/interface-frames.js';
import type { ControllerActivity } from '../../protocol/controllers.js';
import { INTERFACE_VERSION } from '../../protocol/interface.js';
import { movesByItself } from '../../document/input.js';
import { PARAMETER_INDEX, PARAMETERS } from '../../document/parameters.js';
import type { Telemetry } from '../stream/messages.js';
import type { Notice } from '../instrument/instrument-state.js';
import { parameterValues } from '../../document/parameter-values.js';
import type { PageServices } from './page-services.js';
import { PriorityWatch } from './priority-watch.js';
import { SliceView, visible } from './slices.js';
import type { WindowRole } from './window-role.js';
import { ConnectedWindow } from './window.js';

/** Changes are collected for this long, so that a gesture sends one state per animation frame, not one per move. */
const FLUSH_MILLISECONDS = 16;

/** Sends every open window the engine's state, notices and telemetry. Main thread. */
export class Hub {
  private readonly windows = new Set<ConnectedWindow>();
  private readonly view: SliceView;
  private readonly subscriptions: (() => void)[];
  private frame = new TelemetryFrame(0, PARAMETERS.length);
  private flushing: NodeJS.Timeout | null = null;
  private notice: Notice | null = null;
  private readonly priority = new PriorityWatch(() => this.services.instrument.state.stream?.thread ?? null);

  constructor(
    private readonly services: PageServices,
    private readonly kind: 'live' | 'plugin',
    private readonly version: string,
  ) {
    this.view = new SliceView(services);
    const changed = () => this.schedule();
    const { instrument, presets, models, favourites, programs, controllers } = services;
    const { carrier, encoderChoice, mapMaker, live, hostLatency, recorder, ports, networkDeck } = services;
    const library = [instrument, presets, models, favourites, programs, controllers];
    const parts = [
      ...library,
      carrier,
      encoderChoice,
      mapMaker,
      live,
      hostLatency,
      recorder,
      ports,
      networkDeck,
    ];
    this.subscriptions = [
      ...parts.flatMap((part) => (part === null ? [] : [part.subscribe(changed)])),
      services.painter.subscribe(() => this.windows.forEach((window) => window.repaint())),
      instrument.onTelemetry((telemetry) => this.sendTelemetry(telemetry)),
      controllers.onActivity((activity) => this.sendActivity(activity)),
    ];
  }

  /** Number of open pages of this machine. */
  get size(): number {
    return this.pages().length;
  }

  private pages(): ConnectedWindow[] {
    return [...this.windows].filter(({ role }) => role.slices === null);
  }

  /** Takes a page's connection: sends it the state that its role sees, then what changes, until it closes. */
  add(socket: WebSocket, role: WindowRole): void {
    const window = new ConnectedWindow(socket, this.services, role, (speaker) => {
      for (const other of this.windows) if (other !== speaker) other.loseSpeaker();
    });
    this.flush();
    this.windows.add(window);
    socket.on('close', () => this.windows.delete(window));
    socket.on('error', () => socket.terminate());
    const engine = { version: INTERFACE_VERSION, engine: this.version };
    window.send(
      role.slices === null
        ? { type: 'welcome', ...engine, kind: this.kind, slices: this.view.current }
        : { type: 'welcome', ...engine, kind: 'deck', slices: visible(this.view.current, role.slices) },
    );
    this.sendNotice();
  }

  /** Ends the subscriptions; the windows' sockets are closed by the server. */
  close(): void {
    for (const end of this.subscriptions) end();
    if (this.flushing !== null) clearTimeout(this.flushing);
  }

  private schedule(): void {
    this.flushing ??= setTimeout(() => this.flush(), FLUSH_MILLISECONDS);
  }

  private flush(): void {
    if (this.flushing !== null) clearTimeout(this.flushing);
    this.flushing = null;
    const changed = this.view.refresh();
    for (const window of this.windows) window.sendState(changed);
    this.sendNotice();
  }

  /** Sends a new notice to every page; one that came while none was open goes to the first. */
  private sendNotice(): void {
    const { notice } = this.services.instrument.state;
    const pages = this.pages();
    if (notice === this.notice || pages.length === 0) return;
    this.notice = notice;
    if (notice === null) return;
    for (const window of pages) window.send({ type: 'notice', ...notice });
  }

  private sendActivity(activity: ControllerActivity): void {
    for (const window of this.pages()) window.send({ type: 'activity', ...activity });
  }

  private sendTelemetry(telemetry: Telemetry): void {
    if (this.windows.size === 0) return;
    const latents = telemetry.decoded.length;
    if (this.frame.latents !== latents) this.frame = new TelemetryFrame(latents, PARAMETERS.length);
    const { frame, scalars, encoded, mapped, decoded, parameters, audioRanges } = this.frame;
    encoded.set(telemetry.encoded);
    mapped.set(telemetry.mapped);
    decoded.set(telemetry.decoded);
    audioRanges.set(telemetry.audioRanges);
    [scalars[TELEMETRY.inputPeakLeft], scalars[TELEMETRY.inputPeakRight]] = telemetry.inputPeakDb;
    [scalars[TELEMETRY.outputPeakLeft], scalars[TELEMETRY.outputPeakRight]] = telemetry.outputPeakDb;
    [scalars[TELEMETRY.inputRmsLeft], scalars[TELEMETRY.inputRmsRight]] = telemetry.inputRmsDb;
    [scalars[TELEMETRY.outputRmsLeft], scalars[TELEMETRY.outputRmsRight]] = telemetry.outputRmsDb;
    scalars[TELEMETRY.gainReduction] = telemetry.gainReductionDb;
    scalars[TELEMETRY.modelLoad] = telemetry.modelLoad;
    scalars[TELEMETRY.totalLoad] = telemetry.totalLoad;
    scalars[TELEMETRY.modelRests] = telemetry.modelRests ? 1 : 0;
    scalars[TELEMETRY.faults] = telemetry.faults;
    scalars[TELEMETRY.bufferedMilliseconds] = this.services.live?.state.bufferMilliseconds ?? 0;
    scalars[TELEMETRY.realtimePriority] = this.priority.now();
    const { tempo, playing, beat, beatsPerBar } = telemetry.time;
    scalars[TELEMETRY.tempo] = tempo;
    scalars[TELEMETRY.beatOfBar] = ((beat % beatsPerBar) + beatsPerBar) % beatsPerBar;
    scalars[TELEMETRY.beatsPerBar] = beatsPerBar;
    scalars[TELEMETRY.transportRuns] = playing ? 1 : 0;
    scalars[TELEMETRY.positionSeconds] = this.services.live?.heardSeconds() ?? NaN;
    const { preset } = this.services.instrument.state;
    parameters.set(parameterValues(preset));
    preset.inputs.forEach((input, i) => {
      if (movesByItself(input)) parameters[PARAMETER_INDEX.input + i] = telemetry.inputs[i] ?? input.value;
    });
    for (const window of this.windows) window.sendTelemetry(frame);
  }
}
