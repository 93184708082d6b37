import { Deck } from '../features/deck/deck.js';
import { Latents } from '../features/latents/latents.js';
import { DropZone } from '../features/library/drop-zone.js';
import { ImportBar } from '../features/library/import-bar.js';
import { RateQuestion } from '../features/library/rate-question.js';
import { OfferLight } from '../features/model/offer-light.js';
import { PadStage } from '../features/pad/pad-stage.js';
import { SourceStrip } from '../features/source/source-strip.js';
import { usePage } from '../engine-client/page.js';
import { ErrorBoundary } from '../shared/controls/error-boundary.js';
import { HelpTip } from '../shared/controls/help-tip.js';
import { ConnectionBanner } from './connection-banner.js';
import { Footer } from './footer.js';
import { Header } from './header.js';
import { PanelArea } from './panel-area.js';
import { ShortcutsHelp } from './shortcuts-help.js';
import { Toasts } from './toasts.js';
import styles from './app.module.css';

/** The whole page, or the deck view, with what both show over them. */
export function App() {
  const isRemote = usePage(({ kind }) => kind === 'deck');
  const deck = usePage(({ view }) => view.deck) || isRemote;
  return (
    <>
      {deck ? (
        <ErrorBoundary name="The deck view">
          <Deck />
          <div className={styles.deckMessages}>
            <Toasts />
          </div>
        </ErrorBoundary>
      ) : (
        <WholePage />
      )}
      {!isRemote && <OfferLight />}
      <ConnectionBanner />
      {!isRemote && <DropZone />}
      <ShortcutsHelp />
      <HelpTip />
    </>
  );
}

/** Everything: the pad on the left, latents and panels on the right, what is used while playing below. */
function WholePage() {
  const live = usePage((state) => state.live !== null);
  return (
    <div className={styles.app} data-live={live}>
      <ErrorBoundary name="The header">
        <Header />
      </ErrorBoundary>
      <main className={styles.stage}>
        <ErrorBoundary name="The pad">
          <PadStage />
        </ErrorBoundary>
        <div className={styles.side}>
          <ErrorBoundary name="The display of the latents">
            <Latents />
          </ErrorBoundary>
          <PanelArea />
          <div className={styles.messages}>
            <ImportBar />
            <RateQuestion />
            <Toasts />
          </div>
        </div>
      </main>
      {live && (
        <ErrorBoundary name="The source">
          <SourceStrip />
        </ErrorBoundary>
      )}
      <ErrorBoundary name="The footer">
        <Footer />
      </ErrorBoundary>
    </div>
  );
}
