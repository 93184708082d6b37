// Prints the Debian packages that building and testing the plugin needs, in one line: for a workflow that installs them with sudo.
import { buildPackages, DISPLAY_PACKAGES } from './native-build.mjs';

console.log([...buildPackages(process.env.TILLER_JUCE_DIR ?? ''), ...DISPLAY_PACKAGES].join(' '));
