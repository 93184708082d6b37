import type { ReactNode } from 'react';
import { TextField, type TextFieldProps } from './text-field.js';
import utilities from '../styles/utilities.module.css';
import styles from './form.module.css';

/** One or more controls with a title in front; each control has a name of its own for screen readers. */
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

/** A text field with a title in front. */
export function TextLine({ title, ...field }: Omit<TextFieldProps, 'label'> & { title: string }) {
  return (
    <FormLine title={title}>
      <TextField className={utilities.grow} label={title} {...field} />
    </FormLine>
  );
}
