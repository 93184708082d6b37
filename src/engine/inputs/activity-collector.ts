import type { ControllerActivity } from '../../protocol/controllers.js';

/** Shortest time between two reports: about thirty in a second. */
const REPORT_MILLISECONDS = 33;

/**
 * Reports which controllers have sent something, at once and then about thirty times a second at most: a sensor may send a thousand
 * messages a second, and each report goes to every page.
 */
export class ActivityCollector {
  private readonly assignments = new Set<string>();
  private readonly inputs = new Set<number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly report: (activity: ControllerActivity) => void) {}

  /** @param assignments identifiers @param inputs indices, from 0 */
  add(assignments: readonly string[], inputs: readonly number[]): void {
    for (const id of assignments) this.assignments.add(id);
    for (const index of inputs) this.inputs.add(index);
    if (this.timer === null) this.flush();
  }

  /** Ends the reports. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = null;
    if (this.assignments.size === 0 && this.inputs.size === 0) return;
    const activity = { assignments: [...this.assignments], inputs: [...this.inputs] };
    this.assignments.clear();
    this.inputs.clear();
    this.timer = setTimeout(() => this.flush(), REPORT_MILLISECONDS).unref();
    this.report(activity);
  }
}
