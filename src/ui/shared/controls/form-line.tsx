import type { ReactNode } from 'react';
import { TextField, type TextFieldProps } from './text-field.js';
import utilities from '../styles/utilities.module.css';
import styles from './form.module.css';

/** A control, or a few, with what they are for in front of them; each has its own name for screen readers. */
export function FormLine({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <span className={styles.name} aria-hidden="true">
        {title}
      </span>
      {children}
    </div>
  );
}

/** A line of a form in which text is typed. */
export function TextLine({ title, ...field }: Omit<TextFieldProps, 'label'> & { title: string }) {
  return (
    <FormLine title={title}>
      <TextField className={utilities.grow} label={title} {...field} />
    </FormLine>
  );
}
