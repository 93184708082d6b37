import type { ReactNode } from 'react';

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
