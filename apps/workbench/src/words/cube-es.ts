/** Palabras de cubos y penachos; parte de `es`. */
import type { CUBE_CAVEATS_EN, CUBE_EN } from './cube-en.ts';

type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };

export const CUBE_ES: Texts<typeof CUBE_EN> = {
  flown: 'Volado',
  usable: '{{text}} de ellos utilizables',
  rival: {
    calcite: 'calcita',
    dolomite: 'dolomita',
    'mg-oh-mineral': 'mineral Mg-OH',
    'hydrocarbon-roof-paint-asphalt': 'hidrocarburo (techo, pintura, asfalto)',
    'plastic-sheet': 'lámina de plástico',
    pvc: 'vinilo (PVC)',
    'solar-panel': 'panel solar',
    'dry-vegetation': 'vegetación seca',
  },
  size: '{{lines}} × {{columns}} píxeles de {{pixel}} m',
  sizeName: 'Cubo',
  bands: '{{bands}} bandas, {{from}}–{{to}} nm',
  bandsName: 'Gas buscado en',
  windName: 'Viento declarado',
  wind: 'de {{from}}° ± {{fromSd}}° a {{speed}} ± {{speedSd}} m/s, a {{height}} m del suelo',
  noWind: 'Nadie declaró el viento: hay cantidades, pero ni tasas ni puntos de origen.',
  mapTitle: 'Mapa a la vista',
  map: {
    amount: 'Cantidad de gas',
    z: 'Puntuación de detección',
    uncertainty: 'Incertidumbre',
    off: 'Ningún mapa',
  },
  legend: {
    amount: 'Cantidad de gas, ppm m',
    z: 'Puntuación z, en unidades de ruido',
    uncertainty: 'Incertidumbre, ppm m (1 de)',
  },
  outline: 'Borde de un penacho',
  download: 'Descargar {{name}} (GeoTIFF)',
  plumes: 'Penachos',
  plume: 'Penacho {{number}}',
  none: 'Ningún penacho sobresale del suelo.',
  rate: 'Tasa',
  noRate: 'Sin tasa: nadie declaró el viento.',
  peakName: 'Cantidad mayor',
  peak: '{{value}} ± {{sd}} ppm m (1 de)',
  area: 'Área y masa',
  areaMass: '{{area}}, {{mass}} kg de gas',
  place: 'Píxel más fuerte',
  why: 'Por qué cuenta como penacho',
  score: 'Su puntuación es {{score}}. Aquí un penacho empieza por encima de {{start}} y llega hasta {{grow}}.',
  chance:
    'El suelo sin gas daría tanto en una celda de resolución con una probabilidad de {{chance}}. Los umbrales salen de la propia escena: de lo que hacen sus puntuaciones negativas en cada columna.',
  spectrumTitle: 'Espectro frente a suelo semejante a su alrededor',
  spectrumSays:
    'Se pregunta banda por banda por la absorción del gas. El gas explica {{gas}} del contraste; su mejor rival, {{rival}}, {{rivalShare}}.',
  axis: 'Cambio del logaritmo de la radiancia, {{from}}–{{to}} nm',
  measured: 'medido',
  fit: '{{name}}: explica {{share}}',
  noSpectrum: 'Hay muy poco suelo semejante alrededor para comparar.',
  pixelTitle: 'Espectro de un píxel',
  pixelHelp: 'Pulse un lugar del mapa dentro del cubo, o empiece por el píxel más fuerte de un penacho.',
  pixelAt: 'Píxel en {{lat}}, {{lon}}: a su contraste le corresponden {{amount}} ppm m.',
  pixelOfPlume: 'Píxel más fuerte del penacho {{number}}',
  inCube: '{{value}} ± {{sd}} ppm m en un cubo',
  openCube: 'Abrir el cubo de este penacho',
};

export const CUBE_CAVEATS_ES: Texts<typeof CUBE_CAVEATS_EN> = {
  'source-from-plume':
    'El lugar es donde empieza la cola del penacho, por su forma y el viento declarado; la fuerza de la prueba es lo más que puede decir su probabilidad de falsa alarma.',
  'plume-no-wind': 'No se declaró viento: ni tasa ni punto de origen.',
  'plume-spectrum-unseen': 'No pudo compararse su espectro: hay muy poco suelo semejante alrededor.',
  'plume-close-rival': '{{rival}} explica {{rivalPercent}} % del contraste; el gas, {{gasPercent}} %.',
  'plume-rectangle': 'Es un rectángulo lleno, como los techos.',
  'plume-off-wind': 'Está a {{angle}}° del viento declarado.',
  'plume-no-background': 'No hay píxeles limpios alrededor del penacho: su fondo se toma como cero.',
  'plume-no-transect': 'La escena corta todas las secciones: la tasa se apoya solo en la masa.',
  'plume-methods-differ': 'Las dos vías a la tasa difieren en un factor de {{factor}}.',
  'plume-leaves-scene': 'El penacho sale de la escena.',
  'cube-null-no-wind': 'Sin viento no puede decirse qué tasas se habrían visto.',
  'cube-null-look-alikes':
    'Cerca de uno de cada siete penachos reales parece suelo a la prueba espectral; esos están entre los parecidos del informe.',
};
