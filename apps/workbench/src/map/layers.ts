/** The map's layers, bottom to top, as MapLibre native layers; a theme changes paint only. */
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { LayerName } from '../data/view.ts';
import type { Theme } from '../shell/theme.ts';
import { concentrationRamp, MAP_INK } from './colours.ts';
import { EMPTY } from './features.ts';

const FONT = ['"Segoe UI", Roboto, "Noto Sans", "Open Sans", sans-serif'];

const SOURCES = [
  'fine-countries',
  'grid',
  'grid-names',
  'states',
  'municipalities',
  'state-names',
  'municipality-names',
  'searched',
  'trials',
  'legs',
  'leg-marks',
  'proposals',
  'regions',
  'pins',
  'path',
  'chosen-path',
  'samples',
  'barbs',
  'detections',
] as const;
export type SourceName = (typeof SOURCES)[number];

const SIZE_BY_CONCENTRATION = ['interpolate', ['linear'], ['get', 'c'], 0, 0.62, 0.25, 1, 1, 1.6];

/** Which layers a person's switch turns off. */
export const LAYERS_OF: Record<LayerName, readonly string[]> = {
  grid: ['grid', 'grid-names'],
  borders: ['country-line', 'fine-country-line', 'state-line', 'state-name'],
  municipalities: ['municipality-line', 'municipality-name'],
  track: ['path', 'legs', 'leg-chosen', 'leg-number', 'leg-expected', 'chosen-path', 'samples'],
  wind: ['barbs'],
  posterior: [],
  regions: ['region90-fill', 'region50-fill', 'region90-line', 'region50-line', 'trial-line', 'pins'],
  detections: ['detections'],
  searched: ['searched-fill', 'searched-line'],
};

/** The posterior's pictures go below this layer. */
export const ABOVE_POSTERIOR = 'region90-fill';

/** Zoom from which municipalities are drawn, and so fetched. */
export const MUNICIPALITY_ZOOM = 7;

export function baseStyle(theme: Theme): StyleSpecification {
  return {
    version: 8,
    // A change of theme is one step, and a picture for paper is taken in the same moment.
    transition: { duration: 0, delay: 0 },
    sources: {
      countries: { type: 'geojson', data: '/basemap/countries-110m.json', tolerance: 0.2 },
      ...Object.fromEntries(
        SOURCES.map((name) => [name, { type: 'geojson', data: EMPTY, tolerance: name === 'samples' ? 0 : 0.2 }]),
      ),
    },
    layers: layersFor(theme, undefined),
  };
}

/** `chosen` is the id of the site in hand. */
export function layersFor(theme: Theme, chosen: string | undefined): LayerSpecification[] {
  return [
    ...ground(theme),
    ...findings(theme, chosen),
    ...trials(theme),
    ...measurements(theme),
    ...inquiry(theme),
    ...names(theme),
    ...pins(theme, chosen),
  ];
}

function ground(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  return [
    { id: 'water', type: 'background', paint: { 'background-color': ink.water } },
    { id: 'land', type: 'fill', source: 'countries', paint: { 'fill-color': ink.land, 'fill-antialias': false } },
    {
      id: 'fine-land',
      type: 'fill',
      source: 'fine-countries',
      paint: { 'fill-color': ink.land, 'fill-antialias': false },
    },
    { id: 'state-land', type: 'fill', source: 'states', paint: { 'fill-color': ink.land, 'fill-antialias': false } },
    {
      id: 'grid',
      type: 'line',
      source: 'grid',
      paint: { 'line-color': ink.grid, 'line-width': 1 },
    },
    {
      id: 'municipality-line',
      type: 'line',
      source: 'municipalities',
      minzoom: MUNICIPALITY_ZOOM,
      paint: { 'line-color': ink.municipality, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 12, 1.2] },
    },
    {
      id: 'state-line',
      type: 'line',
      source: 'states',
      paint: { 'line-color': ink.state, 'line-width': ['interpolate', ['linear'], ['zoom'], 3, 0.5, 10, 1.6] },
    },
    {
      id: 'country-line',
      type: 'line',
      source: 'countries',
      paint: { 'line-color': ink.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.5, 10, 1.4] },
    },
    {
      id: 'fine-country-line',
      type: 'line',
      source: 'fine-countries',
      paint: { 'line-color': ink.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.5, 10, 1.4] },
    },
  ];
}

function findings(theme: Theme, chosen: string | undefined): LayerSpecification[] {
  const ink = MAP_INK[theme];
  const isChosen = (yes: number, no: number) => ['case', ['==', ['get', 'id'], chosen ?? ''], yes, no] as never;
  return [
    { id: 'searched-fill', type: 'fill', source: 'searched', paint: { 'fill-pattern': `hatch-${theme}` } },
    {
      id: 'searched-line',
      type: 'line',
      source: 'searched',
      paint: { 'line-color': ink.searched, 'line-width': 1, 'line-dasharray': [1, 2] },
    },
    {
      id: 'region90-fill',
      type: 'fill',
      source: 'regions',
      filter: ['==', ['get', 'level'], 90],
      paint: { 'fill-color': ink.finding, 'fill-opacity': isChosen(0.12, 0.07), 'fill-antialias': false },
    },
    {
      id: 'region50-fill',
      type: 'fill',
      source: 'regions',
      filter: ['==', ['get', 'level'], 50],
      paint: { 'fill-color': ink.finding, 'fill-opacity': isChosen(0.18, 0.12), 'fill-antialias': false },
    },
    {
      id: 'region90-line',
      type: 'line',
      source: 'regions',
      filter: ['==', ['get', 'level'], 90],
      paint: {
        'line-color': ink.finding,
        'line-opacity': isChosen(1, 0.6),
        'line-width': isChosen(1.6, 1),
        'line-dasharray': [3, 2],
      },
    },
    {
      id: 'region50-line',
      type: 'line',
      source: 'regions',
      filter: ['==', ['get', 'level'], 50],
      paint: { 'line-color': ink.finding, 'line-opacity': isChosen(1, 0.6), 'line-width': isChosen(2, 1) },
    },
  ];
}

function measurements(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  const ramp = concentrationRamp(theme).flat();
  return [
    {
      id: 'path',
      type: 'line',
      source: 'path',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': ink.track, 'line-width': ['interpolate', ['linear'], ['zoom'], 5, 2.5, 13, 7] },
    },
    ...legs(theme),
    {
      id: 'chosen-path',
      type: 'line',
      source: 'chosen-path',
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: {
        'line-color': ink.ink,
        'line-width': ['interpolate', ['linear'], ['zoom'], 5, 5, 13, 12],
        'line-opacity': 0.85,
      },
    },
    {
      id: 'samples',
      type: 'circle',
      source: 'samples',
      layout: { 'circle-sort-key': ['get', 'c'] },
      paint: {
        'circle-color': ['interpolate', ['linear'], ['get', 'c'], ...ramp] as never,
        // Background recedes: what stands above it is larger and opaque.
        'circle-radius': [
          'interpolate',
          ['linear'],
          ['zoom'],
          5,
          ['*', 1.4, SIZE_BY_CONCENTRATION],
          9,
          ['*', 2.1, SIZE_BY_CONCENTRATION],
          13,
          ['*', 3.4, SIZE_BY_CONCENTRATION],
          17,
          ['*', 7, SIZE_BY_CONCENTRATION],
        ] as never,
      },
    },
    {
      id: 'barbs',
      type: 'symbol',
      source: 'barbs',
      minzoom: 7,
      layout: {
        'icon-image': ['concat', 'barb-', ['get', 'knots'], `-${theme}`],
        'icon-rotate': ['get', 'from_deg'],
        'icon-rotation-alignment': 'map',
        'icon-padding': 26,
      },
    },
    {
      id: 'detections',
      type: 'symbol',
      source: 'detections',
      layout: {
        'icon-image': `detection-${theme}`,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.6, 14, 1],
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'snr'],
      },
    },
  ];
}

/** Regions of an answer to another question: the original's, or with other air, or without a leg. */
function trials(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  return [
    {
      id: 'trial-line',
      type: 'line',
      source: 'trials',
      paint: {
        'line-color': ink.ink,
        'line-opacity': ['case', ['get', 'chosen'], 1, 0.45],
        'line-width': ['case', ['get', 'chosen'], 2.2, 1],
      },
    },
  ];
}

const LEG_COLOUR = ({ legFor, legAgainst, legQuiet }: (typeof MAP_INK)['dark']) =>
  ['match', ['get', 'says'], 'for', legFor, 'against', legAgainst, legQuiet] as never;

/** Bands under the samples, the wider the more a leg says. */
function legs(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  return [
    {
      id: 'leg-chosen',
      type: 'line',
      source: 'legs',
      filter: ['get', 'chosen'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': ink.ink, 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 12, 14, 19] },
    },
    {
      id: 'legs',
      type: 'line',
      source: 'legs',
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: {
        'line-color': LEG_COLOUR(ink),
        'line-opacity': ['case', ['get', 'aside'], 0.35, 0.9],
        'line-width': [
          'interpolate',
          ['linear'],
          ['zoom'],
          8,
          ['+', 3, ['*', 5, ['get', 'weight']]],
          14,
          ['+', 6, ['*', 6, ['get', 'weight']]],
        ] as never,
      },
    },
  ];
}

/** Marks above the samples: where a plume should cross a leg, the legs' numbers, legs that could be flown next. */
function inquiry(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  return [
    {
      id: 'proposal-line',
      type: 'line',
      source: 'proposals',
      paint: {
        'line-color': ink.searched,
        'line-opacity': ['case', ['get', 'ignored'], 0, 1],
        'line-width': ['case', ['get', 'chosen'], 5, ['get', 'accepted'], 4, 2],
        'line-dasharray': [2, 1.5],
      },
    },
    {
      id: 'proposal-number',
      type: 'symbol',
      source: 'proposals',
      filter: ['!', ['get', 'ignored']],
      layout: {
        'symbol-placement': 'line-center',
        'text-field': ['get', 'text'],
        'text-font': FONT,
        'text-size': 12,
        'text-offset': [0, -0.9],
        'text-allow-overlap': true,
      },
      paint: { 'text-color': ink.searched, 'text-halo-color': ink.halo, 'text-halo-width': 2 },
    },
    {
      id: 'leg-expected',
      type: 'circle',
      source: 'leg-marks',
      filter: ['==', ['get', 'mark'], 'expected'],
      paint: {
        'circle-color': 'rgba(0,0,0,0)',
        'circle-radius': ['case', ['get', 'chosen'], 11, 7],
        'circle-stroke-color': ink.ink,
        'circle-stroke-width': ['case', ['get', 'chosen'], 3, 1.6],
      },
    },
    {
      id: 'leg-number',
      type: 'symbol',
      source: 'leg-marks',
      filter: ['==', ['get', 'mark'], 'number'],
      layout: {
        'text-field': ['get', 'text'],
        'text-font': FONT,
        'text-size': 13,
        'text-offset': [0, -1.4],
        'text-padding': 1,
      },
      paint: { 'text-color': ink.ink, 'text-halo-color': ink.halo, 'text-halo-width': 2 },
    },
  ];
}

function names(theme: Theme): LayerSpecification[] {
  const ink = MAP_INK[theme];
  const paint = { 'text-color': ink.label, 'text-halo-color': ink.halo, 'text-halo-width': 1.4 };
  return [
    {
      id: 'grid-names',
      type: 'symbol',
      source: 'grid-names',
      layout: {
        'text-field': ['get', 'text'],
        'text-font': FONT,
        'text-size': 10,
        'text-anchor': ['get', 'edge'] as never,
        'text-padding': 1,
      },
      paint: { 'text-color': ink.gridName, 'text-halo-color': ink.halo, 'text-halo-width': 1 },
    },
    {
      id: 'municipality-name',
      type: 'symbol',
      source: 'municipality-names',
      minzoom: 8.5,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 11,
        'text-padding': 12,
        'text-max-width': 7,
      },
      paint,
    },
    {
      id: 'state-name',
      type: 'symbol',
      source: 'state-names',
      minzoom: 4.2,
      maxzoom: 9.5,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 4, 10, 8, 14],
        'text-letter-spacing': 0.12,
        'text-padding': 10,
        'text-max-width': 7,
      },
      paint,
    },
  ];
}

function pins(theme: Theme, chosen: string | undefined): LayerSpecification[] {
  const ink = MAP_INK[theme];
  return [
    {
      id: 'pins',
      type: 'symbol',
      source: 'pins',
      layout: {
        'icon-image': ['case', ['==', ['get', 'id'], chosen ?? ''], `bob-chosen-${theme}`, `bob-${theme}`],
        'icon-anchor': 'bottom',
        'icon-allow-overlap': true,
        'symbol-sort-key': ['case', ['==', ['get', 'id'], chosen ?? ''], 1e6, ['get', 'weight']],
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 12,
        'text-anchor': 'left',
        'text-offset': [0.9, -1.1],
        'text-optional': true,
      },
      paint: { 'text-color': ink.ink, 'text-halo-color': ink.halo, 'text-halo-width': 1.6 },
    },
  ];
}
