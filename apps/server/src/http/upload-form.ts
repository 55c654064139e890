/** Reads an upload form, within named limits, into memory. */
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Upload } from '../uploads.ts';
import { HttpProblem } from './problems.ts';

const MIB = 1024 * 1024;
/** Files of one upload: a season of short flights; the profile of each is chosen once for all. */
export const MAX_FILES = 500;
/** One file: about a million samples of text. */
export const MAX_FILE_BYTES = 128 * MIB;
/** One upload, all files together; held in memory while it is read. */
export const MAX_UPLOAD_BYTES = 256 * MIB;
/** Uploads read at once, so that memory stays bounded. */
export const MAX_UPLOADS_AT_ONCE = 4;
const MAX_FIELD_BYTES = 256;
const FIELDS: readonly string[] = ['profile', 'exercise', 'date', 'gas'];

/** For the multipart parser; it refuses what is beyond. Full relative names are kept: profiles tell files by them. */
export const uploadLimits = {
  limits: {
    files: MAX_FILES,
    fileSize: MAX_FILE_BYTES,
    fields: FIELDS.length,
    fieldSize: MAX_FIELD_BYTES,
    fieldNameSize: 64,
    parts: MAX_FILES + FIELDS.length,
    headerPairs: 32,
  },
  preservePath: true,
};

/** @throws HttpProblem when the form is not as described or too large */
export async function readUploadForm(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw new HttpProblem('mediaType', 'An upload is multipart/form-data.');
  refuseLarge(Number(request.headers['content-length'] ?? 0));
  const files: { name: string; bytes: Uint8Array }[] = [];
  const fields = new Map<string, string>();
  let total = 0;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const bytes = await readFile(part);
      total += bytes.length;
      refuseLarge(total);
      files.push({ name: part.filename, bytes });
    } else {
      fields.set(part.fieldname, String(part.value));
    }
  }
  return { files, ...settingsOf(fields) };
}

async function readFile(part: MultipartFile): Promise<Uint8Array> {
  if (part.fieldname === 'files') return part.toBuffer();
  part.file.resume();
  throw new HttpProblem('invalid', `A file came in the field ${JSON.stringify(part.fieldname)}; it belongs in files.`);
}

function settingsOf(fields: ReadonlyMap<string, string>): Omit<Upload, 'files'> {
  for (const name of fields.keys()) {
    if (!FIELDS.includes(name)) {
      throw new HttpProblem('invalid', `There is no field ${JSON.stringify(name)}; there are ${FIELDS.join(', ')}.`);
    }
  }
  const exercise = fields.get('exercise') ?? 'false';
  if (exercise !== 'true' && exercise !== 'false') {
    throw new HttpProblem('invalid', 'The field exercise is true or false.');
  }
  const given = <K extends string>(name: K) => {
    const value = fields.get(name);
    return (value === undefined || value === '' ? {} : { [name]: value }) as { readonly [P in K]?: string };
  };
  return { exercise: exercise === 'true', ...given('profile'), choices: { ...given('date'), ...given('gas') } };
}

function refuseLarge(bytes: number): void {
  if (bytes <= MAX_UPLOAD_BYTES) return;
  throw new HttpProblem('tooLarge', `An upload is at most ${MAX_UPLOAD_BYTES / MIB} MiB.`);
}
