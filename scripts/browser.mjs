import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const PATHS = [
  process.env.CHROMIUM,
  // Without windows of its own it takes a third of the processor time, and is a smaller package.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const INSTALL = ['-o', 'DPkg::Lock::Timeout=900', 'install', '-y', '--no-install-recommends'];
/** Debian's packages, the best first: older systems have the second only. */
const PACKAGES = ['chromium-headless-shell', 'chromium'];

const find = () => PATHS.find((path) => path !== undefined && existsSync(path));

/**
 * Path of the browser for the page's tests. On Debian it is installed where the user is root; otherwise this program prints how to
 * install it and ends.
 */
export function ensureBrowser() {
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error('Installing Chromium for the page’s tests …');
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    PACKAGES.some((name) => {
      const { status } = spawnSync('apt-get', [...INSTALL, name], { stdio: ['ignore', 'ignore', 'inherit'] });
      return status === 0;
    });
  }
  const installed = find();
  if (installed !== undefined) return installed;
  console.error('The page is tested in Chromium, which was not found. Install it, or name it in CHROMIUM:');
  console.error(`  sudo apt-get install --no-install-recommends ${PACKAGES[0]}`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(ensureBrowser());
