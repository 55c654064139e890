import type { DirectoryDropItem, DropItem } from 'react-aria-components';

/** The files in what was dropped, folders opened to their bottom. */
export async function filesOf(items: readonly DropItem[]): Promise<File[]> {
  const files: File[] = [];
  for (const item of items) {
    if (item.kind === 'file') files.push(await item.getFile());
    else if (item.kind === 'directory') files.push(...(await filesIn(item)));
  }
  return files;
}

async function filesIn(folder: DirectoryDropItem): Promise<File[]> {
  const files: File[] = [];
  for await (const entry of folder.getEntries()) {
    if (entry.kind === 'file') files.push(await entry.getFile());
    else files.push(...(await filesIn(entry)));
  }
  return files;
}
