import styles from './icon.module.css';
/** Paths drawn on a 16 × 16 grid with a 1.5 stroke. */
const PATHS = {
  play: 'M5 3.2v9.6l8-4.8z',
  stop: 'M4 4h8v8H4z',
  record: 'M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
  next: 'M3.5 3.5v9l6-4.5zM12.5 3.5v9',
  list: 'M6 4.5h7M6 8h7M6 11.5h7M3 4.5h.4M3 8h.4M3 11.5h.4',
  up: 'M4 10l4-4 4 4',
  undo: 'M6 3.5 2.8 6.7 6 9.9M3.2 6.7h6.1a3.7 3.7 0 0 1 0 7.3H6.5',
  redo: 'M10 3.5l3.2 3.2L10 9.9M12.8 6.7H6.7a3.7 3.7 0 0 0 0 7.3h2.8',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  down: 'M4 6l4 4 4-4',
  check: 'M3.5 8.5l3 3 6-7',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  bin: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  copy: 'M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z',
  pencil: 'M3 13l.8-3.2L10.6 3 13 5.4 6.2 12.2z',
  lock: 'M4 7.2h8V13H4zM5.6 7.2V5.4a2.4 2.4 0 0 1 4.8 0v1.8',
  unlock: 'M4 7.2h8V13H4zM5.6 7.2V5.2a2.4 2.4 0 0 1 4.6-.9',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  moon: 'M12.8 9.6A5.3 5.3 0 0 1 6.4 3.2a5.3 5.3 0 1 0 6.4 6.4z',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2',
  sliders: 'M3 4.5h5M11 4.5h2M9.5 3v3M3 11.5h2M8 11.5h5M6.5 10v3',
  upload: 'M8 10.5V3M5 5.8 8 2.8l3 3M3 10.5V13h10v-2.5',
  warning: 'M8 2.8 14 13H2zM8 6.8v2.8M8 11.2v.4',
  keys: 'M2.5 4.5h11v7h-11zM5 7h.5M7.8 7h.5M10.6 7h.5M5.5 9.3h5',
  dice: 'M3 3h10v10H3zM5.8 5.8h.4M9.8 9.8h.4M9.8 5.8h.4M5.8 9.8h.4',
  snow: 'M8 2v12M2.8 5l10.4 6M13.2 5 2.8 11',
  brain: 'M4 11.5 7 6l3 4 2.5-5.5',
  target: 'M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3',
  release: 'M3 8h8.5M8 4.5 11.5 8 8 11.5M13.2 3.5v9',
  book: 'M8 4.5C6.5 3.3 4.7 3 2.8 3v9.2c1.9 0 3.7.3 5.2 1.3 1.5-1 3.3-1.3 5.2-1.3V3c-1.9 0-3.7.3-5.2 1.5zM8 4.5v9',
  star: 'M8 2.4l1.7 3.6 3.9.5-2.9 2.7.8 3.9L8 11.2l-3.5 1.9.8-3.9L2.4 6.5l3.9-.5z',
  starred: 'M8 2.4l1.7 3.6 3.9.5-2.9 2.7.8 3.9L8 11.2l-3.5 1.9.8-3.9L2.4 6.5l3.9-.5z',
  deck: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  save: 'M3 3h8l2 2v8H3zM5.5 3v3h4.5V3M5.5 13V9.5h5V13',
} as const;
export type IconName = keyof typeof PATHS;

const SOLID = new Set<IconName>(['play', 'stop', 'record', 'starred']);

/** An icon by its name, in the colour of the text; hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className={SOLID.has(name) ? `${styles.icon} ${styles.solid}` : styles.icon}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
