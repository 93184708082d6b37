import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { followMicrophone } from './audio/microphone.js';
import { followSpeaker } from './audio/speaker.js';
import { followEngine } from './connection/resume.js';
import { followGamepads } from './hands/gamepad.js';
import { followKeyboard } from './hands/keyboard.js';
import { client } from './session.js';
import { followTheme } from './theme.js';

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
