const SCRIPT = '../../scripts/packaging/audio-unit.mjs';
const { addEffectType } = (await import(SCRIPT)) as { addEffectType: (plist: string) => string };

/** As JUCE writes it. */
const PLIST = `<plist version="1.0">
  <dict>
    <key>CFBundleName</key>
    <string>Tiller</string>
    <key>AudioComponents</key>
    <array>
      <dict>
        <key>name</key>
        <string>Tiller: Tiller</string>
        <key>factoryFunction</key>
        <string>TillerAUFactory</string>
        <key>type</key>
        <string>aumf</string>
        <key>subtype</key>
        <string>Till</string>
      </dict>
    </array>
  </dict>
</plist>`;

const values = (plist: string, key: string) =>
  [...plist.matchAll(new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`, 'g'))].map(
    ([, value]) => value,
  );

describe('addEffectType', () => {
  // Regression: in Logic Pro the plugin was to be found among instruments only.
  it('lists an effect and a music effect with names of their own and one factory', () => {
    const both = addEffectType(PLIST);
    expect(values(both, 'type')).toEqual(['aufx', 'aumf']);
    expect(values(both, 'name')).toEqual(['Tiller: Tiller', 'Tiller: Tiller (MIDI controlled)']);
    expect(values(both, 'factoryFunction')).toEqual(['TillerAUFactory', 'TillerAUFactory']);
    expect(both.match(/<dict>/g)).toHaveLength(3);
    expect(both.startsWith(PLIST.slice(0, PLIST.indexOf('<array>')))).toBe(true);
    expect(addEffectType(both)).toBe(both);
  });

  it('refuses a file that it does not know', () => {
    expect(() => addEffectType('<plist></plist>')).toThrow('no audio components');
    expect(() => addEffectType(PLIST.replace('aumf', 'aumu'))).toThrow('one music effect');
  });
});
