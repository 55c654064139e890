/**
 * One HDF5 file inside h5wasm (the C library in WebAssembly), kept apart from the process: its bytes come from a
 * `ByteSource`, and where a damaged file makes the library trap or read without end, that instance is thrown away, the
 * caller gets an error, and the next use begins in a fresh one. Calls run one after the other and do not yield.
 */
import { type ByteSource, InputError } from '@plumeline/core';
import * as h5wasm from 'h5wasm';
import { bytesSource, readWhole } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { type CubeOptions, WHOLE_FILE_LIMIT_BYTES } from '../cube/cube-options.ts';
import { isEndlessHeap } from './global-heap.ts';

type Library = Pick<typeof h5wasm, 'File' | 'ready'>;
export type Hdf5File = InstanceType<typeof h5wasm.File>;

interface Instance {
  readonly library: Library;
  readonly fs: FileSystem;
  /** What the library has written to its standard error since it was last emptied. */
  readonly complaints: { text: string };
}

/** The part of Emscripten's file system used here. */
interface FileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
  getStream(descriptor: number): { tty: { ops: object } };
  readonly ErrnoError: new (code: number) => Error;
}
interface FileNode {
  usedBytes: number;
  stream_ops: object;
}

/** Reads of one operation before it counts as endless: a cube of a million chunks takes two a chunk. */
const MAX_READS = 4_000_000;

/** Emscripten's EIO: the library takes it as a failed read. */
const INPUT_OUTPUT_ERROR = 29;

class EndlessReads extends Error {}

let current: Promise<Instance> | undefined;
let generation = 0;
let opened = 0;

/** A file that can be asked again after a crash. */
export class Hdf5Session {
  readonly source: ByteSource;
  #instance: Instance | undefined;
  #file: Hdf5File | undefined;
  #path = '';
  #reads = 0;

  private constructor(source: ByteSource) {
    this.source = source;
  }

  /** @throws InputError when it is no HDF5 file or is too large for a source that cannot be read at once. */
  static async open(source: ByteSource, options: CubeOptions): Promise<Hdf5Session> {
    const limit = options.wholeFileLimit_bytes ?? WHOLE_FILE_LIMIT_BYTES;
    const isLocal = source.readNow !== undefined;
    if (!isLocal && source.size > limit) {
      throw cubeError(
        source.name,
        'hdf5-not-local',
        `HDF5 of ${source.size} bytes cannot be read over a network piece by piece; ${limit} bytes fit in memory.`,
        'Copy the file to the local disk first.',
      );
    }
    const session = new Hdf5Session(isLocal ? source : bytesSource(source.name, await readWhole(source, limit)));
    await session.use(() => undefined);
    return session;
  }

  /** Runs `action` on the open file. @throws InputError for whatever goes wrong inside the library. */
  async use<T>(action: (file: Hdf5File) => T): Promise<T> {
    current ??= loadInstance();
    const instance = await current;
    this.#reads = 0;
    instance.complaints.text = '';
    try {
      if (this.#instance !== instance || this.#file === undefined) this.#attach(instance);
      const result = action(this.#file!);
      // h5wasm returns as if nothing were there when the C library reports an error.
      if (instance.complaints.text !== '') throw new Error('an object of it');
      return result;
    } catch (error) {
      if (error instanceof InputError) throw error;
      if (isFatal(error)) this.#discard(instance);
      throw this.#fault(error, deepestCause(instance.complaints.text));
    }
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined || this.#instance === undefined) return;
    try {
      file.close();
      this.#instance.fs.unlink(`/${this.#path}`);
    } catch (error) {
      // Nothing of the file is needed any more; an instance that fails here must not serve the next.
      if (isFatal(error)) this.#discard(this.#instance);
    }
  }

  #attach(instance: Instance): void {
    opened++;
    this.#path = `cube-${opened}.h5`;
    this.#instance = instance;
    const node = instance.fs.createFile('/', this.#path, {}, true, false);
    node.usedBytes = this.source.size;
    node.stream_ops = { ...node.stream_ops, read: this.#read };
    try {
      this.#file = new instance.library.File(`/${this.#path}`, 'r');
    } catch (error) {
      if (!isFatal(error)) instance.fs.unlink(`/${this.#path}`);
      throw error;
    }
  }

  /** Emscripten's read: into the library's memory at `offset`, from the file at `position`. */
  readonly #read = (_stream: object, memory: Int8Array, offset: number, length: number, position: number): number => {
    this.#reads++;
    if (this.#reads > MAX_READS) throw new EndlessReads(`more than ${MAX_READS} reads in one operation`);
    const bytes = this.source.readNow!(position, Math.max(0, Math.min(length, this.source.size - position)));
    if (isEndlessHeap(bytes)) throw new this.#instance!.fs.ErrnoError(INPUT_OUTPUT_ERROR);
    memory.set(bytes, offset);
    return bytes.length;
  };

  #discard(instance: Instance): void {
    this.#file = undefined;
    this.#instance = undefined;
    void current?.then((other) => {
      if (other === instance) current = undefined;
    });
  }

  #fault(error: unknown, cause: string | undefined): InputError {
    const reason = cause ?? (error instanceof Error ? error.message : String(error));
    const isCrash = isFatal(error);
    return cubeError(
      this.source.name,
      isCrash ? 'hdf5-crash' : 'hdf5-damaged',
      isCrash
        ? `The file made the HDF5 library fail (${reason.slice(0, 120)}); the library was started anew.`
        : `The HDF5 library cannot read the file (${reason.slice(0, 200)}).`,
      'Copy the file again from its origin; check it with h5dump.',
    );
  }
}

/** Traps, aborts, exhausted stack or memory, endless reading: the instance's memory may be in any state. */
function isFatal(error: unknown): boolean {
  if (error instanceof EndlessReads || error instanceof RangeError) return true;
  return !(error instanceof Error) || error.name === 'RuntimeError' || /^(Aborted|abort)\b/i.test(error.message);
}

/** HDF5's error stack ends with its first cause: `#012: file.c line 12 in H5X(): incorrect metadata checksum`. */
function deepestCause(complaints: string): string | undefined {
  return [...complaints.matchAll(/#\d{3}: [^\n]* in \w+\(\): ([^\n]*)/g)].at(-1)?.[1]?.replace(/: time = .*/, '');
}

/** Most of the library's complaints kept; a damaged file can cause thousands. */
const COMPLAINTS_LIMIT = 20_000;

/** Takes what the library writes to its standard error, instead of the console. */
function listen(fs: FileSystem): { text: string } {
  const complaints = { text: '' };
  const put_char = (_tty: object, code: number): void => {
    if (complaints.text.length < COMPLAINTS_LIMIT) complaints.text += String.fromCharCode(code);
  };
  fs.getStream(2).tty.ops = { put_char, fsync: () => undefined };
  return complaints;
}

/** The first instance is the module's own; each later one is the module evaluated again under another address. */
async function loadInstance(): Promise<Instance> {
  generation++;
  const library = generation === 1 ? h5wasm : await importAgain();
  const module = await library.ready;
  const fs = (module as unknown as { FS: FileSystem }).FS;
  return { library, fs, complaints: listen(fs) };
}

async function importAgain(): Promise<Library> {
  const { resolve } = import.meta as unknown as { resolve(specifier: string): string };
  return (await import(/* @vite-ignore */ `${resolve('h5wasm')}?instance=${generation}`)) as Library;
}
