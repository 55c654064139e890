/** What the page shows, as the URL holds it. A link to any state can be sent to a colleague. */
import { type AnyRouter, useNavigate, useParams, useSearch } from '@tanstack/react-router';

export const LAYERS = [
  'borders',
  'municipalities',
  'track',
  'wind',
  'posterior',
  'regions',
  'detections',
  'searched',
  'grid',
] as const;
export type LayerName = (typeof LAYERS)[number];

/** Search part of every address. All optional: an absent field is the default. */
export interface ViewSearch {
  /** `zoom/lat/lon` of the map once a person moved it. */
  map?: string;
  /** Recording in the series, where a page has several. */
  rec?: string;
  /** Span chosen in the series: `from-to` in seconds since 1970. */
  span?: string;
  /** Layers turned off, joined by `.`. */
  hide?: string;
  /** Site under the keyboard in a list. */
  at?: string;
  /** Text filter of a list. */
  q?: string;
  /** Substance filter of a list. */
  gas?: string;
  /** Column a table is sorted by, `-` first for descending. */
  sort?: string;
  /** `off` when the series is folded away. */
  series?: string;
  /** Instrument drawn in the series, for fixed instruments. */
  instrument?: string;
  /** Rate of the searched area that is drawn, for a null result [kg/h]. */
  rate?: string;
  /** Map of a cube that is drawn: `z`, `uncertainty` or `off`; the amount of gas otherwise. */
  raster?: string;
  /** `lat,lon` of the pixel of a cube whose spectrum is shown. */
  pixel?: string;
}

const FIELDS = [
  'map',
  'rec',
  'span',
  'hide',
  'at',
  'q',
  'gas',
  'sort',
  'series',
  'instrument',
  'rate',
  'raster',
  'pixel',
] as const;

export function parseView(search: Record<string, unknown>): ViewSearch {
  const view: ViewSearch = {};
  for (const field of FIELDS) {
    const value = search[field];
    if (typeof value === 'string' && value !== '') view[field] = value;
  }
  return view;
}

/** What survives a step to another page: the layers and the folded series, not the place or the filter. */
export function carried({ hide, series }: ViewSearch): ViewSearch {
  return { ...(hide === undefined ? {} : { hide }), ...(series === undefined ? {} : { series }) };
}

export function useView(): ViewSearch {
  return useSearch({ strict: false }) as ViewSearch;
}

/** Changes part of the view in place; `undefined` takes a field away. */
export function useChangeView(): (change: { [K in keyof ViewSearch]?: string | undefined }) => void {
  const navigate = useNavigate();
  return (change) => {
    void navigate({
      to: '.',
      replace: true,
      search: ((previous: ViewSearch) => parseView({ ...previous, ...change })) as never,
    });
  };
}

/** What the address says this moment, ahead of what is drawn: a second key press must not start from a stale page. */
export function latestAddress(router: AnyRouter): { path: string; at: string | undefined } {
  const { pathname, search } = router.history.location;
  return { path: pathname, at: new URLSearchParams(search).get('at') ?? undefined };
}

export function usePlace(): { siteId?: string; recordingId?: string; estimateId?: string } {
  return useParams({ strict: false }) as { siteId?: string; recordingId?: string; estimateId?: string };
}

export function hiddenLayers(view: ViewSearch): ReadonlySet<LayerName> {
  return new Set((view.hide ?? '').split('.').filter((name) => LAYERS.includes(name as LayerName)) as LayerName[]);
}

export interface Span {
  readonly from_s: number;
  readonly to_s: number;
}

export function parseSpan(text: string | undefined): Span | undefined {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (match === null) return undefined;
  const span = { from_s: Number(match[1]), to_s: Number(match[2]) };
  return span.to_s > span.from_s ? span : undefined;
}

export function formatSpanParameter({ from_s, to_s }: Span): string {
  return `${from_s.toFixed(1)}-${to_s.toFixed(1)}`;
}
