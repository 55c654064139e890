/** What a cube's report says, in both languages. `{name}` is filled in. */
import type { Caveat } from '@plumeline/core';
import type { Language } from '../report-words.ts';

const EN = {
  exercise: 'EXERCISE – EJERCICIO',
  exerciseNote: 'Training data. Never real, never to be released.',
  foundMany: '{count} plumes of {gas} in {name}',
  foundOne: 'One plume of {gas} in {name}',
  foundNone: 'No plume of {gas} in {name}',
  cube: '{lines} × {columns} pixels of {pixel} m, {bands} bands from {from} to {to} nm, flown {at} UTC.',
  wind: 'Wind as stated: from {from}° ± {fromSd}° at {speed} ± {speedSd} m/s, {height} m above ground.',
  noWind: 'Nobody stated a wind: there are plumes and amounts, but no rates and no source points.',
  map: 'Amount of gas [ppm m], with the edge of every plume',
  plumes: 'Plumes',
  number: 'No.',
  place: 'Strongest pixel',
  area: 'Area',
  peak: 'Largest amount',
  rate: 'Rate, 90 %',
  noRate: 'no wind, no rate',
  score: 'Score (threshold)',
  why: 'Gas / best rival explain',
  caveats: 'Read before use',
  spectrum: 'Spectrum of plume {n} against like ground about it',
  measured: 'measured',
  spectrumNote: 'Change of ln radiance. The gas explains {gasShare} % of it, {rival} {rivalShare} %.',
  thresholds: 'Thresholds',
  thresholdNote:
    'A plume starts where the smoothed score passes what one in 100,000 pixels without gas would reach in that column ({start} at plume 1), and grows down to one in 200 ({grow}). Of those, what ground alone could give more often than one in twenty is dropped; then the spectrum, the shape and the wind are asked.',
  lookAlikes: 'Taken for ground',
  lookAlike: '{pixels} pixels at {place}: looks like {rival}',
  searched: 'What would have been seen',
  searchedRow: '{rate} kg/h: {percent} of the scene',
  searchedNone: 'Without a wind nothing can be said about rates that would have been seen.',
  searchedNote:
    'Area in which a steady source of that rate would have passed the thresholds with 90 % probability or more. About one plume in seven then looks like ground and is listed as a look-alike.',
  files: 'Files',
  method:
    'Method: matched filter in log radiance against classes of ground, thresholds from the mirrored score, rate by integrated mass and cross sections. Target: {target}. {software}.',
  excluded: 'Set aside',
};

const ES: typeof EN = {
  exercise: 'EJERCICIO – EXERCISE',
  exerciseNote: 'Datos de adiestramiento. Nunca son reales ni se entregan.',
  foundMany: '{count} penachos de {gas} en {name}',
  foundOne: 'Un penacho de {gas} en {name}',
  foundNone: 'Ningún penacho de {gas} en {name}',
  cube: '{lines} × {columns} píxeles de {pixel} m, {bands} bandas de {from} a {to} nm, volado el {at} UTC.',
  wind: 'Viento declarado: de {from}° ± {fromSd}° a {speed} ± {speedSd} m/s, a {height} m del suelo.',
  noWind: 'Nadie declaró el viento: hay penachos y cantidades, pero ni tasas ni puntos de origen.',
  map: 'Cantidad de gas [ppm m] y el borde de cada penacho',
  plumes: 'Penachos',
  number: 'N.º',
  place: 'Píxel más fuerte',
  area: 'Área',
  peak: 'Cantidad mayor',
  rate: 'Tasa, 90 %',
  noRate: 'sin viento no hay tasa',
  score: 'Puntuación (umbral)',
  why: 'Explican gas / mejor rival',
  caveats: 'Léase antes de usar',
  spectrum: 'Espectro del penacho {n} frente a suelo semejante a su alrededor',
  measured: 'medido',
  spectrumNote: 'Cambio del logaritmo de la radiancia. El gas explica {gasShare} %, {rival} {rivalShare} %.',
  thresholds: 'Umbrales',
  thresholdNote:
    'Un penacho empieza donde la puntuación suavizada supera lo que uno de cada 100,000 píxeles sin gas alcanzaría en esa columna ({start} en el penacho 1) y crece hasta uno de cada 200 ({grow}). Se descarta lo que el suelo solo daría más de una vez de cada veinte; después se preguntan el espectro, la forma y el viento.',
  lookAlikes: 'Tomados por suelo',
  lookAlike: '{pixels} píxeles en {place}: parece {rival}',
  searched: 'Lo que se habría visto',
  searchedRow: '{rate} kg/h: {percent} de la escena',
  searchedNone: 'Sin viento no puede decirse qué tasas se habrían visto.',
  searchedNote:
    'Área en la que una fuente constante de esa tasa habría pasado los umbrales con una probabilidad de 90 % o más. Cerca de uno de cada siete penachos se parece después al suelo y figura entre los parecidos.',
  files: 'Archivos',
  method:
    'Método: filtro adaptado en logaritmo de radiancia frente a clases de suelo, umbrales por la puntuación reflejada, tasa por masa integrada y secciones. Objetivo: {target}. {software}.',
  excluded: 'Apartado',
};

export type CubeWord = keyof typeof EN;

export function cubeWords(language: Language) {
  const table = language === 'es' ? ES : EN;
  return (key: CubeWord, params: Readonly<Record<string, string | number>> = {}) => fill(table[key], params);
}

const CAVEATS: Readonly<Record<string, readonly [en: string, es: string]>> = {
  'plume-no-wind': [
    'No wind was stated: no rate, no source point.',
    'No se declaró viento: ni tasa ni punto de origen.',
  ],
  'plume-spectrum-unseen': [
    'Too little ground about it to compare its spectrum with.',
    'Hay muy poco suelo alrededor para comparar su espectro.',
  ],
  'plume-close-rival': [
    '{rival} explains {rivalPercent} % of the contrast, the gas {gasPercent} %.',
    '{rival} explica {rivalPercent} % del contraste; el gas, {gasPercent} %.',
  ],
  'plume-rectangle': ['A filled rectangle, as roofs are.', 'Un rectángulo lleno, como los techos.'],
  'plume-off-wind': ['Lies {angle}° off the stated wind.', 'Está a {angle}° del viento declarado.'],
  'plume-no-background': [
    'No clean pixels about the plume: its background is taken as zero.',
    'No hay píxeles limpios alrededor: el fondo se toma como cero.',
  ],
  'plume-no-transect': [
    'The scene cuts every cross section: the rate rests on its mass alone.',
    'La escena corta todas las secciones: la tasa se apoya solo en la masa.',
  ],
  'plume-methods-differ': [
    'The two ways to a rate differ by a factor of {factor}.',
    'Las dos vías a la tasa difieren en un factor de {factor}.',
  ],
  'plume-leaves-scene': ['The plume leaves the scene.', 'El penacho sale de la escena.'],
};

export function sayPlumeCaveat({ code, params }: Caveat, language: Language): string {
  const words = CAVEATS[code];
  return words === undefined ? code : fill(words[language === 'es' ? 1 : 0], params);
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
