const SCRIPT = '../../scripts/start-arguments.mjs';
const { startArguments } = (await import(SCRIPT)) as { startArguments: (args: string[]) => string[] };

describe('npm start', () => {
  it.each([
    [[], ['serve']],
    // It was refused: the port belongs to serve.
    [
      ['--port', '8080'],
      ['serve', '--port', '8080'],
    ],
    [
      ['-p', 'factory/drum-garden'],
      ['serve', '-p', 'factory/drum-garden'],
    ],
    [['demo'], ['demo']],
    [['--help'], ['--help']],
    [
      ['--library=x', 'serve', '--no-open'],
      ['--library=x', 'serve', '--no-open'],
    ],
  ])('passes %j on as %j', (given, wanted) => {
    expect(startArguments(given)).toEqual(wanted);
  });
});
