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
  const [command, ...args] = openerOf(url, process.platform, process.env);
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

/** The command that opens an address on a platform, with its arguments; empty where there is no display. */
export function openerOf(
  url: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  switch (platform) {
    case 'darwin':
      return ['open', url];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler', url];
    default:
      return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : [];
  }
}
