import { useCallback, useMemo, useState } from 'react';
import { actionOf } from '../../../document/action.js';
import { isRelative, modesFor, type Assignment, type AssignmentMode } from '../../../document/assignment.js';
import type { ControllerSource } from '../../../document/controller-source.js';
import { transportOf } from '../../../document/match-source.js';
import type { Command } from '../../../protocol/interface.js';
import { isAssignmentActive } from '../../engine-client/activity.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { Card } from '../../shared/controls/card.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { MiniField } from '../../shared/controls/mini-field.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { ActivityLight } from './activity-light.js';
import { actionChoices, actionName, choiceOf, readChoice, type ActionContext } from './action-choices.js';
import { describeController } from './describe-source.js';
import { SensorRange } from './sensor-range.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './assignments.module.css';

const MODES: Readonly<Record<AssignmentMode, string>> = {
  'pick-up': 'Pick-up',
  jump: 'Jump',
  press: 'Each press',
  hold: 'While held',
  'sign-magnitude': 'Relative: sign bit',
  'sign-magnitude-inverse': 'Relative: sign bit 2',
  'binary-offset': 'Relative: 64 ± n',
  'twos-complement': 'Relative: two’s compl.',
};
const MODE_HELP =
  'Pick-up: a fader acts once it has reached the value. Jump: at once. Relative: for endless encoders, in the four usual encodings.';

/** What the names of actions depend on, of the present instrument. */
function useActionContext(): ActionContext {
  const inputs = usePage((state) => state.inputs);
  const attributes = usePage((state) => state.attributes);
  const latents = usePage(({ steering }) => steering.dimensions.length);
  const examples = usePage((state) => state.examples.length);
  const presets = usePage(({ library }) => library.presets);
  return useMemo(
    () => ({ inputs, attributes, latents, examples, presets }),
    [inputs, attributes, latents, examples, presets],
  );
}

/** The player's controller map: what MIDI, OSC, gamepads and keys do, in every preset. */
export function AssignmentsCard() {
  const { assignments, learning } = usePage((state) => state.controllers);
  const context = useActionContext();
  const [chosen, setChosen] = useState(() => choiceOf({ id: 'dryWet' }));
  const choices = useMemo(() => actionChoices(context), [context]);
  const value = choices.some((choice) => choice.value === chosen) ? chosen : (choices[0]?.value ?? '');
  const learns = learning !== null && learning.id === null;
  return (
    <Card label="Controllers">
      <h3>Controllers</h3>
      <div className={form.row}>
        <Select
          className={utilities.grow}
          label="Action to assign"
          help="What the controller will do. Assignments are yours: they stay when the preset changes, and come before a preset’s own."
          value={value}
          choices={choices}
          onChange={setChosen}
        />
        <Button
          label={learns ? 'Move it…' : 'Learn'}
          tone={learns ? 'control' : 'plain'}
          pressed={learns}
          help="Then move a knob or fader, press a key or button, or send an OSC message."
          onPress={() => perform({ type: 'learn-controller', action: learns ? null : readChoice(value) })}
        />
      </div>
      {assignments.length === 0 ? (
        <p className={utilities.note}>
          Choose what a controller is to do, press Learn, then move it. The assignments apply in every preset.
        </p>
      ) : (
        <ul className={styles.list} aria-label="Assigned controllers">
          {assignments.map((assignment) => (
            <AssignmentRow key={assignment.id} assignment={assignment} context={context} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function AssignmentRow({ assignment, context }: { assignment: Assignment; context: ActionContext }) {
  const { id, action, source, mode, range, feedback } = assignment;
  const learns = usePage(({ controllers }) => controllers.learning?.id === id);
  const canSend = usePage((state) => state.live !== null);
  const name = actionName(action, context);
  const { kind } = actionOf(action);
  const edit = (change: Extract<Command, { type: 'edit-controller' }>['change']) =>
    perform({ type: 'edit-controller', id, change });
  const isActive = useCallback((now: number) => isAssignmentActive(id, now), [id]);
  const modes = modesFor(kind, source);
  const end = (label: string, help: string, index: 0 | 1) => (
    <TypedNumber
      label={`${name}: ${label}`}
      help={help}
      value={range[index]}
      min={0}
      max={1}
      initial={index}
      unit="%"
      onAccept={(typed) => edit({ range: index === 0 ? [typed, range[1]] : [range[0], typed] })}
    />
  );
  return (
    <li className={styles.assignment} aria-label={name}>
      <div className={form.row}>
        <ActivityLight isActive={isActive} />
        <span className={utilities.clip}>{name}</span>
        <span className={`${styles.source} ${utilities.clip}`}>{describeController(source)}</span>
        <Button
          label={learns ? 'Move it…' : 'Learn'}
          name={`${learns ? 'Move it…' : 'Learn'}: ${name}`}
          tone={learns ? 'control' : 'quiet'}
          pressed={learns}
          onPress={() =>
            perform(
              learns ? { type: 'learn-controller', action: null } : { type: 'learn-controller', action, id },
            )
          }
        />
        <IconButton
          label={`Remove ${name}`}
          icon="bin"
          onPress={() => {
            focusNeighbour();
            perform({ type: 'remove-controller', id });
          }}
        />
      </div>
      {(modes.length > 1 || hasEnds(source)) && (
        <div className={`${form.row} ${styles.settings}`}>
          {modes.length > 1 && (
            <Select
              className={styles.mode}
              label={`${name}: how it acts`}
              help={MODE_HELP}
              value={mode}
              choices={modes.map((one) => ({ value: one, label: MODES[one] }))}
              onChange={(next) => edit({ mode: next })}
            />
          )}
          {kind === 'continuous' && (
            <MiniField name={isRelative(mode) ? 'Within' : 'From, to'}>
              {end('from', 'Where the action is with the controller at its low end.', 0)}
              {end(
                'to',
                'Where the action is with the controller at its high end; it may be the lower one.',
                1,
              )}
            </MiniField>
          )}
          <SensorRange name={name} source={source} onChange={(next) => edit({ source: next })} />
          {canSend && kind !== 'trigger' && transportOf(source) === 'midi' && (
            <Toggle
              label="Feedback"
              help="Sends the present value to the controller: for motor faders and lights."
              checked={feedback}
              onChange={(on) => edit({ feedback: on })}
            />
          )}
        </div>
      )}
    </li>
  );
}

const hasEnds = ({ kind }: ControllerSource) =>
  kind === 'osc' || kind === 'gamepad' || kind === 'gamepad-button';
