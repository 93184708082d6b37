import { spawn } from 'node:child_process';

/**
 * Opens an address in the player's browser.
 *
 * The address contains the token and is an argument of the opener and of the browser: other users of the machine can read it
 * while they run. A redirecting file that only the player can read would avoid this, but sandboxed browsers (snap, Flatpak)
 * can read neither the temporary folder nor hidden ones, and there is no sign of when the file may be removed.
 * @returns false where no browser could be started, as on a machine without a display
 */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = opener(url);
  if (command === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function opener(url: string): string[] {
  switch (process.platform) {
    case 'darwin':
      return ['open', url];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler', url];
    default:
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : [];
  }
}
