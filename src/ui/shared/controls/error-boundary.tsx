import { Component, type ReactNode } from 'react';
import { Button } from './button.js';
import styles from './error-boundary.module.css';

interface ErrorBoundaryProps {
  /** What the children are, in a sentence: "The pad", "The page". */
  name: string;
  children: ReactNode;
}

/** Shows a message in place of children that fail to render, so that the rest of the page stays usable. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className={styles.failed} role="alert">
        <strong>{this.props.name} cannot be shown.</strong>
        <p>This is an error in Tiller. The sound goes on, and your work is kept by the engine.</p>
        <code>{error.message}</code>
        <div className={styles.actions}>
          <Button label="Try again" tone="primary" onPress={() => this.setState({ error: null })} />
          <Button label="Reload the page" onPress={() => window.location.reload()} />
        </div>
      </div>
    );
  }
}
