/** Every word of the report in both languages, one row each, so that a missing translation cannot compile. */

import { formatNumber } from './report-format.ts';

export type Language = 'en' | 'es';
export const LANGUAGES: readonly Language[] = ['en', 'es'];

type Row = Readonly<Record<Language, string>>;
export type Params = Readonly<Record<string, string | number>>;
export type Say = (key: WordKey, params?: Params) => string;
export type WordKey = keyof typeof WORDS;

/** Sentences by key; `{name}` is filled from the parameters. */
export function wordsIn(language: Language): Say {
  return (key, params = {}) => fill(WORDS[key][language], params);
}

/** Plain words for a caveat; an unknown code is shown as it is, with its numbers, rather than left out. */
export function sayCaveat(language: Language, code: string, params: Params): string {
  const row = (CAVEATS as Readonly<Record<string, Row>>)[code];
  if (row !== undefined) return fill(row[language], params);
  const details = Object.entries(params).map(([key, value]) => `${key} ${value}`);
  return details.length === 0 ? code : `${code} (${details.join(', ')})`;
}

function fill(sentence: string, params: Params): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => (key in params ? shown(params[key]!) : whole));
}

function shown(value: string | number): string {
  return typeof value === 'number' && !Number.isInteger(value) ? formatNumber(value) : String(value);
}

const WORDS = {
  report: { en: 'Source report', es: 'Informe de fuente' },
  exercise: { en: 'EXERCISE', es: 'EJERCICIO' },
  exerciseNote: {
    en: 'Training data. Nothing in this report is real.',
    es: 'Datos de adiestramiento. Nada de este informe es real.',
  },
  foundOne: { en: '{Substance} source located', es: 'Fuente de {substance} localizada' },
  foundMany: { en: '{count} {substance} sources located', es: '{count} fuentes de {substance} localizadas' },
  foundNone: { en: 'No {substance} source found', es: 'No se encontró ninguna fuente de {substance}' },
  leadFound: {
    en: 'The source lies with 90 % probability within the outlined {area}, most likely near {position}. It emitted {rate} kg/h ({interval}, 90 %).',
    es: 'La fuente está con 90 % de probabilidad dentro de los {area} delimitados, lo más probable cerca de {position}. Emitía {rate} kg/h ({interval}, 90 %).',
  },
  leadNoneLimit: {
    en: 'The measurements were searched and show no source. One of {rate} kg/h would have been seen with 90 % probability at the median place of the searched area.',
    es: 'Se examinaron las mediciones y no muestran ninguna fuente. Una de {rate} kg/h se habría visto con 90 % de probabilidad en el lugar mediano del área examinada.',
  },
  leadNone: {
    en: 'The measurements were searched and show no source. How large a source could have been missed is not known for this recording.',
    es: 'Se examinaron las mediciones y no muestran ninguna fuente. No se sabe, para esta grabación, qué tamaño de fuente pudo pasar inadvertida.',
  },
  leadMany: {
    en: '{found} of {total} recordings show a source.',
    es: '{found} de {total} grabaciones muestran una fuente.',
  },
  rate: { en: 'Emission rate', es: 'Tasa de emisión' },
  position: { en: 'Position', es: 'Posición' },
  localPosition: { en: 'Position in the local frame', es: 'Posición en el marco local' },
  area50: { en: '50 % region', es: 'Región del 50 %' },
  area90: { en: '90 % region', es: 'Región del 90 %' },
  evidence: { en: 'Evidence', es: 'Evidencia' },
  evidenceNote: {
    en: 'ln Bayes factor of a source against none',
    es: 'ln del factor de Bayes de una fuente frente a ninguna',
  },
  observed: { en: 'Observed', es: 'Observado' },
  wind: { en: 'Wind', es: 'Viento' },
  windFrom: { en: 'from {from}\u00b0, {speed} m/s', es: 'de {from}\u00b0, {speed} m/s' },
  upperLimit: { en: 'Would have been seen', es: 'Se habría visto' },
  upperLimitNote: { en: 'with 90 % probability', es: 'con 90 % de probabilidad' },
  source: { en: 'Source {n}', es: 'Fuente {n}' },
  site: { en: 'Site', es: 'Sitio' },
  sites: { en: 'Sites', es: 'Sitios' },
  openHypotheses: {
    en: 'Open explanations: {list}. None has been ruled out.',
    es: 'Explicaciones abiertas: {list}. Ninguna se ha descartado.',
  },
  clandestine: { en: 'clandestine site', es: 'sitio clandestino' },
  'lawful-facility': { en: 'lawful facility', es: 'instalación lícita' },
  natural: { en: 'natural source', es: 'fuente natural' },
  'sensor-fault': { en: 'sensor fault', es: 'falla del sensor' },
  truthTitle: { en: 'Against the known position', es: 'Frente a la posición conocida' },
  truthInside: {
    en: 'The known position is inside the {percent} % region.',
    es: 'La posición conocida está dentro de la región del {percent} %.',
  },
  truthOutside: {
    en: 'The known position is outside the {percent} % region.',
    es: 'La posición conocida está fuera de la región del {percent} %.',
  },
  truthDistance: {
    en: 'The estimate is {distance} from it: {across} across the wind and {along} along it ({side}).',
    es: 'La estimación está a {distance} de ella: {across} a través del viento y {along} a lo largo ({side}).',
  },
  truthDistanceOnly: { en: 'The estimate is {distance} from it.', es: 'La estimación está a {distance} de ella.' },
  truthNone: {
    en: 'No source was found, so there is nothing to compare with the known position.',
    es: 'No se encontró ninguna fuente, así que no hay nada que comparar con la posición conocida.',
  },
  downwind: { en: 'downwind of it', es: 'a sotavento de ella' },
  upwind: { en: 'upwind of it', es: 'a barlovento de ella' },
  knownPosition: { en: 'known position', es: 'posición conocida' },
  bestPosition: { en: 'estimate', es: 'estimación' },
  map: { en: 'Map', es: 'Mapa' },
  mapDetail: { en: 'Detail of the source', es: 'Detalle de la fuente' },
  mapOverview: { en: 'Whole track', es: 'Trayectoria completa' },
  mapInstruments: { en: 'Instruments', es: 'Instrumentos' },
  mapAlt: {
    en: 'Map of the {what}. {finding}',
    es: 'Mapa de {what}. {finding}',
  },
  mapWhatTrack: { en: 'track coloured by concentration', es: 'la trayectoria coloreada por concentración' },
  mapWhatInstruments: {
    en: 'instruments coloured by highest concentration',
    es: 'los instrumentos coloreados por la concentración más alta',
  },
  north: { en: 'N', es: 'N' },
  west: { en: 'W', es: 'O' },
  legendMeasured: { en: 'Measured', es: 'Medido' },
  legendEnhancement: { en: 'Largest over background', es: 'Máximo sobre el fondo' },
  legendPosterior: { en: 'Probability of position', es: 'Probabilidad de la posición' },
  legendRegions: { en: 'Regions: 50 % inside, 90 % outside', es: 'Regiones: 50 % adentro, 90 % afuera' },
  legendSearched: {
    en: 'A source of {rate} kg/h here would have been seen',
    es: 'Aquí se habría visto una fuente de {rate} kg/h',
  },
  legendWind: { en: 'Wind, where the air goes', es: 'Viento, hacia donde va el aire' },
  series: { en: 'Concentration', es: 'Concentración' },
  seriesAlt: {
    en: '{substance} in ppm over time, from {low} to {high} ppm, with background, model and {count} detections.',
    es: '{substance} en ppm en el tiempo, de {low} a {high} ppm, con fondo, modelo y {count} detecciones.',
  },
  measured: { en: 'measured', es: 'medido' },
  background: { en: 'fitted background', es: 'fondo ajustado' },
  model: { en: 'model', es: 'modelo' },
  detection: { en: 'detection', es: 'detección' },
  instrumentsShown: {
    en: 'The {shown} of {total} instruments with the largest enhancement.',
    es: 'Los {shown} de {total} instrumentos con el mayor incremento.',
  },
  detections: { en: 'Detections', es: 'Detecciones' },
  detectionsNone: {
    en: 'No exceedance over the fitted background.',
    es: 'Ningún exceso sobre el fondo ajustado.',
  },
  detectionsShown: {
    en: 'The {shown} strongest of {total}; all are in records.json.',
    es: 'Las {shown} más fuertes de {total}; todas están en records.json.',
  },
  time: { en: 'Time', es: 'Hora' },
  instrument: { en: 'Instrument', es: 'Instrumento' },
  peak: { en: 'Peak enhancement', es: 'Incremento máximo' },
  signalToNoise: { en: 'Signal to noise', es: 'Señal a ruido' },
  samples: { en: 'Samples', es: 'Muestras' },
  where: { en: 'Peak at', es: 'Máximo en' },
  caveats: { en: 'What to keep in mind', es: 'Qué tener en cuenta' },
  caveatsNone: { en: 'None noted.', es: 'Ninguna.' },
  passes: { en: 'What each pass says', es: 'Qué dice cada pasada' },
  passesNote: {
    en: 'ln of the odds with the pass over those without it: above 0 speaks for the source, below 0 against it. A pass is a leg, or 90 s of one.',
    es: 'ln de la razón de probabilidades con la pasada frente a sin ella: sobre 0 habla a favor de la fuente, bajo 0 en contra. Una pasada es un tramo, o 90 s de él.',
  },
  pass: { en: 'Pass', es: 'Pasada' },
  passSays: { en: 'Says', es: 'Dice' },
  passFor: { en: 'for it', es: 'a favor' },
  passAgainst: { en: 'against it', es: 'en contra' },
  passLittle: { en: 'little', es: 'poco' },
  passSetAside: { en: 'not used: {reason}', es: 'no usada: {reason}' },
  passExpected: { en: 'Plume expected', es: 'Pluma esperada' },
  passExpectedAt: {
    en: '{time}, {peak} ppm, {range} from the source',
    es: '{time}, {peak} ppm, a {range} de la fuente',
  },
  passOutOfReach: { en: 'not crossed', es: 'no la cruza' },
  exclusions: { en: 'Samples set aside', es: 'Muestras apartadas' },
  exclusionsNone: { en: 'None: all {count} samples were used.', es: 'Ninguna: se usaron las {count} muestras.' },
  reason: { en: 'Reason', es: 'Razón' },
  count: { en: 'Count', es: 'Cantidad' },
  file: { en: 'File', es: 'Archivo' },
  rows: { en: 'Rows', es: 'Filas' },
  restsOn: { en: 'What this rests on', es: 'En qué se apoya' },
  bytes: { en: 'Bytes', es: 'Bytes' },
  profile: { en: 'Sensor profile', es: 'Perfil del sensor' },
  software: { en: 'Software', es: 'Programa' },
  seed: { en: 'Seed', es: 'Semilla' },
  seedNone: { en: 'none: no random step', es: 'ninguna: sin pasos aleatorios' },
  settings: { en: 'Settings', es: 'Ajustes' },
  record: { en: 'Record', es: 'Registro' },
  reproduce: {
    en: 'The same files, profile and version give the same result. `plumeline trace {id}` shows the chain of records.',
    es: 'Los mismos archivos, perfil y versión dan el mismo resultado. `plumeline trace {id}` muestra la cadena de registros.',
  },
  method: { en: 'Method', es: 'Método' },
  methodText: {
    en: 'A background is fitted to the measurements and samples well above it are marked as detections. Every place in the search area is then tried as the source: a dispersion model carries its gas down the measured wind to each sample, and the probability of the place and of the rate follows from how well that explains all samples, those without gas included. Uncertain wind direction, spread and background are averaged over, not fixed. The regions are the smallest that hold 50 % and 90 % of the probability. A source is reported only when the evidence for it (the Bayes factor against no source) passes a fixed threshold.',
    es: 'Se ajusta un fondo a las mediciones y las muestras muy por encima se marcan como detecciones. Después se prueba cada lugar del área de búsqueda como fuente: un modelo de dispersión lleva su gas con el viento medido hasta cada muestra, y la probabilidad del lugar y de la tasa resulta de lo bien que eso explica todas las muestras, incluidas las que no tienen gas. La dirección del viento, la dispersión y el fondo son inciertos y se promedian, no se fijan. Las regiones son las más pequeñas que contienen el 50 % y el 90 % de la probabilidad. Solo se informa de una fuente cuando la evidencia (el factor de Bayes frente a ninguna fuente) supera un umbral fijo.',
  },
  purpose: {
    en: 'This report names a place and a substance and how sure that is. It asks for no action.',
    es: 'Este informe nombra un lugar y una sustancia y con qué certeza. No pide ninguna acción.',
  },
  recordings: { en: 'Recordings', es: 'Grabaciones' },
  recording: { en: 'Recording', es: 'Grabación' },
  finding: { en: 'Finding', es: 'Hallazgo' },
  nothing: { en: 'nothing found', es: 'nada encontrado' },
  wouldHaveSeen: {
    en: 'nothing found; {rate} kg/h would have been seen',
    es: 'nada encontrado; se habrían visto {rate} kg/h',
  },
  open: { en: 'Open the report of {name}', es: 'Abrir el informe de {name}' },
  to: { en: 'to', es: 'a' },
} as const satisfies Readonly<Record<string, Row>>;

/** Caveat codes of the locate stage. */
const CAVEATS = {
  'lag-found': {
    en: 'Readings come {lag_s} s (± {half90_s} s, 90 %) after their air, as {runs} runs there and back show; that was taken off.',
    es: 'Las lecturas llegan {lag_s} s (± {half90_s} s, 90 %) después de su aire, según {runs} pasadas de ida y vuelta; se descontó.',
  },
  'clock-offset-found': {
    en: 'The clock of the gas is off against that of the position by {lag_s} s (± {half90_s} s, 90 %), as {runs} runs there and back show; that was taken off.',
    es: 'El reloj del gas difiere del de la posición en {lag_s} s (± {half90_s} s, 90 %), según {runs} pasadas de ida y vuelta; se descontó.',
  },
  'lag-disagrees': {
    en: 'A lag of {stated_s} s is stated, but runs there and back show {found_s} s (± {half90_s} s, 90 %). The stated one was used; positions across the wind depend on it.',
    es: 'Se declara un retardo de {stated_s} s, pero las pasadas de ida y vuelta muestran {found_s} s (± {half90_s} s, 90 %). Se usó el declarado; de él dependen las posiciones a través del viento.',
  },
  'lag-not-found': {
    en: 'The legs do not tell how late the readings come ({reason}); {used_s} s were taken off.',
    es: 'Las pasadas no permiten saber cuánto tardan las lecturas ({reason}); se descontaron {used_s} s.',
  },
  'response-undone': {
    en: 'The response time of the instrument ({response_s} s) was undone; its noise is {noiseFactor} times larger for that.',
    es: 'Se corrigió el tiempo de respuesta del instrumento ({response_s} s); por ello su ruido es {noiseFactor} veces mayor.',
  },
  'response-kept': {
    en: 'The response time of the instrument ({response_s} s) could not be undone ({reason}): plumes look wider than they are, and it was counted as lag.',
    es: 'No se pudo corregir el tiempo de respuesta del instrumento ({response_s} s; {reason}): las plumas parecen más anchas de lo que son, y se contó como retardo.',
  },
  dropouts: {
    en: 'The record has {count} holes, {lost_s} s in all ({percent} % of the time); what passed then was not seen.',
    es: 'El registro tiene {count} huecos, {lost_s} s en total ({percent} % del tiempo); lo que pasó entonces no se vio.',
  },
  'ceiling-suspected': {
    en: 'The instrument seems to stop at {ceiling_ppm} ppm ({count} readings in {file}); those readings say "at least".',
    es: 'El instrumento parece detenerse en {ceiling_ppm} ppm ({count} lecturas en {file}); esas lecturas significan «al menos».',
  },
  'zeros-repeated': {
    en: '{count} readings of {file} in a row are exactly zero: clean air below the resolution, or an instrument that did not measure.',
    es: '{count} lecturas seguidas de {file} son exactamente cero: aire limpio por debajo de la resolución, o un instrumento que no medía.',
  },
  'sensor-stuck-suspected': {
    en: 'From row {row} of {file} on the sensor gave {value_ppm} ppm {count} times, longer than it usually repeats itself; it may have been stuck.',
    es: 'Desde la fila {row} de {file} el sensor dio {value_ppm} ppm {count} veces, más de lo que suele repetirse; pudo estar atascado.',
  },
  'baseline-negative': {
    en: 'Half of the readings of {file} lie below {median_ppm} ppm: the zero of the instrument has drifted. Only differences from the background were used.',
    es: 'La mitad de las lecturas de {file} están por debajo de {median_ppm} ppm: el cero del instrumento se ha desplazado. Solo se usaron diferencias con el fondo.',
  },
  'wind-single-value': {
    en: 'One wind direction (from {fromDeg}°) stands for the whole recording. Where the wind turned, the true region is wider.',
    es: 'Una sola dirección del viento (de {fromDeg}°) vale para toda la grabación. Donde el viento giró, la región verdadera es más ancha.',
  },
  'turbulence-assumed': {
    en: 'Turbulence was not measured; typical values were taken (across the wind {sigmaV_mps} m/s, vertical {sigmaW_mps} m/s). The distance along the wind and the rate depend on them.',
    es: 'La turbulencia no se midió; se tomaron valores típicos (a través del viento {sigmaV_mps} m/s, vertical {sigmaW_mps} m/s). De ellos dependen la distancia a lo largo del viento y la tasa.',
  },
  'search-area-assumed': {
    en: 'No search area was given; places around and upwind of the track were searched.',
    es: 'No se dio un área de búsqueda; se examinaron lugares alrededor y a barlovento de la trayectoria.',
  },
  'source-may-be-outside-search-area': {
    en: 'Probability reaches the edge of the search area (a share of {probability}); the source may lie outside it.',
    es: 'La probabilidad llega al borde del área de búsqueda (una parte de {probability}); la fuente puede estar fuera.',
  },
  'light-wind': {
    en: 'In a share of {share} of the time the wind was light; light wind wanders, and the plume model is weak there.',
    es: 'En una parte de {share} del tiempo el viento fue débil; el viento débil divaga y ahí el modelo de pluma vale poco.',
  },
  'source-height-assumed': {
    en: 'The height of the source is not known; {height_m} m above ground was taken.',
    es: 'No se conoce la altura de la fuente; se tomaron {height_m} m sobre el terreno.',
  },
  'source-height-inferred': {
    en: 'The height of the source was not stated; {height_m} m above ground fits best, with a probability of {probability}.',
    es: 'No se indicó la altura de la fuente; {height_m} m sobre el terreno se ajustan mejor, con una probabilidad de {probability}.',
  },
  'sources-not-separated': {
    en: 'The data do not separate this source from another one nearby: there may be one source or two.',
    es: 'Los datos no separan esta fuente de otra cercana: puede haber una fuente o dos.',
  },
  'region-along-wind': {
    en: 'The region is {ratio} times as long along the wind as across it: the direction is well known, the distance rests on how far the plume has spread.',
    es: 'La región es {ratio} veces más larga a lo largo del viento que a través: la dirección se conoce bien, la distancia depende de cuánto se ha ensanchado la pluma.',
  },
} as const satisfies Readonly<Record<string, Row>>;
