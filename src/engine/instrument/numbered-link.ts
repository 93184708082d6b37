import { PARAMETERS } from '../../document/parameters.js';
import {
  parametersSetBy,
  type StreamCommand,
  type StreamLink,
  type StreamReport,
} from '../stream/messages.js';

type MovedReport = Extract<StreamReport, { type: 'moved' }>;

/**
 * The connection to the streaming worker, in which the commands that set parameters are numbered. A report of moves may have
 * been sent before the worker had received a newer command: of the two, the command counts. Main thread.
 */
export class NumberedLink implements StreamLink {
  /** Commands that set parameters and were sent to the present worker. */
  private sent = 0;
  /** For each parameter, the number of the last command that set it. */
  private readonly last = new Float64Array(PARAMETERS.length);

  constructor(private readonly link: StreamLink) {}

  /** Numbers the command where it sets parameters, and sends it. */
  send(command: StreamCommand): void {
    const sets = parametersSetBy(command);
    if (sets !== null) {
      this.sent += 1;
      for (const index of sets) this.last[index] = this.sent;
    }
    this.link.send(command);
  }

  /** Calls `listener` with each report of the worker. */
  onReport(listener: (report: StreamReport) => void): void {
    this.link.onReport(listener);
  }

  /** The moves of a report whose parameters no command has set that arrives after them. */
  latestMoves({ parameters, commandsArrived }: MovedReport): MovedReport['parameters'] {
    return parameters.filter(({ index }) => (this.last[index] ?? 0) <= commandsArrived);
  }

  /** Another worker has been started, which has received nothing yet. */
  restart(): void {
    this.sent = 0;
    this.last.fill(0);
  }
}
