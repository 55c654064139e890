import { type Fault, InputError } from '@plumeline/core';

/** An InputError of one fault in a cube's file. */
export function cubeError(file: string, code: string, message: string, remedy: string, byte?: number): InputError {
  const fault: Fault = { code, message, remedy, place: byte === undefined ? { file } : { file, byte } };
  return new InputError([fault]);
}
