// SPDX-License-Identifier: Apache-2.0
// The blocks of bytes that the program puts into a page: base64, packed by zlib's deflate where that saves bytes, numbers
// of four bytes in planes.

export interface StoredBlock {
  id: number; // of the script element: b<id>
  raw: number; // bytes, unpacked
  deflate: boolean;
}

function base64(text: string): Uint8Array {
  const decode = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array }).fromBase64;
  if (decode) return decode(text);
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** zlib's deflate, by the browser. */
async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The unpacked bytes of a block of this page. */
export async function blockBytes(block: StoredBlock): Promise<Uint8Array> {
  const text = document.getElementById(`b${block.id}`)?.textContent;
  if (text === undefined || text === null) throw new Error(`block ${block.id} is not in the file`);
  const packed = base64(text.trim());
  const raw = block.deflate ? await inflate(packed) : packed;
  if (raw.length !== block.raw) throw new Error(`block ${block.id} has ${raw.length} bytes instead of ${block.raw}`);
  return raw;
}

/** Elements of four bytes from their planes: all first bytes, then all second bytes, … */
export function fromPlanes(raw: Uint8Array): ArrayBuffer {
  const n = raw.length / 4;
  const bytes = new Uint8Array(raw.length);
  for (let i = 0, j = 0; i < n; ++i, j += 4) {
    bytes[j] = raw[i]!;
    bytes[j + 1] = raw[n + i]!;
    bytes[j + 2] = raw[2 * n + i]!;
    bytes[j + 3] = raw[3 * n + i]!;
  }
  return bytes.buffer;
}
