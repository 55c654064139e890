import type { en } from './en.ts';

/** The shape of a table of words: the English keys with any text. */
export type Words = Texts<typeof en>;
type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };
