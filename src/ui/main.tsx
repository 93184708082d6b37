import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/app.js';
import { followMicrophone } from './audio/microphone.js';
import { followSpeaker } from './audio/speaker.js';
import { followEngine } from './engine-client/restore-after-restart.js';
import { followGamepads } from './features/controllers/gamepad.js';
import { followKeyboard } from './shell/shortcuts.js';
import { client } from './engine-client/page.js';
import { followTheme } from './shell/theme.js';

followTheme();
followKeyboard();
followGamepads();
followEngine();
followSpeaker();
followMicrophone();
client.connect();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
