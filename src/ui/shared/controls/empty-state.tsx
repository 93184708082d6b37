import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** What a panel shows while it has nothing: the next step. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className="empty-state">
      <Icon name={icon} />
      <h3>{title}</h3>
      <p>{children}</p>
    </div>
  );
}
