import { HeardFrames } from '../../../src/engine/starter-map/heard-frames.js';

const LOUD = [-20, -90] as const;
const frame = (value: number, latents = 2) => new Float32Array(latents).fill(value);

describe('what a track gave lately', () => {
  it('is its last 900 frames, without silence and what is not finite', () => {
    const heard = new HeardFrames();
    for (let i = 0; i < 1000; i += 1) {
      heard.add(frame(i), LOUD);
      heard.add(frame(-1), [-70, -65]);
      heard.add(frame(NaN), LOUD);
    }
    const frames = heard.take(2);
    expect(frames).toHaveLength(900);
    expect([frames[0], frames.at(-1)]).toEqual([[100, 100], [999, 999]]); // prettier-ignore
  });

  it('is nothing before three seconds have played, and of another model', () => {
    const heard = new HeardFrames();
    for (let i = 0; i < 89; i += 1) heard.add(frame(i), LOUD);
    expect(heard.take(2)).toEqual([]);
    heard.add(frame(89), LOUD);
    expect(heard.take(2)).toHaveLength(90);
    expect(heard.take(3)).toEqual([]);
    heard.add(frame(0, 3), LOUD);
    expect(heard.take(2)).toEqual([]);
    for (let i = 0; i < 90; i += 1) heard.add(frame(i), LOUD);
    heard.clear();
    expect(heard.take(2)).toEqual([]);
  });
});
