import { spawn } from 'node:child_process';

/**
 * Shows an address in the player's browser. Resolves to false where there is none, as on a machine without a screen;
 * the address is then for the player to open.
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
