import { useState } from 'react';
import { MAX_RATE, MIN_MODEL_RATE } from '../../../document/limits.js';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Button } from '../../shared/controls/button.js';
import { addModelAt } from './add-files.js';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './rate-question.module.css';

/** Rates that most models were trained at, in Hz. */
const USUAL_RATES = [44_100, 48_000];

/** Asks for the sample rate of a model whose file does not state it. */
export function RateQuestion() {
  const file = usePage(({ view }) => view.modelsWithoutRate[0]);
  return file === undefined ? null : <Question key={file.name} file={file} />;
}

function Question({ file }: { file: File }) {
  const [text, setText] = useState(String(USUAL_RATES[0]));
  const rate = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  const valid = rate >= MIN_MODEL_RATE && rate <= MAX_RATE;
  const done = () => {
    const [, ...others] = store.getState().view.modelsWithoutRate;
    setView(store, { modelsWithoutRate: others });
  };
  const add = () => {
    if (!valid) return;
    done();
    addModelAt(rate, file);
  };
  return (
    <form
      className={styles.question}
      aria-label="Sample rate"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <p role="status">
        <strong>{file.name} does not state a sample rate that Tiller can use.</strong>
        <br />
        <span className={utilities.note}>
          Give the rate that it was trained at: another one changes its pitch and speed.
        </span>
      </p>
      <div className={styles.answer}>
        <input
          className={textField.field}
          aria-label="Sample rate in Hz"
          aria-invalid={!valid}
          list="usual-model-rates"
          inputMode="numeric"
          size={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') done();
          }}
        />
        <datalist id="usual-model-rates">
          {USUAL_RATES.map((usual) => (
            <option key={usual} value={usual} />
          ))}
        </datalist>
        <span>Hz</span>
        <div className={utilities.spacer} />
        <Button label="Do not import" tone="quiet" onPress={done} />
        <Button label="Import" tone="primary" disabled={!valid} onPress={add} />
      </div>
    </form>
  );
}
