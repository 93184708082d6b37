import { PARAMETERS } from '../../document/parameters.js';
import type { StreamCommand, StreamLink, StreamReport } from '../stream/messages.js';

/**
 * The connection to the streaming worker, with the order of what the document states about parameters. A report of moves may
 * have been sent before the worker had received a newer statement: of the two, the statement counts. Main thread.
 */
export class StatementOrder implements StreamLink {
  /** Statements that were sent to the present worker. */
  private sent = 0;
  /** For each parameter, the number of the last statement that set it. */
  private readonly last = new Float64Array(PARAMETERS.length);

  constructor(private readonly link: StreamLink) {}

  send(command: StreamCommand): void {
    if (statesParameters(command)) {
      this.sent += 1;
      if (command.type === 'parameter') this.last[command.index] = this.sent;
      else if (command.sets === undefined) this.last.fill(this.sent);
      else for (const index of command.sets) this.last[index] = this.sent;
    }
    this.link.send(command);
  }

  onReport(listener: (report: StreamReport) => void): void {
    this.link.onReport(listener);
  }

  /** The moves of a report that no later statement of the document has overtaken. */
  current({ parameters, taken }: Extract<StreamReport, { type: 'moved' }>): typeof parameters {
    return parameters.filter(({ index }) => (this.last[index] ?? 0) <= taken);
  }

  /** Another worker has been started, which has received nothing yet. */
  restart(): void {
    this.sent = 0;
    this.last.fill(0);
  }
}

/** Commands that the worker counts in `taken`. */
function statesParameters(
  command: StreamCommand,
): command is Extract<StreamCommand, { type: 'parameter' | 'steering' | 'output' }> {
  return command.type === 'parameter' || command.type === 'steering' || command.type === 'output';
}
