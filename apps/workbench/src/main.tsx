import './styles/tokens.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/estimate.css';
import './styles/cube.css';
import './styles/print.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient, sitesQuery } from './data/api.ts';
import { startLiveUpdates } from './data/live.ts';
import { CrashBoundary, showCrash } from './parts/crash.tsx';
import { router } from './router.tsx';
import { startTheme } from './shell/theme.ts';
import { startWords } from './words/i18n.ts';

const root = document.getElementById('root')!;

// The map and the first list are asked for while the page is still being put together.
void import('./map/map-ground.tsx');
void queryClient.prefetchQuery(sitesQuery);
startTheme();
startLiveUpdates();

startWords().then(
  () => {
    createRoot(root).render(
      <StrictMode>
        <CrashBoundary>
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </CrashBoundary>
      </StrictMode>,
    );
  },
  (error: unknown) => showCrash(root, error),
);
