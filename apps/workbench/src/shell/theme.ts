/** Dark or light: the person's choice, else the system's. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';

const STORAGE_KEY = 'plumeline.theme';
const listeners = new Set<() => void>();
let theme: Theme = 'dark';

export function startTheme(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  const system = matchMedia('(prefers-color-scheme: light)');
  show(stored === 'dark' || stored === 'light' ? stored : system.matches ? 'light' : 'dark');
  system.addEventListener('change', () => {
    if (localStorage.getItem(STORAGE_KEY) === null) show(system.matches ? 'light' : 'dark');
  });
}

export function toggleTheme(): void {
  const next = theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem(STORAGE_KEY, next);
  show(next);
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
}

function show(next: Theme): void {
  theme = next;
  document.documentElement.dataset.theme = next;
  for (const listener of listeners) listener();
}
