/** Coalescing key of a capture and of the label that is typed right after it: one step of the history. */
export const CAPTURE_STEP = 'capture';
