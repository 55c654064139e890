/** The workbench's own line icons, 20 by 20, in the colour of the text. */
const PATHS = {
  flights: 'M10 2.500v15M10 8l7.500 4.500M10 8l-7.500 4.500M10 15.500l3 2M10 15.500l-3 2',
  queue: 'M3 5h14M3 10h10M3 15h6',
  sites: 'M10 2v5M10 18c-.8-2.600-4-4.600-4-7.400A4 4 0 0 1 10 7a4 4 0 0 1 4 3.600c0 2.800-3.200 4.800-4 7.400z',
  jobs: 'M10 3a7 7 0 1 1-6.600 4.700M10 6v4l2.800 1.800M3 3.500v4.400h4.400',
  search: 'M9 3.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11zM13 13l4 4',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4',
  layers: 'M10 3l7.500 4L10 11 2.500 7zM2.500 10.500 10 14.500l7.500-4M2.500 14 10 18l7.500-4',
  up: 'M5 12.500l5-5 5 5',
  down: 'M5 7.500l5 5 5-5',
  left: 'M12.500 5l-5 5 5 5',
  right: 'M7.500 5l5 5-5 5',
  close: 'M5 5l10 10M15 5L5 15',
  help: 'M7.500 7.500A2.500 2.500 0 1 1 10 10.200v1.800M10 15v.2',
  sun: 'M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100',
  moon: 'M16.500 12A7 7 0 0 1 8 3.500a7 7 0 1 0 8.500 8.500z',
  print: 'M6 7V3h8v4M6 14H3.500V7h13v7H14M6 12h8v5H6z',
  triangle: 'M10 4l6.500 11.500h-13z',
  barb: 'M10 16V4M10 4l5-2M10 7.500l5-2',
  check: 'M4.500 10.500l3.500 3.500 7.500-8',
  warn: 'M10 3l8 14H2zM10 8v4M10 14.500v.2',
  file: 'M5 2.500h6.500L15 6v11.500H5zM11 2.500V6.500h4',
  trash: 'M4 6h12M8 6V4h4v2M5.500 6l.8 11h7.400l.8-11',
} as const;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className="glyph" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
