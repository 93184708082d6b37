// The Audio Unit under two types. JUCE writes one into its Info.plist: "music effect" (aumf), since the plugin takes MIDI. Logic
// Pro shows music effects in the slots of instruments only, so the same component is also an effect (aufx).
const COMPONENTS = /(<key>AudioComponents<\/key>\s*<array>)([\s\S]*?)(\s*<\/array>)/;
const MUSIC_EFFECT = '<string>aumf</string>';

/**
 * Adds the effect to an Info.plist that has the music effect. Their names differ, by which hosts distinguish them.
 * @param {string} plist the file's text @returns {string} the text with both; unchanged where it has both
 */
export function addEffectType(plist) {
  const found = COMPONENTS.exec(plist);
  if (found === null) throw new Error('The Info.plist lists no audio components.');
  const [all, start, components, end] = found;
  if (components.includes('<string>aufx</string>')) return plist;
  if (components.split(MUSIC_EFFECT).length !== 2)
    throw new Error('The Info.plist does not list one music effect.');
  const name = /(<key>name<\/key>\s*<string>)([^<]*)(<\/string>)/;
  const midi = components.replace(name, '$1$2 (MIDI controlled)$3');
  const effect = components.replace(MUSIC_EFFECT, '<string>aufx</string>');
  return plist.replace(all, () => start + effect + midi + end);
}
