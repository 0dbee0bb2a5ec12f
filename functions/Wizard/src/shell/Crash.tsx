import { Component, type ReactNode } from 'react';
import { Button } from './controls';

/** What people see when the page itself breaks: never a blank screen. */
export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main className="center-page">
        <h1 className="title">The page stopped working</h1>
        <p className="lead">
          That is our fault. What you saved is kept on the server; reload the page to go on. If it happens again, send your operator this
          text:
        </p>
        <pre className="code-block">{this.state.error.message}</pre>
        <Button appearance="primary" onClick={() => location.reload()}>
          Reload the page
        </Button>
      </main>
    );
  }
}
