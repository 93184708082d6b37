// The LV2 in jalv on a JACK server with a dummy driver: `node jalv_host.mjs BUNDLE`. Passes once a click that is played into the
// plugin is heard as the model's sound.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Jack } from '../daw/jack.mjs';

const LIMIT_MILLISECONDS = 120_000;
const RECORDED_SECONDS = 3;

const home = mkdtempSync(join(tmpdir(), 'tiller-jalv-'));
const jack = new Jack(
  home,
  {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DISPLAY: 'none',
    LV2_PATH: `${dirname(resolve(process.argv[2]))}:/usr/lib/lv2`,
  },
  LIMIT_MILLISECONDS,
);

async function main() {
  await jack.start();
  // jalv ends where its input does.
  const jalv = jack.launch('jalv', ['-n', 'tiller', 'urn:tiller:tiller'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await jack.until('the start of jalv', () => jack.ports().includes('tiller:audio_out_1'));
  const click = await jack.playClick(['tiller:audio_in_1', 'tiller:audio_in_2']);
  const heard = await jack.until('the sound of the model', () => {
    const recorded = jack.record(click, 'tiller:audio_out_1', RECORDED_SECONDS);
    return recorded.dry > 1e-3 && recorded.wet > 1e-4 && recorded.alike < 0.9 && recorded;
  });
  const ended = once(jalv, 'exit');
  jalv.stdin.end('quit\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`jalv ended with ${code}`);
  console.log(
    `jalv: ${heard.dry.toFixed(4)} in, ${heard.wet.toFixed(4)} out, likeness to the input ${heard.alike.toFixed(3)}`,
  );
}

try {
  await main();
} finally {
  await jack.close();
  rmSync(home, { recursive: true, force: true });
}
