/** TIFF predictors undone in place: 2 adds the number to the left, 3 (Adobe TN3) sums bytes and gathers float planes. */

export interface PredictedRows {
  readonly predictor: number;
  readonly columns: number;
  readonly samples: number;
  readonly wordBytes: number;
  readonly littleEndian: boolean;
}

/** @throws RangeError for a predictor TIFF does not have. */
export function undoPredictor(bytes: Uint8Array, rows: PredictedRows): Uint8Array {
  if (rows.predictor === 1) return bytes;
  const stride = rows.columns * rows.samples * rows.wordBytes;
  for (let start = 0; start + stride <= bytes.length; start += stride) {
    const row = bytes.subarray(start, start + stride);
    if (rows.predictor === 2) addLeft(row, rows);
    else if (rows.predictor === 3) gatherFloats(row, rows);
    else throw new RangeError(`predictor ${rows.predictor} is unknown`);
  }
  return bytes;
}

/** Word by word with carry, lowest byte first whatever the file's order. */
function addLeft(row: Uint8Array, { samples, wordBytes, littleEndian }: PredictedRows): void {
  const step = samples * wordBytes;
  for (let word = step; word < row.length; word += wordBytes) {
    let carry = 0;
    for (let index = 0; index < wordBytes; index++) {
      const at = word + (littleEndian ? index : wordBytes - 1 - index);
      carry += row[at]! + row[at - step]!;
      row[at] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** Bytes are stored plane by plane, the most significant first, each the difference to the byte `samples` before. */
function gatherFloats(row: Uint8Array, { samples, wordBytes, littleEndian }: PredictedRows): void {
  for (let index = samples; index < row.length; index++) row[index] = (row[index]! + row[index - samples]!) & 0xff;
  const planes = row.slice();
  const words = row.length / wordBytes;
  for (let word = 0; word < words; word++) {
    for (let plane = 0; plane < wordBytes; plane++) {
      row[word * wordBytes + (littleEndian ? wordBytes - 1 - plane : plane)] = planes[plane * words + word]!;
    }
  }
}
