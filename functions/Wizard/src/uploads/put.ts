export interface PutAnswer {
  /** 0 when there was none that the page may see. */
  status: number;
  /** Null where the answer has none, or S3 isn't told to show it. */
  etag: string | null;
  body: string;
}

/** A PUT that tells how far it is, which fetch can't. */
export function put(
  url: string,
  body: Blob,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
  headers: Record<string, string>,
): Promise<PutAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DOMException('Cancelled', 'AbortError'));
      return;
    }
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    const cancel = () => request.abort();
    signal.addEventListener('abort', cancel, { once: true });
    const settle = () => signal.removeEventListener('abort', cancel);
    request.onload = () => {
      settle();
      // Asked for a header that it may not see, a browser complains in its console.
      const visible = request.getAllResponseHeaders().toLowerCase().includes('etag:');
      resolve({ status: request.status, etag: visible ? request.getResponseHeader('ETag') : null, body: request.responseText });
    };
    request.onerror = () => {
      settle();
      resolve({ status: 0, etag: null, body: '' });
    };
    request.onabort = () => {
      settle();
      reject(new DOMException('Cancelled', 'AbortError'));
    };
    request.send(body);
  });
}

/** Whether the file can still be read: one that was changed or moved since it was chosen can't. */
export async function isReadable(file: Blob): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
