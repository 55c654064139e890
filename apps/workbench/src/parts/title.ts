import { useEffect } from 'react';

/** The tab's title, so that several sites can be told apart. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Plumeline`;
  }, [title]);
}
