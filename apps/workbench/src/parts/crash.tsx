/** A fault of the page itself is shown, with its text, never as a blank screen. */
import i18next from 'i18next';
import { Component, type ReactNode } from 'react';

export class CrashBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    return this.state.error === undefined ? this.props.children : <Crash error={this.state.error} />;
  }
}

/** A part of the page that fails is named in its own place; the rest of the page stays. */
export function Crash({ error }: { error: unknown }) {
  return (
    <div className="crash" role="alert">
      <h1>{i18next.t('problem.crash')}</h1>
      <p>{i18next.t('problem.crashHelp')}</p>
      <pre>{textOf(error)}</pre>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        {i18next.t('problem.reload')}
      </button>
    </div>
  );
}

/** Before React or the words are there: plain text in both languages. */
export function showCrash(root: HTMLElement, error: unknown): void {
  const message = document.createElement('pre');
  message.textContent = `Plumeline could not start. Load the page again.\nPlumeline no pudo iniciar. Vuelva a cargar la página.\n\n${textOf(error)}`;
  root.replaceChildren(message);
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
