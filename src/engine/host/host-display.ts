import { NOTICE } from '../../protocol/plugin.js';
import { PARAMETERS, attributeIndex } from '../../document/parameters.js';
import { isInput } from '../../document/parameter-values.js';
import type { Preset } from '../../document/preset.js';
import type { Instrument } from '../instrument/instrument.js';
import type { Programs } from '../persistence/programs.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { Telemetry } from '../stream/messages.js';
import type { PipeLink } from './pipe-link.js';

/** Names and notices are sent this long after a change, together with those of the meantime. */
const UPDATE_MILLISECONDS = 100;
const STATUS_MILLISECONDS = 200;

export interface HostDisplayOptions {
  readonly link: Pick<PipeLink, 'write'>;
  readonly instrument: Pick<Instrument, 'state' | 'subscribe' | 'onTelemetry' | 'notify'>;
  readonly presets: Pick<PresetStore, 'list' | 'subscribe'>;
  /** Left out, program changes recall nothing. */
  readonly programs?: Pick<Programs, 'state' | 'isRead' | 'subscribe'>;
}

/** The parameters' names as the host shows them: an input carries the name that the preset gives it, one of the model's that of its attribute. */
export function parameterNames(preset: Preset): string[] {
  return PARAMETERS.map(({ name }, index) => {
    const shown = isInput(index) ? preset.inputs[index] : preset.attributes[attributeIndex(index)];
    return shown === undefined ? name : `${name}: ${shown.name}`;
  });
}

/**
 * Sends the plugin what the host and the native page show: names of the parameters, the notice, presets, programs and the
 * status. Main thread.
 */
export class HostDisplay {
  /** Nothing but the status is sent before: the host has not given its project yet. */
  private isOpen = false;
  private names = '';
  private notice = '';
  private timer: NodeJS.Timeout | null = null;
  /** When the status was sent last, of `performance.now`. */
  private lastStatus = 0;
  /** Counts look-ups of the presets: the result of one that a later look-up has replaced is not sent. */
  private lookups = 0;

  constructor(private readonly options: HostDisplayOptions) {
    options.instrument.subscribe(() => {
      this.timer ??= setTimeout(() => this.sendUpdate(), UPDATE_MILLISECONDS);
    });
    options.instrument.onTelemetry((telemetry) => this.sendStatus(telemetry));
    options.presets.subscribe(() => {
      if (this.isOpen) this.sendPresets();
    });
    options.programs?.subscribe(() => this.sendPrograms());
  }

  /** The host's project plays: what is shown of it is sent from now on. */
  open(): void {
    this.isOpen = true;
  }

  /** Sends names and notice where they have changed. */
  sendUpdate(): void {
    const { link, instrument } = this.options;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (!this.isOpen) return;
    const { preset, notice } = instrument.state;
    const names = JSON.stringify(parameterNames(preset));
    if (names !== this.names) link.write('names', {}, names);
    const text = notice === null ? '' : notice.hint === null ? notice.text : `${notice.text} ${notice.hint}`;
    if (text !== this.notice) link.write('notice', { level: NOTICE[notice?.level ?? 'info'] }, text);
    this.names = names;
    this.notice = text;
  }

  /** Sends which program changes recall presets: the plugin lists them and drops others. */
  sendPrograms(): void {
    const { link, programs } = this.options;
    if (!this.isOpen || programs?.isRead !== true) return;
    const { on, channel, assignments } = programs.state;
    link.write('programs', { on: Number(on), channel }, JSON.stringify(assignments));
  }

  /** Reads the list of presets and sends it. */
  sendPresets(): void {
    const { link, presets, instrument } = this.options;
    const lookup = ++this.lookups;
    presets.list().then(
      (entries) => {
        if (lookup === this.lookups)
          link.write('presets', {}, JSON.stringify(entries.map(({ id, name }) => ({ id, name }))));
      },
      (error: unknown) => instrument.notify(error),
    );
  }

  private sendStatus(telemetry: Telemetry): void {
    const now = performance.now();
    if (now - this.lastStatus < STATUS_MILLISECONDS) return;
    this.lastStatus = now;
    const fields = {
      inputPeakDb: Math.max(...telemetry.inputPeakDb),
      outputPeakDb: Math.max(...telemetry.outputPeakDb),
      gainReductionDb: telemetry.gainReductionDb,
      load: telemetry.totalLoad,
      faults: telemetry.faults,
    };
    this.options.link.write('status', fields, this.options.instrument.state.model.manifest?.name ?? '');
  }
}
