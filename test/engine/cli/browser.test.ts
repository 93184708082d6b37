import { openerOf } from '../../../src/engine/cli/browser.js';

describe('openerOf', () => {
  const url = 'http://127.0.0.1:4711/?token=a&b';

  it("names each platform's own program, with the address as one argument that no shell reads", () => {
    expect(openerOf(url, 'darwin', {})).toEqual(['open', url]);
    expect(openerOf(url, 'win32', {})).toEqual(['rundll32', 'url.dll,FileProtocolHandler', url]);
    expect(openerOf(url, 'linux', { DISPLAY: ':0' })).toEqual(['xdg-open', url]);
    expect(openerOf(url, 'freebsd', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open', url]);
  });

  it('names none without a display', () => {
    expect(openerOf(url, 'linux', {})).toEqual([]);
    expect(openerOf(url, 'linux', { DISPLAY: '' })).toEqual([]);
  });
});
