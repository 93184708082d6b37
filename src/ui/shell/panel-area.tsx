import type { ReactElement } from 'react';
import { store, usePage } from '../engine-client/page.js';
import { PANELS, type Panel } from '../engine-client/page-state.js';
import { setView } from '../engine-client/view.js';
import { ExamplesPanel } from '../features/examples/examples-panel.js';
import { InputsPanel } from '../features/inputs/inputs-panel.js';
import { LearnPanel } from '../features/learn/learn-panel.js';
import { LibraryPanel } from '../features/library/library-panel.js';
import { OutputPanel } from '../features/output/output-panel.js';
import { SteeringPanel } from '../features/steering/steering-panel.js';
import { ErrorBoundary } from '../shared/controls/error-boundary.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './panel-area.module.css';

const CONTENT: Readonly<Record<Panel, { title: string; panel: () => ReactElement }>> = {
  examples: { title: 'Examples', panel: ExamplesPanel },
  learn: { title: 'Learn', panel: LearnPanel },
  inputs: { title: 'Inputs', panel: InputsPanel },
  steering: { title: 'Steering', panel: SteeringPanel },
  output: { title: 'Output', panel: OutputPanel },
  library: { title: 'Library', panel: LibraryPanel },
};

/** The tabs and the selected panel. */
export function PanelArea() {
  const panel = usePage(({ view }) => view.panel);
  const stale = usePage(({ training }) => training.stale && !training.running);
  const missing = usePage(({ model }) => model.missing !== null);
  const { panel: Content } = CONTENT[panel];
  const flagged = (name: Panel) => (name === 'learn' && stale) || (name === 'library' && missing);
  return (
    <section className={utilities.surface}>
      <div className={styles.tabs} role="tablist" aria-label="Panels">
        {PANELS.map((name, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={panel === name}
            aria-controls="panel"
            tabIndex={panel === name ? 0 : -1}
            data-flagged={flagged(name)}
            onClick={() => setView(store, { panel: name })}
            onKeyDown={(event) => {
              const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
              const next = PANELS[(i + by + PANELS.length) % PANELS.length];
              if (by === 0 || next === undefined) return;
              event.preventDefault();
              event.stopPropagation();
              setView(store, { panel: next });
              document.getElementById(`tab-${next}`)?.focus();
            }}
          >
            {CONTENT[name].title}
          </button>
        ))}
      </div>
      <div className={styles.panel} id="panel" role="tabpanel" aria-labelledby={`tab-${panel}`}>
        <ErrorBoundary key={panel} name={`The panel ${CONTENT[panel].title}`}>
          <Content />
        </ErrorBoundary>
      </div>
    </section>
  );
}
