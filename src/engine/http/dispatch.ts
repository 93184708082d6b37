import { TillerError } from '../../document/tiller-error.js';
import type { Command } from '../../protocol/interface-commands.js';
import type { PageServices, LiveServices } from './page-services.js';

/** The actions of commands that concern the window that sent them. */
export interface Window {
  openSpeaker(live: LiveServices, rate: number): void;
  credit(frames: number, underruns: number): void;
  closeSpeaker(): void;
  /** Sends it the feedback for controllers from now on. */
  receiveFeedback(): void;
  paint(map: Extract<Command, { type: 'paint-map' }>['map']): void;
}

function liveOf(services: PageServices): LiveServices {
  if (services.live !== null) return services.live;
  throw new TillerError(
    'argument-invalid',
    'The host plays here: there is no transport.',
    'Start the live session with "tiller serve" to play loops and files.',
  );
}

/**
 * Executes a command of a page; resolves when it is done.
 * @returns the command's result, such as the identifier of a new example, or null
 * @throws TillerError of the command
 */
export async function dispatch(
  services: PageServices,
  window: Window,
  command: Command,
): Promise<string | null> {
  const { instrument, presets, models } = services;
  switch (command.type) {
    case 'edit':
      instrument.edit(command.edit, command.coalesce === undefined ? {} : { coalesce: command.coalesce });
      return null;
    case 'undo':
      instrument.undo();
      return null;
    case 'redo':
      instrument.redo();
      return null;
    case 'compare':
      instrument.compare();
      return null;
    case 'parameter':
      instrument.setParameter(command.index, command.value, command.origin ?? 'page', command.gesture);
      return null;
    case 'hold':
      instrument.heldLatents.hold(command.dimension, command.value);
      return null;
    case 'release-all':
      instrument.heldLatents.releaseAll();
      return null;
    case 'randomise':
      instrument.heldLatents.randomise(command.radius);
      return null;
    case 'step-draw':
      instrument.heldLatents.stepDraw(command.by);
      return null;
    case 'capture':
      return instrument.capture(command.label);
    case 'keep-loop':
      instrument.loops.keep(command.slot);
      return null;
    case 'audition':
      instrument.heldLatents.audition(command.example);
      return null;
    case 'midi':
      liveOf(services).midi(command.status, command.data1, command.data2);
      return null;
    case 'learn-midi':
      instrument.learnMidi(command.input);
      return null;
    case 'train':
      await instrument.train();
      return null;
    case 'cancel-training':
      instrument.cancelTraining();
      return null;
    case 'paint-map':
      window.paint(command.map);
      return null;
    case 'carry-examples':
      await services.carrier.carry(command.from);
      return null;
    case 'listen-with':
      await services.encoderChoice.choose(command.sha256, command.adapted);
      return null;
    case 'cancel-listen-with':
      services.encoderChoice.cancel();
      return null;
    case 'cancel-carry':
      services.carrier.cancel();
      return null;
    case 'map-model':
      await services.mapMaker.map(command);
      return null;
    case 'cancel-map':
      services.mapMaker.cancel();
      return null;
    case 'new-preset':
      await presets.create(command.model);
      return null;
    case 'open-preset':
      await presets.open(command.id);
      return null;
    case 'save-preset':
      await presets.save();
      return null;
    case 'save-preset-as':
      await presets.saveAs(command.name);
      return null;
    case 'rename-preset':
      await presets.rename(command.id, command.name);
      return null;
    case 'duplicate-preset':
      await presets.duplicate(command.id);
      return null;
    case 'delete-preset':
      await presets.remove(command.id);
      return null;
    case 'restore-preset':
      await presets.restore(command.id);
      return null;
    case 'select-model':
      await instrument.models.select(command.sha256);
      return null;
    case 'cancel-import':
      models.cancelImport(command.id);
      return null;
    case 'try-light':
      await models.tryLight(command.sha256);
      return null;
    case 'remove-model':
      await models.remove(command.sha256);
      return null;
    case 'restore-model':
      await models.restore(command.sha256);
      return null;
    case 'restore-from-trash':
      await (command.kind === 'preset'
        ? presets.restoreTrashed(command.token)
        : models.restore(command.token));
      return null;
    case 'empty-trash':
      await presets.emptyTrash();
      await models.emptyTrash();
      return null;
    case 'favourite':
      await services.favourites.set(command.kind, command.id, command.favourite);
      return null;
    case 'programs':
      await services.programs.set(command.settings);
      return null;
    case 'assign-program':
      await services.programs.assign(command.program, command.preset);
      return null;
    case 'remember-view':
      await services.view.set(command.view);
      return null;
    case 'fix-latency':
      services.hostLatency?.fix(command.milliseconds);
      return null;
    case 'play':
      liveOf(services).play(command.playing);
      return null;
    case 'source':
      await liveOf(services).setSource(command.source);
      return null;
    case 'seek':
      liveOf(services).seek(command.seconds);
      return null;
    case 'set-cue':
      liveOf(services).setCue(command.seconds);
      return null;
    case 'step-file':
      await liveOf(services).stepFile(command.by);
      return null;
    case 'remove-file':
      await liveOf(services).removeFile(command.id);
      return null;
    case 'move-file':
      liveOf(services).moveFile(command.id, command.to);
      return null;
    case 'play-order':
      liveOf(services).setOrder(command.order);
      return null;
    case 'tempo':
      liveOf(services).setTempo(command.perMinute);
      return null;
    case 'tap-tempo':
      liveOf(services).tapTempo();
      return null;
    case 'midi-clock':
      liveOf(services).midiClock(command.status);
      return null;
    case 'buffer':
      liveOf(services).setBuffer(command.milliseconds);
      return null;
    case 'audio-open':
      window.openSpeaker(liveOf(services), command.rate);
      return null;
    case 'audio-credit':
      window.credit(command.frames, command.underruns);
      return null;
    case 'audio-close':
      window.closeSpeaker();
      return null;
    case 'recorder':
      services.recorder.act(command.action);
      return null;
    case 'learn-controller':
      services.controllers.learn(command.action, command.id);
      return null;
    case 'assign-controller':
      await services.controllers.add(command.action, command.source);
      return null;
    case 'edit-controller':
      await services.controllers.edit(command.id, command.change);
      return null;
    case 'remove-controller':
      await services.controllers.remove(command.id);
      return null;
    case 'control':
      services.controllers.move(command.source, command.value);
      return null;
    case 'trigger':
      services.controllers.run(command.action);
      return null;
    case 'osc':
      await services.ports.setOsc(command.settings);
      return null;
    case 'network-deck':
      await services.networkDeck.set(command.settings);
      return null;
    case 'midi-port':
      services.ports.openMidi(command.name);
      return null;
    case 'midi-output':
      services.ports.openMidiOutput(command.name);
      return null;
    case 'midi-feedback':
      window.receiveFeedback();
      return null;
  }
}
