/**
 * GDAL's metadata tag (42112): a flat XML list of items, for the image or one of its samples. GDAL escapes texts twice,
 * so this does too.
 */

export interface MetadataItem {
  readonly name: string;
  /** Band from 0; undefined for the whole image. */
  readonly sample?: number;
  readonly role?: string;
  readonly text: string;
}

/** Bounded and without overlap, so that no text makes the search long. */
const ITEM = /<Item\b([^<>]{0,1000})>([^<]*)<\/Item>/g;
const ATTRIBUTE = /([a-z]+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function gdalItems(xml: string): MetadataItem[] {
  return [...xml.matchAll(ITEM)].map(([, attributes, text]) => {
    const named = new Map([...attributes!.matchAll(ATTRIBUTE)].map(([, key, value]) => [key!, unescapeXml(value!)]));
    const sample = named.has('sample') ? Number(named.get('sample')) : undefined;
    const role = named.get('role');
    return {
      name: named.get('name') ?? '',
      ...(sample !== undefined && Number.isInteger(sample) && sample >= 0 ? { sample } : {}),
      ...(role === undefined ? {} : { role }),
      text: unescapeXml(unescapeXml(text!)),
    };
  });
}

export function formatGdalItems(items: readonly MetadataItem[]): string {
  const lines = items.map(({ name, sample, role, text }) => {
    const place = sample === undefined ? '' : ` sample="${sample}"`;
    const as = role === undefined ? '' : ` role="${role}"`;
    return `  <Item name="${escapeXml(name)}"${place}${as}>${escapeXml(escapeXml(text))}</Item>`;
  });
  return ['<GDALMetadata>', ...lines, '</GDALMetadata>', ''].join('\n');
}

function unescapeXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!);
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
