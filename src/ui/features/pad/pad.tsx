import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Example } from '../../../document/example.js';
import type { Input } from '../../../document/input.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import { editGesture, type Gesture } from '../../engine-client/commands.js';
import { store, usePage, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { reducedMotion } from '../../shared/reduced-motion.js';
import { CaptureLabel } from '../examples/capture-label.js';
import { ARROWS, goTo, moveInput as moveTo, moveCursor } from '../inputs/cursor.js';
import { fineDivisor } from '../../shared/fine-step.js';
import { MARGIN, exampleAt, paintCursor, paintBackground, Trail, type PadScene } from './pad-painter.js';
import styles from './pad.module.css';

/** Distance in CSS pixels within which a press hits an example or the cursor. */
const MOUSE_RADIUS = 11;
const TOUCH_RADIUS = 22;
/** Shortest drag that moves an example, as a share of the pad. */
const MIN_DRAG = 0.012;

/** The drag of one finger, pen or mouse; other pointers are ignored meanwhile. */
type Drag = { pointer: number } & (
  | {
      kind: 'cursor';
      x: number;
      y: number;
      lastX: number;
      lastY: number;
      /** The input that a pen's pressure moves, and its last pressure (0 to 1). */
      pressed: { input: number; by: number } | null;
    }
  | { kind: 'example'; example: Example; moved: boolean }
);

/** The input that a pen's pressure moves: the first with the pad as its source that is on neither axis; null where none is. */
function pressureInput(inputs: readonly Input[], x: number, y: number): number | null {
  const index = inputs.findIndex(({ source }, i) => source.kind === 'pad' && i !== x && i !== y);
  return index < 0 ? null : index;
}

/** Two inputs of the performance space as a plane: cursor, examples, and the map underneath. */
export function Pad({ map }: { map: MapPicture | null }) {
  const ground = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const drag = useRef<Drag | null>(null);
  const [trail] = useState(() => new Trail());
  const last = useRef({ x: NaN, y: NaN });
  /** Whether each of the last two presses was on the cursor; only then is a double click one. */
  const presses = useRef({ first: false, second: false });

  const inputs = usePage((state) => state.inputs);
  const examples = usePage((state) => state.examples);
  const xInput = usePage(({ view }) => view.xInput);
  const yInput = usePage(({ view }) => view.yInput);
  const selected = usePage(({ view }) => view.selectedExample);
  const theme = usePage(({ view }) => view.theme);
  const labelling = usePage(({ view }) => view.labelling);
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
      missed: new Set(report?.missed.map(({ example }) => example)),
    }),
    [map, examples, xInput, yInput, selected, auditioning, report],
  );

  const painted = useRef<{ scene: PadScene; theme: string } | null>(null);
  const paintStatic = useCallback(
    ({ context, width: across, height: down, resized }: Surface) => {
      if (!resized && painted.current?.scene === scene && painted.current.theme === theme) return;
      painted.current = { scene, theme };
      context.translate(MARGIN, MARGIN);
      paintBackground(context, scene, across - 2 * MARGIN, down - 2 * MARGIN);
    },
    [scene, theme],
  );
  useCanvas(ground, paintStatic);

  const paintLive = useCallback(
    ({ context, width: across, height: down, now }: Surface) => {
      const { inputs: document } = store.getState();
      const read = (input: number) =>
        values.parameter(PARAMETER_INDEX.input + input, document[input]?.value ?? 0.5, now);
      const x = read(xInput);
      const y = xInput === yInput ? 0.5 : read(yInput);
      const moved = x !== last.current.x || y !== last.current.y;
      if (moved) {
        last.current = { x, y };
        trail.add(x, y, now);
      }
      context.clearRect(0, 0, across, down);
      context.translate(MARGIN, MARGIN);
      const [width, height] = [across - 2 * MARGIN, down - 2 * MARGIN];
      if (trail.isVisible(now) && !reducedMotion())
        trail.paint(context, width, height, now, palette().control);
      if (document.length > 0) paintCursor(context, x, y, width, height, drag.current?.kind === 'cursor');
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

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || inputs.length === 0 || drag.current !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const pointer = event.pointerId;
    const { x, y, width, height } = positionAt(event);
    const radius = event.pointerType === 'touch' ? TOUCH_RADIUS : MOUSE_RADIUS;
    const { x: atX, y: atY } = last.current;
    const onCursor = Math.hypot((x - atX) * width, (y - atY) * height) <= radius;
    presses.current = { first: presses.current.second, second: onCursor };
    const example = exampleAt(scene, x * width, (1 - y) * height, width, height, radius);
    if (example !== null) {
      drag.current = { pointer, kind: 'example', example, moved: false };
      setView(store, { selectedExample: example.id });
      return;
    }
    const input = event.pointerType === 'pen' ? pressureInput(inputs, xInput, yInput) : null;
    const pressed = input === null ? null : { input, by: event.pressure };
    drag.current = { pointer, kind: 'cursor', x, y, lastX: x, lastY: y, pressed };
    moveBoth(x, y, 'begin');
    if (pressed !== null) moveTo(pressed.input, pressed.by, 'begin');
  };

  const move = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    if (held?.pointer !== event.pointerId) return;
    const { x, y } = positionAt(event);
    if (held.kind === 'example') {
      dragExample(held, x, y);
      return;
    }
    const fine = fineDivisor(event);
    held.x += (x - held.lastX) / fine;
    held.y += (y - held.lastY) / fine;
    held.lastX = x;
    held.lastY = y;
    moveBoth(held.x, held.y, 'move');
    if (held.pressed === null) return;
    held.pressed.by = event.pressure;
    moveTo(held.pressed.input, held.pressed.by, 'move');
  };

  const dragExample = (held: Extract<Drag, { kind: 'example' }>, x: number, y: number) => {
    // Another window may have deleted it during the drag.
    if (!store.getState().examples.some(({ id }) => id === held.example.id)) return;
    const place = [...held.example.inputs];
    const bound = (value: number) => Math.min(1, Math.max(0, value));
    const [fromX, fromY] = [place[xInput] ?? 0.5, place[yInput] ?? 0.5];
    if (!held.moved && Math.hypot(x - fromX, y - fromY) < MIN_DRAG) return;
    place[xInput] = bound(x);
    if (yInput !== xInput) place[yInput] = bound(y);
    const gesture = held.moved ? 'move' : 'begin';
    held.moved = true;
    editGesture({ type: 'edit-example', id: held.example.id, change: { inputs: place } }, gesture);
  };

  const up = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    if (held?.pointer !== event.pointerId) return;
    drag.current = null;
    if (held.kind === 'example') {
      if (!held.moved) goTo(held.example);
      return;
    }
    moveBoth(held.x, held.y, 'end');
    // A lifted pen reports no pressure: the last one stays.
    if (held.pressed !== null) moveTo(held.pressed.input, held.pressed.by, 'end');
  };

  const key = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    const home = labelling === null && (event.key === 'Backspace' || event.key === 'Delete');
    if ((step === undefined && !home) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (step !== undefined) moveCursor(step[0] / fineDivisor(event), step[1] / fineDivisor(event));
    else toMiddle();
  };

  return (
    <div
      className={styles.pad}
      role="application"
      aria-roledescription="two-dimensional slider"
      aria-label={`Pad: ${inputs[xInput]?.name ?? 'input'} across, ${inputs[yInput]?.name ?? 'input'} up. Arrow keys move the cursor.`}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onDoubleClick={() => {
        if (presses.current.first) toMiddle();
      }}
      onKeyDown={key}
    >
      <canvas ref={ground} aria-hidden="true" />
      <canvas ref={overlay} aria-hidden="true" />
      {examples.length === 0 && inputs.length > 0 && (
        <p className={styles.hint}>
          Drag to play. Press <kbd>C</kbd> to capture the sound at the cursor
        </p>
      )}
      {labelling !== null && (
        <CaptureLabel key={labelling.example} labelling={labelling} xInput={xInput} yInput={yInput} />
      )}
    </div>
  );
}
