import { TO_ENGINE, TO_PLUGIN } from '../../src/protocol/plugin.js';

describe('the protocol between plugin and engine', () => {
  // Two changes that were made at the same time took the same number: the plugin took one message for the other.
  it('numbers every message differently', () => {
    const types = [...Object.values(TO_ENGINE), ...Object.values(TO_PLUGIN)].map(({ type }) => type);
    expect(types.filter((type, i) => types.indexOf(type) !== i)).toEqual([]);
  });
});
