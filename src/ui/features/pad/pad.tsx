import { useCallback, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Example } from '../../../document/example.js';
import type { Input } from '../../../document/input.js';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import type { Gesture } from '../../engine-client/commands.js';
import { store, usePage, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { reducedMotion } from '../../shared/reduced-motion.js';
import { CaptureLabel } from '../examples/capture-label.js';
import { moveExample, nudgeSelected } from '../examples/move-example.js';
import { ARROWS, goTo, moveInput as moveTo, moveCursor } from '../inputs/cursor.js';
import { fineDivisor } from '../../shared/fine-step.js';
import { MARGIN, exampleAt, paintCursor, paintBackground, Trail, type PadScene } from './pad-painter.js';
import { MapOffer } from '../starter-map/map-offer.js';
import { FirstSteps } from './first-steps.js';
import { PadPosition } from './pad-position.js';
import styles from './pad.module.css';

/** Distance in CSS pixels within which a press hits an example or the cursor. */
const MOUSE_RADIUS = 11;
const TOUCH_RADIUS = 22;
/** Shortest movement of a pressed pointer, as a share of the pad: with less, a press on an example goes to it. */
const MIN_DRAG = 0.012;

/** The drag of one finger, pen or mouse; other pointers are ignored meanwhile. */
interface Drag {
  pointer: number;
  /** What it moves: the cursor, which plays, or an example, which edits. */
  moves: 'cursor' | 'example';
  /** Position of what is moved. */
  x: number;
  y: number;
  lastX: number;
  lastY: number;
  /** Length of the way so far, as a share of the pad. */
  way: number;
  /** The example under the pointer when it was pressed. */
  example: Example | null;
  /** The input that a pen's pressure moves, and its last pressure (0 to 1). */
  pressed: { input: number; by: number } | null;
}

/** The input that a pen's pressure moves: the first with the pad as its source that is on neither axis; null where none is. */
function pressureInput(inputs: readonly Input[], x: number, y: number): number | null {
  const index = inputs.findIndex(({ source }, i) => source.kind === 'pad' && i !== x && i !== y);
  return index < 0 ? null : index;
}

/**
 * Two inputs of the performance space as a plane: cursor, examples, and the map underneath.
 * @param guides whether an empty instrument shows what to do first; left out, it does
 */
export function Pad({ map, guides = true }: { map: MapPicture | null; guides?: boolean }) {
  const picture = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const drag = useRef<Drag | null>(null);
  const positionId = useId();
  const [focused, setFocused] = useState(false);
  const [trail] = useState(() => new Trail());
  const last = useRef({ x: NaN, y: NaN });
  /** Whether each of the last two presses was on the cursor; only then is a double click one. */
  const presses = useRef({ first: false, second: false });

  const inputs = usePage((state) => state.inputs);
  const examples = usePage((state) => state.examples);
  const xInput = usePage(({ view }) => view.xInput);
  const yInput = usePage(({ view }) => view.yInput);
  const selected = usePage(({ view }) => view.selectedExample);
  const labelling = usePage(({ view }) => view.labelling);
  const moving = usePage(({ view }) => view.moving);
  const auditioning = usePage(({ waiting }) => waiting.auditioning);
  const report = usePage(({ training }) => training.report);

  const scene = useMemo<PadScene>(
    () => ({
      map,
      examples,
      xInput,
      yInput,
      selected,
      auditioning,
      moving,
      missed: new Set(report?.missed.map(({ example }) => example)),
    }),
    [map, examples, xInput, yInput, selected, auditioning, moving, report],
  );

  const paintStatic = useCallback(
    ({ context, width: across, height: down, stale }: Surface) => {
      if (!stale) return;
      context.translate(MARGIN, MARGIN);
      paintBackground(context, scene, across - 2 * MARGIN, down - 2 * MARGIN);
    },
    [scene],
  );
  useCanvas(picture, paintStatic);

  const painted = useRef({ held: false, trailing: false, inputs: -1 });
  const paintLive = useCallback(
    ({ context, width: across, height: down, now, stale }: Surface) => {
      const { inputs: document } = store.getState();
      const read = (input: number) => values.input(input, document[input], now);
      const x = read(xInput);
      const y = xInput === yInput ? 0.5 : read(yInput);
      const moved = x !== last.current.x || y !== last.current.y;
      if (moved) {
        last.current = { x, y };
        trail.add(x, y, now);
      }
      const held = drag.current?.moves === 'cursor';
      const trailing = trail.isVisible(now) && !reducedMotion();
      const state = painted.current;
      const same = state.held === held && !trailing && !state.trailing && state.inputs === document.length;
      if (!stale && !moved && same) return;
      painted.current = { held, trailing, inputs: document.length };
      context.clearRect(0, 0, across, down);
      context.translate(MARGIN, MARGIN);
      const [width, height] = [across - 2 * MARGIN, down - 2 * MARGIN];
      if (trailing) trail.paint(context, width, height, now, palette().control);
      if (document.length > 0) paintCursor(context, x, y, width, height, held);
    },
    [xInput, yInput, trail],
  );
  useCanvas(overlay, paintLive);

  const positionAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: (event.clientX - box.left) / box.width,
      y: 1 - (event.clientY - box.top) / box.height,
      width: box.width,
      height: box.height,
    };
  };
  const moveBoth = (x: number, y: number, gesture: Gesture) => {
    moveTo(xInput, x, gesture);
    if (yInput !== xInput) moveTo(yInput, y, gesture);
  };

  const toMiddle = () => {
    moveBoth(0.5, 0.5, 'begin');
    moveBoth(0.5, 0.5, 'end');
  };

  const placeOf = ({ inputs: at }: Example) => ({ x: at[xInput] ?? 0.5, y: at[yInput] ?? 0.5 });

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || inputs.length === 0 || drag.current !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { x, y, width, height } = positionAt(event);
    const radius = event.pointerType === 'touch' ? TOUCH_RADIUS : MOUSE_RADIUS;
    const { x: atX, y: atY } = last.current;
    const onCursor = Math.hypot((x - atX) * width, (y - atY) * height) <= radius;
    presses.current = { first: presses.current.second, second: onCursor };
    const example = exampleAt(scene, x * width, (1 - y) * height, width, height, radius);
    if (example !== null) setView(store, { selectedExample: example.id });
    const edits = example !== null && (moving || event.ctrlKey || event.metaKey);
    const input = !edits && event.pointerType === 'pen' ? pressureInput(inputs, xInput, yInput) : null;
    const pressed = input === null ? null : { input, by: event.pressure };
    // A press on an example plays exactly that example; the drag goes on from there.
    const from = example === null ? { x, y } : placeOf(example);
    const moves = edits ? 'example' : 'cursor';
    drag.current = {
      pointer: event.pointerId,
      moves,
      ...from,
      lastX: x,
      lastY: y,
      way: 0,
      example,
      pressed,
    };
    if (edits) return;
    moveBoth(from.x, from.y, 'begin');
    if (pressed !== null) moveTo(pressed.input, pressed.by, 'begin');
  };

  const move = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    if (held?.pointer !== event.pointerId) return;
    const { x, y } = positionAt(event);
    const [byX, byY] = [x - held.lastX, y - held.lastY];
    const before = held.way;
    held.way += Math.hypot(byX, byY);
    const fine = fineDivisor(event);
    held.x += byX / fine;
    held.y += byY / fine;
    held.lastX = x;
    held.lastY = y;
    if (held.moves === 'example') {
      if (held.example !== null && held.way >= MIN_DRAG)
        moveExample(held.example.id, held.x, held.y, before < MIN_DRAG ? 'begin' : 'move');
      return;
    }
    moveBoth(held.x, held.y, 'move');
    if (held.pressed === null) return;
    held.pressed.by = event.pressure;
    moveTo(held.pressed.input, held.pressed.by, 'move');
  };

  /** Ends a drag; `taken` is false where the browser cancelled it, for instance for a gesture of the system. */
  const end = (event: PointerEvent<HTMLElement>, taken: boolean) => {
    const held = drag.current;
    if (held?.pointer !== event.pointerId) return;
    drag.current = null;
    if (held.moves === 'cursor') {
      moveBoth(held.x, held.y, 'end');
      // A lifted pen reports no pressure: the last one stays.
      if (held.pressed !== null) moveTo(held.pressed.input, held.pressed.by, 'end');
    }
    // The inputs that are not on the pad go to the example, too.
    if (taken && held.example !== null && held.way < MIN_DRAG) goTo(held.example);
  };

  const key = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    const home = labelling === null && (event.key === 'Backspace' || event.key === 'Delete');
    const modified = event.ctrlKey || event.metaKey;
    if ((step === undefined && !home) || (modified && step === undefined) || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (step === undefined) return toMiddle();
    const [across, up] = [step[0] / fineDivisor(event), step[1] / fineDivisor(event)];
    if (modified || moving) nudgeSelected(across, up, last.current.x, last.current.y);
    else moveCursor(across, up);
  };

  return (
    <div
      className={styles.pad}
      data-testid="pad"
      data-moving={moving}
      role="application"
      aria-roledescription="two-dimensional slider"
      aria-label={`Pad: ${inputs[xInput]?.name ?? 'input'} across, ${inputs[yInput]?.name ?? 'input'} up. Arrow keys move the cursor.`}
      aria-describedby={positionId}
      tabIndex={0}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={(event) => end(event, true)}
      onPointerCancel={(event) => end(event, false)}
      onDoubleClick={() => {
        if (presses.current.first) toMiddle();
      }}
      onKeyDown={key}
    >
      <PadPosition id={positionId} announces={focused} />
      <canvas ref={picture} aria-hidden="true" />
      <canvas ref={overlay} aria-hidden="true" />
      {guides && !moving && <FirstSteps />}
      {guides && !moving && <MapOffer />}
      {moving && (
        <p className={`${styles.hint} ${styles.movingHint}`}>
          Drag an example to move it. <kbd>Esc</kbd> ends moving
        </p>
      )}
      {labelling !== null && (
        <CaptureLabel key={labelling.example} labelling={labelling} xInput={xInput} yInput={yInput} />
      )}
    </div>
  );
}
