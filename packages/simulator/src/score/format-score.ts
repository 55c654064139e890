/** A score as a text table for a terminal or a file. */
import type { ExerciseScore, Share, SourceScore } from './score-exercise.ts';

export function formatScore(score: ExerciseScore): string {
  const { positionError_m: error, rateFactor: factor } = score;
  const lines: [string, string][] = [
    ['Found', show(score.found)],
    ['  of the detectable', show(score.foundDetectable)],
    ['  clandestine', show(score.foundClandestine)],
    ['  lawful', show(score.foundLawful)],
    ['Missed', `${score.missed} (${score.missedDetectable} detectable)`],
    ...(score.off > 0 ? [['Off when flown past', `${score.off}, neither found nor missed`] as [string, string]] : []),
    [
      'False',
      `${show(score.falseEstimates)} estimates${score.duplicates > 0 ? `, and ${score.duplicates} second estimates of a source already found` : ''}`,
    ],
    [
      'Position error',
      error === undefined ? '-' : `median ${metres(error.median)}, p90 ${metres(error.p90)} (n = ${error.of})`,
    ],
    [
      'Rate, estimated / true',
      factor === undefined
        ? '-'
        : `median ${factor.median.toFixed(2)}, p10-p90 ${factor.p10.toFixed(2)}-${factor.p90.toFixed(2)}`,
    ],
    ...(factor === undefined
      ? []
      : [['  within x2, x3', `${show(factor.within2)}, ${show(factor.within3)}`] as [string, string]]),
    ...recognition('Lawful taken for lawful', score.lawfulRecognised),
    ...recognition('Clandestine taken for such', score.clandestineRecognised),
    ['50 % region holds source', show(score.region50Holds)],
    ['90 % region holds source', show(score.region90Holds)],
    ['90 % rate interval holds', show(score.rate90Holds)],
  ];
  return [
    `${score.marking}  ${score.name}  (${score.substance})`,
    '',
    ...lines.map(([label, value]) => `${label.padEnd(28)}${value}`),
    '',
    ['source', 'kind', 'detectable', 'true kg/h', 'found kg/h', 'error', 'in 50/90', 'rate in 90'].map(pad).join(''),
    ...score.sources.map((source) => sourceRow(source).map(pad).join('').trimEnd()),
    '',
    `An estimate belongs to a source within ${score.matchingDistance_m} m of it, by the best assignment of all.`,
    `Detectable: ${score.detectabilityRule}.`,
    '',
  ].join('\n');
}

/** A row about what estimates were taken for; none when nothing was said of any. */
function recognition(label: string, share: Share): [string, string][] {
  return share.of === 0 ? [] : [[label, show(share)]];
}

const WIDTHS = [8, 19, 12, 11, 12, 9, 11, 11];
const pad = (text: string, column: number) => text.padEnd(WIDTHS[column]);

function sourceRow({ sourceId, kind, isDetectable, isOff, rate_kgph, match }: SourceScore): string[] {
  const known = [sourceId, kind, yesNo(isDetectable), rate_kgph.toFixed(1)];
  if (match === undefined) return [...known, isOff ? 'off' : isDetectable ? 'missed' : '-'];
  const regions = `${yesNo(match.isInRegion50)}/${yesNo(match.isInRegion90)}`;
  return [...known, match.estimatedRate_kgph.toFixed(1), metres(match.distance_m), regions, yesNo(match.isRateIn90)];
}

const yesNo = (is: boolean) => (is ? 'yes' : 'no');
const metres = (value: number) => `${Math.round(value)} m`;
const show = ({ count, of }: Share) =>
  of === 0 ? `${count} of 0` : `${count} of ${of} (${Math.round((100 * count) / of)} %)`;
