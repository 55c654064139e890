/** Outlines of land that a page draws under everything, from a configured folder, compressed once and kept. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export const BASEMAP_LAYERS = ['countries', 'states', 'municipalities'] as const;
export type BasemapLayer = (typeof BASEMAP_LAYERS)[number];

/** File of each layer within the folder, as its publisher names it (TopoJSON). */
export const LAYER_FILES: Record<BasemapLayer, string> = {
  countries: 'countries-50m.json',
  states: 'mxstate.topo.json',
  municipalities: 'mxmunicipio.topo.json',
};

export interface LayerBytes {
  readonly json: Uint8Array;
  readonly gzip: Uint8Array;
  /** Quoted entity tag of the JSON. */
  readonly etag: string;
}

export interface Basemap {
  /** Undefined where the layer is not installed. */
  load(layer: BasemapLayer): Promise<LayerBytes | undefined>;
}

/** Layers of a folder; a layer that is absent is looked for again at the next request. */
export function basemapFrom(folder: string | undefined): Basemap {
  const loaded = new Map<BasemapLayer, Promise<LayerBytes | undefined>>();
  return {
    async load(layer) {
      if (folder === undefined) return undefined;
      const pending = loaded.get(layer) ?? readLayer(join(folder, LAYER_FILES[layer]));
      loaded.set(layer, pending);
      const bytes = await pending.catch(forget);
      if (bytes === undefined) loaded.delete(layer);
      return bytes;

      function forget(error: unknown): never {
        loaded.delete(layer);
        throw error;
      }
    },
  };
}

async function readLayer(path: string): Promise<LayerBytes | undefined> {
  try {
    const json = await readFile(path);
    const hash = createHash('sha256').update(json).digest('hex').slice(0, 32);
    return { json, gzip: await promisify(gzip)(json), etag: `"${hash}"` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
