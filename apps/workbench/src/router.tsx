import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { parseView } from './data/view.ts';
import { EstimatePage } from './pages/estimate.tsx';
import { Flight } from './pages/flight.tsx';
import { Flights } from './pages/flights.tsx';
import { Jobs } from './pages/jobs.tsx';
import { Queue } from './pages/queue.tsx';
import { SitePage } from './pages/site.tsx';
import { Sites } from './pages/sites.tsx';
import { Crash } from './parts/crash.tsx';
import { NotFound } from './parts/states.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, validateSearch: parseView, notFoundComponent: NotFound });

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/queue', replace: true });
    },
  }),
  createRoute({ getParentRoute: () => root, path: '/flights', component: Flights }),
  createRoute({ getParentRoute: () => root, path: '/flights/$recordingId', component: Flight }),
  createRoute({ getParentRoute: () => root, path: '/queue', component: Queue }),
  createRoute({ getParentRoute: () => root, path: '/sites', component: Sites }),
  createRoute({ getParentRoute: () => root, path: '/sites/$siteId', component: SitePage }),
  createRoute({ getParentRoute: () => root, path: '/estimates/$estimateId', component: EstimatePage }),
  createRoute({ getParentRoute: () => root, path: '/jobs', component: Jobs }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: false,
  defaultErrorComponent: Crash,
  // Plain text in the address, so that a person can read and write it: ?q=culiacan&map=9/24.8/-107.4
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(
      Object.entries(search).filter(([, value]) => value !== undefined) as [string, string][],
    )
      .toString()
      .replaceAll('%2F', '/')
      .replaceAll('%2C', ',');
    return text === '' ? '' : `?${text}`;
  },
});
