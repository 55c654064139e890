/** `plumeline locate`: read, judge, answer. Nothing is kept; Ctrl-C ends it at once, since nothing is half done. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { formatGeoJson } from '@plumeline/formats';
import {
  type DetectedRecording,
  detect,
  locate,
  locateTogether,
  nextLegs,
  seenMapOf,
  sensitivityOf,
  type TogetherOptions,
  toSeenFeatures,
} from '@plumeline/pipeline';
import { inputError } from './explain.ts';
import { answerOf, type Finding } from './locate-answer.ts';
import { type Asked, readLocateInput } from './locate-input.ts';
import type { LocateCommandOptions } from './locate-options.ts';
import { formatAnswer } from './locate-text.ts';
import { ProgressLine } from './progress-line.ts';
import { softwareVersion } from './software.ts';

/** @throws InputError with every fault of the input. */
export async function locateCommand(paths: readonly string[], options: LocateCommandOptions): Promise<void> {
  const progress = new ProgressLine(process.stderr);
  try {
    const software = softwareVersion();
    progress.show({ stage: 'read', fraction: 0 });
    const { recordings, asked } = readLocateInput(paths, options, software);
    const detected = recordings.map((ingested) => ({ ingested, detections: detect(ingested) }));
    const groups = asked.together ? [detected] : detected.map((one) => [one]);
    const findings: Finding[] = [];
    for (const group of groups) {
      const detail = group.map(({ ingested }) => ingested.recording.name).join(', ');
      findings.push(
        await findingOf(group, asked, {
          software,
          map: options.detectionMap,
          report: ({ stage, fraction }) =>
            progress.show({ stage, fraction: (findings.length + Math.min(fraction, 0.999)) / groups.length, detail }),
        }),
      );
    }
    progress.clear();
    const answer = answerOf(detected, findings, asked, software);
    process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : formatAnswer(answer, options.detectionMap));
  } finally {
    progress.clear();
  }
}

type Work = Pick<TogetherOptions, 'software'> & {
  readonly report: NonNullable<TogetherOptions['report']>;
  readonly map: string | undefined;
};

/** Shares of the progress line: the sensitivity is six more runs of the same. */
const SENSITIVITY_RUNS = 6;

async function findingOf(group: readonly DetectedRecording[], asked: Asked, work: Work): Promise<Finding> {
  const { software, map, report } = work;
  const [first] = group;
  if (group.length === 1 && first!.ingested.series.instrument !== undefined) {
    const { sources, nullResult } = await locate(first!.ingested, first!.detections, { software, report });
    return { group, sources, nullResults: nullResult === undefined ? [] : [nullResult] };
  }
  const runs = asked.sensitivity ? 1 + SENSITIVITY_RUNS : 1;
  const options: TogetherOptions = {
    software,
    known: asked.known,
    setAside: asked.setAside.flatMap(({ flight, pass, reason }) => {
      const of = group.find(({ ingested }) => flight === undefined || ingested.recording.name === flight);
      return of === undefined ? [] : [{ index: pass, reason, recordingId: of.ingested.recording.id }];
    }),
    ...(asked.isHeightUnknown === true ? { isHeightUnknown: true } : {}),
    ...(asked.whatIf === undefined ? {} : { whatIf: asked.whatIf }),
  };
  const at = (from: number, part: number) => (step: Parameters<Work['report']>[0]) =>
    report({ ...step, fraction: from + part * step.fraction });
  const located = locateTogether(group, { ...options, report: at(0, 1 / runs) });
  const { scene, sources, nullResults } = located;
  const isRerun = asked.sensitivity && sources.length > 0;
  const sensitivity = isRerun
    ? sensitivityOf(group, located, { ...options, report: at(1 / runs, 1 - 1 / runs) })
    : undefined;
  const legs = asked.nextLeg === undefined ? undefined : rankedLegs();
  if (map !== undefined) {
    const exercise = group.some(({ ingested }) => ingested.recording.exercise);
    writeWhole(map, formatGeoJson(toSeenFeatures(seenMapOf(scene), scene, exercise)));
  }
  return {
    ...{ group, sources, nullResults },
    ...(sensitivity === undefined ? {} : { sensitivity }),
    ...(legs === undefined ? {} : { nextLegs: legs }),
  };

  function rankedLegs() {
    try {
      return nextLegs(scene, { seed: asked.seed, ...asked.nextLeg });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw inputError('no-leg-fits', error.message, 'Give a larger --area, or ask without --next-leg.');
    }
  }
}

/** The whole file or none. @throws InputError where it cannot be written. */
function writeWhole(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError(
      'map-unwritable',
      `The map cannot be written: ${reason}.`,
      'Choose another --detection-map.',
      path,
    );
  }
}
