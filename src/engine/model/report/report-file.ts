import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelReport, modelReportSchema } from '../../../protocol/model-report.js';

/** Lies beside a model's manifest. */
export const REPORT_FILE = 'report.json';

/** The report beside a model; null where there is none that can be read, as of a model that an earlier version imported. */
export async function readReport(dir: string): Promise<ModelReport | null> {
  try {
    const parsed = modelReportSchema.safeParse(JSON.parse(await readFile(join(dir, REPORT_FILE), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Content of a model's report file. */
export function formatReport(report: ModelReport): Buffer {
  return Buffer.from(`${JSON.stringify(report, null, 1)}\n`);
}
