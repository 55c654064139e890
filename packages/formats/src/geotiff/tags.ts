/** TIFF tags, field types and geo keys that this folder knows: TIFF 6.0, BigTIFF, OGC GeoTIFF 1.1, GDAL's own two. */

export const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  lercParameters: 50674,
  pixelScale: 33550,
  tiePoints: 33922,
  transformation: 34264,
  geoKeys: 34735,
  geoDoubles: 34736,
  geoAscii: 34737,
  gdalMetadata: 42112,
  gdalNoData: 42113,
} as const;

export const GEO_KEY = {
  modelType: 1024,
  rasterType: 1025,
  citation: 1026,
  geographicType: 2048,
  geographicCitation: 2049,
  projectedType: 3072,
  projectedCitation: 3073,
} as const;

/** GTModelTypeGeoKey and GTRasterTypeGeoKey values. */
export const MODEL_PROJECTED = 1;
export const MODEL_GEOGRAPHIC = 2;
export const RASTER_AREA = 1;
export const RASTER_POINT = 2;
/** "User-defined": the file's CRS has no EPSG number. */
export const USER_DEFINED = 32767;

/** Bytes of each TIFF field type; absent ones are unknown. */
export const FIELD_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
export const ASCII = 2;
export const SHORT = 3;
export const LONG = 4;
export const DOUBLE = 12;
