import { spawn } from 'node:child_process';

/**
 * Shows an address in the player's browser. Resolves to false where there is none, as on a machine without a screen;
 * the address is then for the player to open.
 *
 * The address, with its token, stands in the arguments of the opener and of a browser that it starts: other users of the
 * machine may read those while they run. A page that leads there, readable to the player alone, would hide it, but
 * browsers in a sandbox (snap, Flatpak) may read neither the temporary folder nor hidden ones, and nothing says when a
 * browser is done with the file.
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
