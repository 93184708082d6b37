import type { ReactNode } from 'react';
import { TextField, type TextFieldProps } from './text-field.js';

/** A control, or a few, with what they are for in front of them; each has its own name for screen readers. */
export function FormLine({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="form-line">
      <span className="form-name" aria-hidden="true">
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
      <TextField label={title} {...field} />
    </FormLine>
  );
}
