/** Lends the map's picture to a page that goes to paper, without that page knowing the map. */
let take: (() => HTMLCanvasElement) | undefined;

export function offerPicture(next: (() => HTMLCanvasElement) | undefined): void {
  take = next;
}

export function mapPicture(): HTMLCanvasElement | undefined {
  return take?.();
}
