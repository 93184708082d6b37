import type { ReactNode } from 'react';

export interface Choice<T extends string> {
  value: T;
  label: string;
  help?: string;
  content?: ReactNode;
  /** Heading under which a drop-down list shows it; those of one heading are consecutive. */
  group?: string;
}

export interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  disabled?: boolean;
  onChange: (value: T) => void;
}
