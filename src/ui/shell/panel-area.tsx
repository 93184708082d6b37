import { Tabs } from 'radix-ui';
import type { ReactElement } from 'react';
import { store, usePage } from '../engine-client/page.js';
import { PANELS, type Panel } from '../engine-client/page-state.js';
import { setView } from '../engine-client/view.js';
import { ExamplesPanel } from '../features/examples/examples-panel.js';
import { InputsPanel } from '../features/inputs/inputs-panel.js';
import { LearnPanel } from '../features/learn/learn-panel.js';
import { LibraryPanel } from '../features/library/library-panel.js';
import { ModelPanel } from '../features/model/model-panel.js';
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
  model: { title: 'Model', panel: ModelPanel },
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
    <Tabs.Root
      className={utilities.surface}
      value={panel}
      onValueChange={(chosen) => setView(store, { panel: chosen as Panel })}
    >
      <Tabs.List
        className={styles.tabs}
        aria-label="Panels"
        // Arrow keys that move between the tabs must not move the pad's cursor, too.
        onKeyDown={(event) => event.key.startsWith('Arrow') && event.stopPropagation()}
      >
        {PANELS.map((name) => (
          <Tabs.Trigger key={name} value={name} data-flagged={flagged(name)}>
            {CONTENT[name].title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content className={styles.panel} value={panel} tabIndex={-1}>
        <ErrorBoundary key={panel} name={`The panel ${CONTENT[panel].title}`}>
          <Content />
        </ErrorBoundary>
      </Tabs.Content>
    </Tabs.Root>
  );
}
