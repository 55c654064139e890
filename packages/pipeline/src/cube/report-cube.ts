/** The report of one cube: a self-contained page in English or Spanish. The same records give the same bytes. */
import { type Detection, type PlumeSpectrum, substanceOf } from '@plumeline/core';
import { escapeHtml, formatArea, formatDecimal, formatInterval, formatMinute, formatNumber } from '../report-format.ts';
import { renderPage } from '../report-style.ts';
import type { Language } from '../report-words.ts';
import type { ProcessedCube } from './process-cube.ts';
import { cubeWords, sayPlumeCaveat } from './report-cube-words.ts';

type Words = ReturnType<typeof cubeWords>;

export function renderCubeReport(processed: ProcessedCube, language: Language): string {
  const say = cubeWords(language);
  const { recording, findings, cube } = processed;
  const { detections } = findings;
  const gas = substanceOf(recording.substance)?.names[language] ?? recording.substance;
  const key = detections.length === 0 ? 'foundNone' : detections.length === 1 ? 'foundOne' : 'foundMany';
  const headline = say(key, { count: detections.length, gas, name: recording.name });
  const { software } = recording.provenance;
  const body = [
    `<main class="sheet"><header class="top"><span><b>Plumeline</b></span><span>${escapeHtml(recording.id)}</span></header>`,
    `<h1>${escapeHtml(headline)}</h1>`,
    leadOf(processed, say),
    `<figure><figcaption>${escapeHtml(say('map'))}</figcaption>${mapOf(processed)}</figure>`,
    ...(detections.length > 0
      ? [
          tableOf(detections, say),
          ...detections.map((d, i) => plumeOf(d, i + 1, say, language)),
          thresholdsOf(detections[0]!, say),
        ]
      : []),
    ...(findings.nullResult === undefined ? [] : [searchedOf(processed, say)]),
    lookAlikesOf(processed, say),
    filesOf(processed, say),
    `<footer>${escapeHtml(say('method', { target: cube.target.name, software }))}</footer></main>`,
  ].join('\n');
  const banner = { word: say('exercise'), note: say('exerciseNote') };
  return renderPage(body, { title: headline, language, ...(recording.exercise && { banner }) });
}

function leadOf({ recording }: ProcessedCube, say: Words): string {
  const { lines, columns, bands, from_nm, to_nm, pixel_m, wind } = recording.imaging!;
  const cube = say('cube', {
    ...{ lines, columns, bands, from: Math.round(from_nm), to: Math.round(to_nm) },
    pixel: formatNumber(pixel_m, 2),
    at: formatMinute(recording.startAt),
  });
  const air =
    wind === undefined
      ? say('noWind')
      : say('wind', {
          from: Math.round(wind.from_deg),
          fromSd: Math.round(wind.fromSd_deg),
          speed: formatNumber(wind.speed_mps, 2),
          speedSd: formatNumber(wind.speedSd_mps, 2),
          height: formatNumber(wind.height_m, 2),
        });
  return `<p class="lead">${escapeHtml(cube)}</p><p>${escapeHtml(air)}</p>`;
}

/** Cells of the picture along its longer side, and steps of its colour. */
const PICTURE_CELLS = 140;
const INK = ['#f3f1ea', '#dfe3d4', '#b9cfc0', '#8cb8b3', '#5f9ba6', '#417b95', '#355a80', '#2b2f5f'];

/** Mean amounts as a picture with north as the cube has it, plumes outlined; a run of equal cells is one rectangle. */
function mapOf({ cube, maps, findings, recording }: ProcessedCube): string {
  const { lines, columns } = cube.header;
  const step = Math.max(1, Math.ceil(Math.max(lines, columns) / PICTURE_CELLS));
  const [rows, cells] = [Math.ceil(lines / step), Math.ceil(columns / step)];
  const high = Math.max(500, ...findings.detections.map(({ plume }) => plume!.peakColumn_ppmm / 2));
  const classOf = (row: number, cell: number): number => {
    let [sum, count] = [0, 0];
    for (let l = row * step; l < Math.min(lines, (row + 1) * step); l++)
      for (let c = cell * step; c < Math.min(columns, (cell + 1) * step); c++) {
        const value = maps.amount_ppmm[l * columns + c]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
    if (count === 0) return -1;
    return Math.min(INK.length - 1, Math.max(0, Math.floor((INK.length * sum) / count / high)));
  };
  const runs: string[] = [];
  for (let row = 0; row < rows; row++)
    for (let cell = 0; cell < cells; ) {
      const kind = classOf(row, cell);
      let end = cell + 1;
      while (end < cells && classOf(row, end) === kind) end++;
      if (kind > 0) runs.push(`<path d="M${cell} ${row}h${end - cell}v1h${cell - end}z" fill="${INK[kind]}"/>`);
      else if (kind < 0) runs.push(`<path d="M${cell} ${row}h${end - cell}v1h${cell - end}z" fill="#999"/>`);
      cell = end;
    }
  const label = findings.detections.map((_, i) => `${i + 1}`).join(', ');
  const edges = findings.detections.map(({ plume, peakPosition }, i) => {
    const at = toPicture(peakPosition.lon, peakPosition.lat);
    const rings = plume!.outline.coordinates
      .flat()
      .map((ring) => `M${ring.map(([lon, lat]) => toPicture(lon, lat).join(' ')).join('L')}z`);
    return `<path d="${rings.join('')}" fill="none" stroke="#9c1457" stroke-width="0.7"/><text x="${at[0]! + 3}" y="${at[1]! - 3}" font-size="6" fill="#9c1457" font-weight="700">${i + 1}</text>`;
  });
  return `<div class="map"><svg viewBox="0 0 ${cells} ${rows}" role="img" aria-label="${escapeHtml(`${recording.name} ${label}`)}" style="max-height:80vh;width:100%;background:${INK[0]}" shape-rendering="crispEdges">${runs.join('')}${edges.join('')}</svg></div>`;

  /** Picture coordinates by the corners' plane, good to a cell for any cube that is nearly a parallelogram. */
  function toPicture(lon: number, lat: number): number[] {
    const [a, b, , d] = recording.imaging!.corners as [Corner, Corner, Corner, Corner];
    const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], d[0] - a[0], d[1] - a[1]];
    const determinant = ux * vy - uy * vx;
    const [x, y] = [lon - a[0], lat - a[1]];
    return [((x * vy - y * vx) / determinant) * cells, ((y * ux - x * uy) / determinant) * rows].map((value) =>
      Number(value.toFixed(2)),
    );
  }
}

type Corner = readonly [number, number];

function tableOf(detections: readonly Detection[], say: Words): string {
  const heads = (['number', 'place', 'area', 'peak', 'rate', 'score', 'why'] as const).map(
    (key) => `<th scope="col">${escapeHtml(say(key))}</th>`,
  );
  const rows = detections.map(({ peakPosition, plume }, i) => {
    const { area_m2, peakColumn_ppmm, peakColumnSd_ppmm, rate_kgph, peakScore, startThreshold, spectrum } = plume!;
    const percent = (share: number | undefined) => (share === undefined ? '-' : `${Math.round(100 * share)} %`);
    const cells = [
      String(i + 1),
      formatDecimal(peakPosition),
      formatArea(area_m2),
      `${formatNumber(peakColumn_ppmm)} ± ${formatNumber(peakColumnSd_ppmm, 2)} ppm m`,
      rate_kgph === undefined ? say('noRate') : `${formatNumber(rate_kgph.p50)} kg/h (${formatInterval(rate_kgph)})`,
      `${formatNumber(peakScore)} (${formatNumber(startThreshold)})`,
      `${percent(spectrum?.fits[0]?.share)} / ${percent(spectrum?.fits[1]?.share)}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  return `<h2>${escapeHtml(say('plumes'))}</h2><div class="scroll" tabindex="0"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function plumeOf({ plume }: Detection, n: number, say: Words, language: Language): string {
  const { spectrum, caveats } = plume!;
  const list =
    caveats.length === 0
      ? ''
      : `<h3>${escapeHtml(say('caveats'))} (${n})</h3><ul class="plain">${caveats.map((caveat) => `<li>${escapeHtml(sayPlumeCaveat(caveat, language))}</li>`).join('')}</ul>`;
  return `${spectrum === undefined ? '' : spectrumOf(spectrum, n, say)}${list}`;
}

const LINES = ['#9c1457', '#417b95', '#8a6d1f', '#6b6b6b'];
const [PLOT_W, PLOT_H, PAD] = [640, 200, 4];

function spectrumOf(spectrum: PlumeSpectrum, n: number, say: Words): string {
  const { wavelength_nm: nm, contrast, fits } = spectrum;
  const all = [contrast, ...fits.map(({ fitted }) => fitted)].flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (at: number) => PAD + ((PLOT_W - 2 * PAD) * (at - nm[0]!)) / (nm.at(-1)! - nm[0]!);
  const y = (value: number) => PAD + ((PLOT_H - 2 * PAD) * (high - value)) / Math.max(high - low, 1e-12);
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${x(nm[i]!).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const curves = fits.map(
    ({ fitted }, i) =>
      `<polyline points="${line(fitted)}" fill="none" stroke="${LINES[i % LINES.length]}" stroke-width="${i === 0 ? 2 : 1.2}"${i === 0 ? '' : ' stroke-dasharray="5 3"'}/>`,
  );
  const legend = [
    [say('measured'), '#16202b'],
    ...fits.map(({ name, share }, i) => [`${name} ${Math.round(100 * share)} %`, LINES[i % LINES.length]!]),
  ];
  const keys = legend.map(
    ([text, ink]) =>
      `<li><svg width="18" height="4"><path d="M0 2h18" stroke="${ink}" stroke-width="3"/></svg>${escapeHtml(text!)}</li>`,
  );
  const title = say('spectrum', { n });
  const note = say('spectrumNote', {
    gasShare: Math.round(100 * (fits[0]?.share ?? 0)),
    rival: fits[1]?.name ?? '-',
    rivalShare: Math.round(100 * (fits[1]?.share ?? 0)),
  });
  return `<h3>${escapeHtml(title)}</h3><div class="plot"><svg viewBox="0 0 ${PLOT_W} ${PLOT_H}" role="img" aria-label="${escapeHtml(`${title}. ${note}`)}"><polyline points="${line(contrast)}" fill="none" stroke="#16202b" stroke-width="1.5"/>${curves.join('')}</svg></div><ul class="legend">${keys.join('')}</ul><p class="soft">${escapeHtml(`${nm[0]} – ${nm.at(-1)} nm. ${note}`)}</p>`;
}

function thresholdsOf({ plume }: Detection, say: Words): string {
  const numbers = { start: formatNumber(plume!.startThreshold), grow: formatNumber(plume!.growThreshold) };
  return `<h2>${escapeHtml(say('thresholds'))}</h2><p>${escapeHtml(say('thresholdNote', numbers))}</p>`;
}

function searchedOf({ findings, recording }: ProcessedCube, say: Words): string {
  const { searched } = findings.nullResult!;
  const { lines, columns, pixel_m, wind } = recording.imaging!;
  const scene_m2 = lines * columns * pixel_m * pixel_m;
  const rows = searched.map(({ rate_kgph, region }) => {
    const percent = `${Math.min(100, Math.round((100 * ringArea_m2(region.coordinates.map(([ring]) => ring!))) / scene_m2))} %`;
    return `<li>${escapeHtml(say('searchedRow', { rate: formatNumber(rate_kgph), percent }))}</li>`;
  });
  const note = wind === undefined ? say('searchedNone') : say('searchedNote');
  return `<h2>${escapeHtml(say('searched'))}</h2><ul class="plain">${rows.join('')}</ul><p class="soft">${escapeHtml(note)}</p>`;
}

/** Area of small rings in degrees [m2]: planar about their own latitude. */
function ringArea_m2(rings: readonly (readonly (readonly [number, number])[])[]): number {
  const METRES_PER_DEGREE = 111_195;
  return rings.reduce((total, ring) => {
    let sum = 0;
    for (let i = 1; i < ring.length; i++) {
      const [[x0, y0], [x1, y1], [xo, yo]] = [ring[i - 1]!, ring[i]!, ring[0]!];
      sum += (x0 - xo) * (y1 - yo) - (x1 - xo) * (y0 - yo);
    }
    return total + (Math.abs(sum) / 2) * METRES_PER_DEGREE ** 2 * Math.cos((ring[0]![1] * Math.PI) / 180);
  }, 0);
}

function lookAlikesOf({ findings }: ProcessedCube, say: Words): string {
  if (findings.lookAlikes.length === 0) return '';
  const rows = findings.lookAlikes.map(
    ({ at, rival, pixelCount }) =>
      `<li>${escapeHtml(say('lookAlike', { pixels: pixelCount, place: formatDecimal(at), rival }))}</li>`,
  );
  return `<h2>${escapeHtml(say('lookAlikes'))}</h2><ul class="plain">${rows.join('')}</ul>`;
}

function filesOf({ recording }: ProcessedCube, say: Words): string {
  const rows = recording.files.map(({ name, digest }) => `<li>${escapeHtml(name)} <code>${digest}</code></li>`);
  const excluded = recording.excluded.map(({ count, reason }) => `<li>${count}: ${escapeHtml(reason)}</li>`);
  const aside =
    excluded.length === 0 ? '' : `<h2>${escapeHtml(say('excluded'))}</h2><ul class="plain">${excluded.join('')}</ul>`;
  return `${aside}<h2>${escapeHtml(say('files'))}</h2><ul class="plain">${rows.join('')}</ul>`;
}
