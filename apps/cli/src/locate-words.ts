/** Every word of `plumeline locate` for people, in both languages, one row each, so that a missing one cannot compile. */

export type LocateWord = keyof typeof WORDS;
export type LocateSay = (key: LocateWord, params?: Readonly<Record<string, string | number>>) => string;

export function locateWordsIn(language: 'en' | 'es'): LocateSay {
  return (key, params = {}) => WORDS[key][language].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
}

const WORDS = {
  exercise: { en: 'EXERCISE', es: 'EJERCICIO' },
  together: { en: '{count} flights judged together', es: '{count} vuelos juzgados juntos' },
  samples: { en: '{count} samples, {period}', es: '{count} muestras, {period}' },
  excluded: { en: '{count} rows set aside by the reader: {reason}', es: '{count} filas apartadas al leer: {reason}' },
  region: {
    en: 'With 90 % probability within {nine}, with 50 % within {half}',
    es: 'Con 90 % de probabilidad dentro de {nine}, con 50 % dentro de {half}',
  },
  evidence: {
    en: 'Evidence for a source against none: ln {ln} (claimed from ln 5)',
    es: 'Evidencia de una fuente frente a ninguna: ln {ln} (se afirma desde ln 5)',
  },
  passes: {
    en: 'Passes: {for} speak for it, {against} against, {silent} say little',
    es: 'Pasadas: {for} a favor, {against} en contra, {silent} dicen poco',
  },
  passesAside: { en: '{count} set aside', es: '{count} apartadas' },
  passFor: { en: 'for', es: 'a favor' },
  passAgainst: { en: 'against', es: 'en contra' },
  passSetAside: { en: 'set aside: {reason}', es: 'apartada: {reason}' },
  passRange: { en: '{range} from it', es: 'a {range} de ella' },
  noLimit: {
    en: '{flight}: how large a source could have been missed is not known',
    es: '{flight}: no se sabe qué tamaño de fuente pudo pasar inadvertida',
  },
  limit: {
    en: '{flight}: a source of {rate} kg/h would have been seen with 90 % probability at the median place',
    es: '{flight}: una fuente de {rate} kg/h se habría visto con 90 % de probabilidad en el lugar mediano',
  },
  searched: {
    en: '{rate} kg/h would have been seen within {area}',
    es: '{rate} kg/h se habrían visto dentro de {area}',
  },
  notZero: {
    en: 'Nothing found is not "nothing there": smaller sources, and sources that were off, were not excluded.',
    es: 'No encontrar nada no es «no hay nada»: no se excluyen fuentes menores ni fuentes apagadas.',
  },
  keepInMind: { en: 'Keep in mind', es: 'Téngase en cuenta' },
  sensitivity: { en: 'In other air', es: 'Con otro aire' },
  windTurn: { en: 'wind turned {value}°', es: 'viento girado {value}°' },
  windFactor: { en: 'wind x {value}', es: 'viento x {value}' },
  turbulenceFactor: { en: 'turbulence x {value}', es: 'turbulencia x {value}' },
  moved: {
    en: 'moves {distance} towards {towards}, rate x {factor}',
    es: 'se mueve {distance} hacia {towards}, tasa x {factor}',
  },
  stays: { en: 'stays within {distance}, rate x {factor}', es: 'sigue a menos de {distance}, tasa x {factor}' },
  insideRegion: { en: 'inside the 90 % region', es: 'dentro de la región del 90 %' },
  outsideRegion: { en: 'OUTSIDE the 90 % region', es: 'FUERA de la región del 90 %' },
  notClaimed: { en: 'no source is claimed any more', es: 'ya no se afirma ninguna fuente' },
  sourceNumber: { en: 'source {n}', es: 'fuente {n}' },
  nextLeg: {
    en: 'Next leg, by what it is expected to tell (source {n}, seed {seed})',
    es: 'Próxima pasada, por lo que se espera que diga (fuente {n}, semilla {seed})',
  },
  leg: {
    en: '{from} to {to}, {height} m above ground: {gain} nats, {seconds} s',
    es: '{from} a {to}, {height} m sobre el terreno: {gain} nats, {seconds} s',
  },
  legSees: { en: 'meets {percent} % of the likely plumes', es: 'encuentra {percent} % de las plumas probables' },
  legRange: { en: 'at {near}-{far} m from their sources', es: 'a {near}-{far} m de sus fuentes' },
  legsMore: { en: '{count} more were judged; --json has them', es: 'Se juzgaron {count} más; --json las da' },
  legsNone: {
    en: 'No leg is proposed: no source is claimed, so there is no place to plan for. --detection-map shows what is open.',
    es: 'No se propone ninguna pasada: no se afirma ninguna fuente. --detection-map muestra lo que queda abierto.',
  },
  legsAuthority: {
    en: 'Proposals only: no leg was checked against an authority, airspace or terrain.',
    es: 'Solo propuestas: ninguna pasada se comprobó frente a una autorización, el espacio aéreo o el terreno.',
  },
  across: {
    en: 'across the wind, downwind of the likely places',
    es: 'a través del viento, a sotavento de los lugares probables',
  },
  gap: {
    en: 'across the likely places: which side of it holds the source',
    es: 'a través de los lugares probables: a qué lado está la fuente',
  },
  'upwind-null': {
    en: 'upwind of the likely places: a plume here would mean that the source lies elsewhere',
    es: 'a barlovento de los lugares probables: una pluma aquí significaría que la fuente está en otra parte',
  },
  'run-out': {
    en: 'down the wind: how the plume grows along its way',
    es: 'a lo largo del viento: cómo crece la pluma en su camino',
  },
  asked: { en: 'Not as measured: {changes}', es: 'No como se midió: {changes}' },
  knownSources: {
    en: '{count} registered sources were taken into account',
    es: 'Se tuvieron en cuenta {count} fuentes registradas',
  },
  map: { en: 'Detection map: {path}', es: 'Mapa de detección: {path}' },
} as const satisfies Readonly<Record<string, Readonly<Record<'en' | 'es', string>>>>;
