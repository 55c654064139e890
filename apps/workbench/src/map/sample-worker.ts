/** Writes samples as text away from the page, which would stand still for a second over 100,000 of them. */
import { type SampleColumns, sampleText } from './sample-text.ts';

export interface SampleTask {
  readonly id: number;
  readonly columns: SampleColumns;
}

export interface SampleAnswer {
  readonly id: number;
  readonly text: Blob;
}

const here = globalThis as unknown as {
  onmessage: (event: MessageEvent<SampleTask>) => void;
  postMessage: (answer: SampleAnswer) => void;
};

here.onmessage = ({ data: { id, columns } }) => {
  here.postMessage({ id, text: new Blob([sampleText(columns)], { type: 'application/geo+json' }) });
};
