/** The text of a file's beginning; null where it is no text. */
export function decode(bytes: Uint8Array<ArrayBuffer>): string | null {
  const label = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (label) return read(bytes, label);
  if (bytes.includes(0)) return null;
  // What isn't UTF-8 is what Windows took for text for decades.
  return read(bytes, 'utf-8') ?? read(bytes, 'windows-1252');
}

function read(bytes: Uint8Array<ArrayBuffer>, label: string): string | null {
  try {
    // As part of a stream: the last character may be cut in its middle.
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}
