// SPDX-License-Identifier: Apache-2.0
// Reads a safetensors file: eight bytes of length, a header in JSON, the numbers.
import { readFileSync } from 'node:fs';

export interface Stored {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export function readSafetensors(file: string): Map<string, Stored> {
  const buffer = readFileSync(file);
  const length = Number(buffer.readBigUInt64LE(0));
  const header = JSON.parse(buffer.subarray(8, 8 + length).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Stored>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = offsets;
    tensors.set(name, { dtype, shape, bytes: buffer.subarray(8 + length + begin, 8 + length + end) });
  }
  return tensors;
}

export function asFloats({ bytes }: Stored): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
