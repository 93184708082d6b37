/** A capture and the label that is typed for it at once share this key: one step of the history. */
export const CAPTURE_STEP = 'capture';
