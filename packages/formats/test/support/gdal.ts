/** Debian's GDAL as the independent opinion; tests that need it skip visibly where it is absent. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const hasGdal = ['gdalinfo', 'gdal_translate', 'gdalmdimtranslate', 'gdallocationinfo'].every((program) =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`)),
);

export function gdal(program: string, args: readonly string[], input = ''): string {
  return execFileSync(program, [...args], { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

export interface GdalInfo {
  readonly size: readonly [number, number];
  readonly geoTransform?: readonly number[];
  readonly coordinateSystem?: { readonly wkt: string };
  readonly bands: readonly {
    readonly type: string;
    readonly block: readonly number[];
    readonly description?: string;
    readonly unit?: string;
    readonly noDataValue?: number | string;
    readonly overviews?: readonly { readonly size: readonly number[] }[];
  }[];
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function gdalInfo(path: string): GdalInfo {
  return JSON.parse(gdal('gdalinfo', ['-json', path])) as GdalInfo;
}
