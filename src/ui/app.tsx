import { Latents } from './canvas/latents.js';
import { ConnectionBanner } from './chrome/connection-banner.js';
import { DropZone } from './chrome/drop-zone.js';
import { Footer } from './chrome/footer.js';
import { Header } from './chrome/header.js';
import { ImportBar } from './chrome/import-bar.js';
import { Keys } from './chrome/keys.js';
import { PadStage } from './chrome/pad-stage.js';
import { PanelArea } from './chrome/panel-area.js';
import { Toasts } from './chrome/toasts.js';
import { HelpTip } from './controls/help-tip.js';

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
