import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Supervisor, type Serving } from '../../../src/engine/cli/supervisor.js';
import { RestartPolicy } from '../../../src/engine/workers/restart-policy.js';

const SERVING = `process.send({ url: 'http://here', port: 4321 });`;
const LIVES = `setInterval(() => undefined, 1000); process.on('disconnect', () => process.exit(0));`;

/** Processes of the present test, which do not outlive it. */
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** A supervisor whose n-th process runs the n-th script; further ones run the last script. */
function supervise(scripts: readonly string[], waits: readonly number[] = [0, 0]) {
  const ports: (number | null)[] = [];
  const children: ChildProcess[] = [];
  const events: string[] = [];
  let wake: () => void = () => undefined;
  const supervisor = new Supervisor(
    (port) => {
      const script = scripts[Math.min(ports.length, scripts.length - 1)] ?? '';
      ports.push(port);
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.on('message', () => wake());
      children.push(child);
      running.push(child);
      return child;
    },
    {
      ready: (serving: Serving) => events.push(`ready ${serving.port}`),
      restarting: (how) => events.push(how),
    },
    new RestartPolicy(waits),
    100,
  );
  const served = async (count: number) => {
    let seen = 0;
    while (seen < count) {
      await new Promise<void>((resolve) => (wake = resolve));
      seen += 1;
    }
  };
  return { supervisor, ports, children, events, served };
}

describe('Supervisor', () => {
  it('restarts a process that ended, with the same port', async () => {
    const { supervisor, ports, children, events, served } = supervise([
      `${SERVING} setTimeout(() => process.exit(9), 20)`,
      SERVING + LIVES,
    ]);
    const ended = supervisor.run();
    await served(2);
    expect(ports).toEqual([null, 4321]);
    expect(events).toEqual(['ready 4321', 'exit code 9']);
    supervisor.stop();
    expect(await ended).toBe(0);
    expect(children.at(-1)?.exitCode).toBe(0);
  });

  it('names the signal that ended a process', async () => {
    const { supervisor, children, events, served } = supervise([SERVING + LIVES]);
    const ended = supervisor.run();
    await served(1);
    children[0]?.kill('SIGKILL');
    await served(1);
    expect(events).toEqual(['ready 4321', 'SIGKILL']);
    supervisor.stop();
    expect(await ended).toBe(0);
  });

  it('does not restart a process that never served', async () => {
    const { supervisor, ports } = supervise(['process.exit(4)']);
    expect(await supervisor.run()).toBe(4);
    expect(ports).toHaveLength(1);
  });

  it('stops restarting after repeated failures, and says how to continue', async () => {
    const { supervisor, ports } = supervise([`${SERVING} setTimeout(() => process.exit(9), 5)`]);
    await expect(supervisor.run()).rejects.toMatchObject({
      message: 'The engine ended 3 times in a row and is not restarted.',
      hint: expect.stringContaining('--no-resume') as string,
    });
    expect(ports).toHaveLength(3);
  });

  it('kills a process that does not end by itself', async () => {
    const { children, served, supervisor } = supervise([`${SERVING} setInterval(() => undefined, 1000)`]);
    const ended = supervisor.run();
    await served(1);
    const [child] = children;
    if (child === undefined) throw new Error('nothing was started');
    const gone = once(child, 'exit');
    supervisor.stop();
    await gone;
    expect(child.signalCode).toBe('SIGKILL');
    expect(await ended).toBe(0);
  });
});
