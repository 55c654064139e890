/**
 * What a person asks of one estimate: legs set aside, other air, the next leg. Shared by the panel, the map and the
 * series; a store outside React, as the hover is, because the three are apart. Nothing here is kept until a person says so.
 */
import type { PassWord, SourceEstimate } from '@plumeline/core';
import { useSyncExternalStore } from 'react';
import type { NextLegs, Relocated, RelocationWish } from './api.ts';

export interface Inquiry {
  readonly estimate: SourceEstimate | undefined;
  /** Reasons by leg number. */
  readonly aside: ReadonlyMap<number, string>;
  /** With the legs of `aside` left out. */
  readonly answer: Relocated | undefined;
  /** Leg under the pointer or the keyboard. */
  readonly leg: number | undefined;
  /** Answers by key: `air:<n>` for other air, `leg:<n>` for a leg left out. */
  readonly trials: ReadonlyMap<string, Relocated>;
  readonly trial: string | undefined;
  readonly proposals: NextLegs | undefined;
  readonly proposal: number | undefined;
  readonly verdicts: ReadonlyMap<number, 'accepted' | 'ignored'>;
}

const NOTHING: Inquiry = {
  estimate: undefined,
  aside: new Map(),
  answer: undefined,
  leg: undefined,
  trials: new Map(),
  trial: undefined,
  proposals: undefined,
  proposal: undefined,
  verdicts: new Map(),
};

let current = NOTHING;
const listeners = new Set<() => void>();

/** Starts anew for another estimate; the same one keeps what was asked. */
export function openInquiry(estimate: SourceEstimate): void {
  if (current.estimate?.id === estimate.id) return;
  current = { ...NOTHING, estimate, aside: asideOf(estimate.passes) };
  tell();
}

export function changeInquiry(change: Partial<Inquiry>): void {
  const isSame = Object.entries(change).every(([key, value]) => current[key as keyof Inquiry] === value);
  if (isSame) return;
  current = { ...current, ...change };
  tell();
}

export function readInquiry(): Inquiry {
  return current;
}

export function useInquiry(): Inquiry {
  return useSyncExternalStore(watch, readInquiry);
}

/** The inquiry when it is about this estimate. */
export function useInquiryOf(id: string | undefined): Inquiry | undefined {
  const inquiry = useInquiry();
  return id !== undefined && inquiry.estimate?.id === id ? inquiry : undefined;
}

/** Reasons of the legs that an estimate was already made without. */
export function asideOf(passes: readonly PassWord[] = []): ReadonlyMap<number, string> {
  return new Map(passes.flatMap(({ index, setAside }) => (setAside === undefined ? [] : [[index, setAside] as const])));
}

export function wishOf(aside: ReadonlyMap<number, string>): NonNullable<RelocationWish['setAside']> {
  return [...aside].sort(([a], [b]) => a - b).map(([index, reason]) => ({ index, reason }));
}

/** Whether the legs set aside are still those that the estimate was made without. */
export function isUnchanged({ estimate, aside }: Inquiry): boolean {
  const before = asideOf(estimate?.passes);
  return before.size === aside.size && [...aside.keys()].every((index) => before.has(index));
}

/** The source of an answer that stands for the one asked about. */
export function sourceOf(answer: Relocated | undefined): SourceEstimate | undefined {
  return answer?.sources.find(({ id }) => id === answer.nearestId);
}

/** What the map shows as the finding: the answer where there is one, else the estimate. */
export function shownSource(inquiry: Inquiry | undefined): SourceEstimate | undefined {
  return inquiry?.answer === undefined ? inquiry?.estimate : sourceOf(inquiry.answer);
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
