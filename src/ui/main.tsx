import './shared/styles/tokens.css';
import './shared/styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchMicrophone } from './audio/microphone.js';
import { watchSpeaker } from './audio/speaker.js';
import { client } from './engine-client/page.js';
import { restoreAfterRestart } from './engine-client/restore-after-restart.js';
import { watchGamepads } from './features/controllers/gamepad.js';
import { watchDeckAddress } from './features/deck/open-deck.js';
import { App } from './shell/app.js';
import { installShortcuts } from './shell/shortcuts.js';
import { ErrorBoundary } from './shared/controls/error-boundary.js';
import { applyTheme } from './shell/theme.js';

applyTheme();
installShortcuts();
watchGamepads();
watchDeckAddress();
restoreAfterRestart();
watchSpeaker();
watchMicrophone();
client.connect();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary name="The page">
        <App />
      </ErrorBoundary>
    </StrictMode>,
  );
}
