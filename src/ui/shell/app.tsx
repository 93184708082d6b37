import { Latents } from '../features/latents/latents.js';
import { ConnectionBanner } from './connection-banner.js';
import { DropZone } from '../features/library/drop-zone.js';
import { Footer } from './footer.js';
import { Header } from './header.js';
import { ImportBar } from '../features/library/import-bar.js';
import { Keys } from './shortcuts-help.js';
import { PadStage } from '../features/pad/pad-stage.js';
import { PanelArea } from './panel-area.js';
import { Toasts } from './toasts.js';
import { HelpTip } from '../shared/controls/help-tip.js';

/** The page: hand, mapping and sound from left to right. */
export function App() {
  return (
    <div className="app">
      <Header />
      <main className="stage">
        <PadStage />
        <div className="side">
          <Latents />
          <PanelArea />
        </div>
      </main>
      <Footer />
      <ConnectionBanner />
      <DropZone />
      <div className="messages">
        <ImportBar />
        <Toasts />
      </div>
      <Keys />
      <HelpTip />
    </div>
  );
}
