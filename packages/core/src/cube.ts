/**
 * An imaging spectrometer's cube: what its file says, and a port that gives it out in blocks of columns under a byte
 * budget. A flight line is larger than memory as a rule, so nobody ever holds a whole cube. Formats implement
 * `CubeReader` over `ByteSource`; whoever opens files (apps, adapters, tests) implements `ByteSource` and `CubeFiles`.
 */
import { type Fault, InputError } from './errors.ts';
import type { Instant } from './model.ts';

/** Bytes of one stored thing, read at random. */
export interface ByteSource {
  /** For errors: the file's name as its owner knows it. */
  readonly name: string;
  readonly size: number;
  /**
   * Exactly the bytes [offset, offset + length), fewer only where the source ends; rejects when they cannot be read.
   * `into`, of that length at least, may be filled and a view of it returned, to spare an allocation a read.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  /** The same at once, where the source can (a local file). HDF5 needs it for files larger than its budget. */
  readNow?(offset: number, length: number): Uint8Array;
}

/** The files that lie together: a header beside its data, or the many small files of a Zarr folder. */
export interface CubeFiles {
  /** Paths with `/`, relative to one folder, files only. */
  readonly names: readonly string[];
  /** Undefined when there is none of that name. */
  open(name: string): Promise<ByteSource | undefined>;
}

export type QuantityKind = 'radiance' | 'reflectance' | 'emissivity' | 'brightness-temperature' | 'digital-number';

/** What the numbers are. Refused rather than guessed when neither the file nor the operator says it. */
export type CubeQuantity =
  | { readonly stated: true; readonly kind: QuantityKind; readonly unit: string; readonly by: 'file' | 'operator' }
  | { readonly stated: false; readonly refusal: Fault };

export interface Acquisition {
  readonly startAt?: Instant;
  readonly endAt?: Instant;
  readonly sensor?: string;
  readonly description?: string;
  readonly sunElevation_deg?: number;
  /** Clockwise from true north. */
  readonly sunAzimuth_deg?: number;
}

/** A coordinate reference system as stated; `epsg` only where the statement names it without doubt. */
export interface CrsStatement {
  readonly text: string;
  readonly epsg?: number;
  readonly wkt?: string;
}

/**
 * x = a0 + a1 column + a2 line, y = a3 + a4 column + a5 line, with (0, 0) the outer corner of the first pixel and
 * (0.5, 0.5) its centre; GDAL's order. x is easting or longitude, y northing or latitude.
 */
export interface MapGrid {
  readonly affine: readonly [number, number, number, number, number, number];
  readonly crs: CrsStatement;
}

/** Where each raw pixel looked: x, y [line x column] row by row in `crs`; NaN where the file has none. */
export interface PixelLocations {
  readonly crs: CrsStatement;
  readonly hasHeight: boolean;
  read(window: PixelWindow): Promise<{ x: Float64Array; y: Float64Array; height_m?: Float64Array }>;
}

/**
 * Geographic lookup table: for each cell of a map grid the raw pixel that fills it, counted from 0, -1 where none.
 * `filled` is 1 where the cell took its nearest neighbour's pixel (a negative entry of the file).
 */
export interface GeoLookup {
  readonly grid: MapGrid;
  readonly rows: number;
  readonly columns: number;
  read(window: PixelWindow): Promise<{ line: Int32Array; column: Int32Array; filled: Uint8Array }>;
}

/** Every georeference the files hold; all may be absent. */
export interface Georeference {
  readonly map?: MapGrid;
  readonly locations?: PixelLocations;
  readonly lookup?: GeoLookup;
}

export interface CubeHeader {
  readonly file: string;
  readonly format: 'envi' | 'emit' | 'hdf5' | 'geotiff' | 'zarr';
  /** Along track. */
  readonly lines: number;
  /** Across track: detector columns of a pushbroom line, ENVI's `samples`. */
  readonly columns: number;
  readonly bands: number;
  /** Band centres in the file's order [band]; not always ascending. */
  readonly wavelength_nm: Float64Array;
  /** Full width at half maximum [band], where stated. */
  readonly fwhm_nm?: Float64Array;
  /** 1 where a band is usable, 0 where the file's bad-band list says not [band]. */
  readonly goodBand: Uint8Array;
  readonly quantity: CubeQuantity;
  readonly acquisition: Acquisition;
  readonly georeference: Georeference;
  /** What the file holds as "no value here", in stored numbers. */
  readonly noData: readonly number[];
  /** Columns that are stored together: blocks of a multiple of it read fastest. 1 where it does not matter. */
  readonly storedColumns: number;
  /** What was read but not used, or looks odd; for the log. */
  readonly remarks: readonly string[];
}

export interface PixelWindow {
  readonly firstLine: number;
  readonly lines: number;
  readonly firstColumn: number;
  readonly columns: number;
}

/** Why a pixel must not be used; bits, several may hold. */
export const PIXEL_MASK = {
  /** A chosen band holds the file's no-data value. Its number in the block is NaN. */
  noData: 1,
  /** A chosen band is NaN or infinite in the file. NaN in the block. */
  nonFinite: 2,
  /** A chosen band stands at the stored type's ceiling or the stated saturation level: a lower bound, kept as it is. */
  saturated: 4,
  /** Eight or more chosen bands and all hold one same number: fill that the file does not declare (0, -9999). */
  flat: 8,
} as const;

/** Fewest chosen bands on which one same number in all of them is called `flat`: no sensor measures such a spectrum. */
export const FLAT_MIN_BANDS = 8;

export type MaskReason = keyof typeof PIXEL_MASK;

/**
 * Spectra of a window, column by column: values[(column * lines + line) * bands + band], so that one detector column
 * is one contiguous [line x band] matrix (`columnSpectra`). `mask` [column x line] holds PIXEL_MASK bits, 0 = usable.
 */
export interface CubeBlock<A extends Float64Array | Float32Array = Float64Array | Float32Array> extends PixelWindow {
  /** Chosen bands, as indices into the header's. */
  readonly bands: readonly number[];
  readonly values: A;
  readonly mask: Uint8Array;
}

export interface CubeReader {
  readonly header: CubeHeader;
  /**
   * One window of chosen bands into `values` and `mask` (reused between calls, at least as long as needed).
   * @throws InputError when the file is truncated, damaged or the window lies outside.
   */
  read(request: ReadRequest): Promise<void>;
  close(): Promise<void>;
}

export interface ReadRequest extends PixelWindow {
  readonly bands: readonly number[];
  readonly values: Float64Array | Float32Array;
  readonly mask: Uint8Array;
}

export interface BlockPlan {
  readonly number: 'float64' | 'float32';
  /** Bands to give, default the header's good ones. */
  readonly bands?: readonly number[];
  /** Most bytes a block and its staging may take together. */
  readonly budget_bytes: number;
  readonly window?: PixelWindow;
  /** Take every line of a column in one block, and refuse when one column alone exceeds the budget. Default true. */
  readonly wholeColumns?: boolean;
}

/** Bytes of the staging buffer a reader may use beside the block itself: `planWindows` leaves room for it. */
export const STAGING_BYTES = 4 << 20;

/**
 * Windows that cover the plan's columns from left to right (and, unless `wholeColumns`, lines from the first), each
 * within the budget. @throws InputError when even the smallest does not fit.
 */
export function planWindows(header: CubeHeader, plan: BlockPlan): PixelWindow[] {
  const area = plan.window ?? { firstLine: 0, lines: header.lines, firstColumn: 0, columns: header.columns };
  requireWindow(header, area);
  const bands = plan.bands ?? goodBands(header);
  const pixel_bytes = bands.length * (plan.number === 'float64' ? 8 : 4) + 1;
  const room_bytes = plan.budget_bytes - Math.min(STAGING_BYTES, plan.budget_bytes / 2);
  const pixels = Math.floor(room_bytes / pixel_bytes);
  const whole = plan.wholeColumns ?? true;
  if (pixels < (whole ? area.lines : 1)) throw new InputError([budgetFault(header, plan, area.lines * pixel_bytes)]);
  const lines = Math.min(area.lines, pixels);
  const most = Math.min(area.columns, Math.floor(pixels / lines));
  const step = most > header.storedColumns ? most - (most % header.storedColumns) : most;
  const windows: PixelWindow[] = [];
  const end = area.firstColumn + area.columns;
  for (let column = area.firstColumn; column < end; column += step) {
    for (let line = 0; line < area.lines; line += lines) {
      windows.push({
        firstLine: area.firstLine + line,
        lines: Math.min(lines, area.lines - line),
        firstColumn: column,
        columns: Math.min(step, end - column),
      });
    }
  }
  return windows;
}

/** Blocks of `planWindows` in order. One pair of buffers serves all: use a block before asking for the next. */
export async function* columnBlocks(reader: CubeReader, plan: BlockPlan): AsyncGenerator<CubeBlock> {
  const bands = plan.bands ?? goodBands(reader.header);
  const windows = planWindows(reader.header, plan);
  const pixels = windows.reduce((most, w) => Math.max(most, w.lines * w.columns), 0);
  const Values = plan.number === 'float64' ? Float64Array : Float32Array;
  const buffer = new Values(pixels * bands.length);
  const maskBuffer = new Uint8Array(pixels);
  for (const window of windows) {
    const count = window.lines * window.columns;
    const values = buffer.subarray(0, count * bands.length);
    const mask = maskBuffer.subarray(0, count);
    await reader.read({ ...window, bands, values, mask });
    yield { ...window, bands, values, mask };
  }
}

/** One window as a block of its own. */
export async function readBlock(
  reader: CubeReader,
  window: PixelWindow,
  bands: readonly number[] = goodBands(reader.header),
): Promise<CubeBlock<Float64Array>> {
  requireWindow(reader.header, window);
  const pixels = window.lines * window.columns;
  const values = new Float64Array(pixels * bands.length);
  const mask = new Uint8Array(pixels);
  await reader.read({ ...window, bands, values, mask });
  return { ...window, bands, values, mask };
}

/** Spectra [line x band] of the block's column (counted from the block's first), a view without copying. */
export function columnSpectra<A extends Float64Array | Float32Array>(block: CubeBlock<A>, column: number): A {
  const size = block.lines * block.bands.length;
  return block.values.subarray(column * size, (column + 1) * size) as A;
}

/** Mask [line] of the block's column, a view without copying. */
export function columnMask(block: CubeBlock, column: number): Uint8Array {
  return block.mask.subarray(column * block.lines, (column + 1) * block.lines);
}

/** Why a column holds nothing usable: how many of its pixels each reason masks; undefined when some pixel is usable. */
export function deadColumn(mask: Uint8Array): Readonly<Record<MaskReason, number>> | undefined {
  const counts = { noData: 0, nonFinite: 0, saturated: 0, flat: 0 };
  for (const bits of mask) {
    if (bits === 0) return undefined;
    for (const reason of MASK_REASONS) if ((bits & PIXEL_MASK[reason]) !== 0) counts[reason]++;
  }
  return counts;
}

export const MASK_REASONS: readonly MaskReason[] = ['noData', 'nonFinite', 'saturated', 'flat'];

/** Bands the file does not call bad. */
export function goodBands(header: CubeHeader): number[] {
  return Array.from(header.goodBand.keys()).filter((band) => header.goodBand[band] === 1);
}

/** Good bands with centres in [from, to] nm. */
export function bandsBetween(header: CubeHeader, from_nm: number, to_nm: number): number[] {
  return goodBands(header).filter((b) => header.wavelength_nm[b]! >= from_nm && header.wavelength_nm[b]! <= to_nm);
}

/** The quantity, or the refusal thrown: for steps that need to know what the numbers are. */
export function requireQuantity(header: CubeHeader): Extract<CubeQuantity, { stated: true }> {
  if (!header.quantity.stated) throw new InputError([header.quantity.refusal]);
  return header.quantity;
}

/** @throws InputError when the window is empty, fractional or reaches outside the cube. */
export function requireWindow(size: { file: string; lines: number; columns: number }, window: PixelWindow): void {
  const { firstLine, lines, firstColumn, columns } = window;
  const whole = [firstLine, lines, firstColumn, columns].every((value) => Number.isSafeInteger(value) && value >= 0);
  const inside = firstLine + lines <= size.lines && firstColumn + columns <= size.columns;
  if (whole && inside && lines > 0 && columns > 0) return;
  throw new InputError([
    {
      code: 'cube-window-outside',
      message: `Lines ${firstLine} to ${firstLine + lines} and columns ${firstColumn} to ${firstColumn + columns} are not in a cube of ${size.lines} lines and ${size.columns} columns.`,
      remedy: 'Ask for a window inside the cube, counted from 0.',
      place: { file: size.file },
    },
  ]);
}

function budgetFault(header: CubeHeader, plan: BlockPlan, column_bytes: number): Fault {
  const needed = Math.ceil(column_bytes + Math.min(STAGING_BYTES, column_bytes));
  return {
    code: 'cube-budget-too-small',
    message: `One column of ${header.lines} lines takes ${needed} bytes with its staging; the memory budget is ${plan.budget_bytes}.`,
    remedy: 'Raise the memory budget, choose fewer bands, or process part of the lines.',
    place: { file: header.file },
  };
}
