import type { SampleColumns } from './sample-text.ts';
import type { SampleAnswer, SampleTask } from './sample-worker.ts';

/** Has samples written as text in a worker and hands on the text's address; only the last ones asked for count. */
export class SampleWriter {
  readonly #worker = new Worker(new URL('./sample-worker.ts', import.meta.url), { type: 'module' });
  #task = 0;
  #address = '';

  constructor(onWritten: (address: string) => void) {
    this.#worker.onmessage = ({ data: { id, text } }: MessageEvent<SampleAnswer>) => {
      if (id !== this.#task) return;
      URL.revokeObjectURL(this.#address);
      this.#address = URL.createObjectURL(text);
      onWritten(this.#address);
    };
  }

  /** The columns are handed over: their arrays are empty afterwards. */
  write(columns: SampleColumns): void {
    this.#task += 1;
    const task: SampleTask = { id: this.#task, columns };
    const { lon, lat, c } = columns;
    this.#worker.postMessage(task, [lon.buffer, lat.buffer, c.buffer] as Transferable[]);
  }

  /** An answer still under way is for samples that are gone. */
  forget(): void {
    this.#task += 1;
  }

  end(): void {
    this.#worker.terminate();
    URL.revokeObjectURL(this.#address);
  }
}
