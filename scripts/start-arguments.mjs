/** Options of the program itself; any other option in front belongs to `serve`. */
const PROGRAM_OPTIONS = new Set(['-h', '--help', '-V', '--version', '--json', '--library']);

/**
 * The program's arguments for those of `npm start --`: without a command it serves, so that `npm start -- --port 8080` works.
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function startArguments(args) {
  const [first] = args;
  const serves = first === undefined || (first.startsWith('-') && !PROGRAM_OPTIONS.has(first.split('=')[0]));
  return serves ? ['serve', ...args] : [...args];
}
