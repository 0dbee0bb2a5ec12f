import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist';
import workerAddress from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { useEffect, useRef, useState } from 'react';
import { formatNumber } from '../shell/format';
import { Loading } from '../shell/Loading';
import { accessToken } from '../signin/session';
import { NotShown } from './NotShown';
import type { Shown } from './Preview';
import { contentOf } from './queries';

GlobalWorkerOptions.workerSrc = workerAddress;

const mostPages = 500;
/** Device pixels of a page at most: a phone has no memory for more. */
const mostPixels = 4_000_000;

/** A PDF, drawn by a library in this page: by ranges, with the person’s token, and without its scripts, forms and links. */
export default function Pdf({ driveId, path, name, onDownload }: Shown) {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [shape, setShape] = useState({ width: 595, height: 842 });
  const [failed, setFailed] = useState('');
  useEffect(() => {
    const token = accessToken();
    const task = getDocument({
      url: contentOf(driveId, path),
      httpHeaders: token ? { Authorization: `Bearer ${token}` } : {},
      rangeChunkSize: 256 * 1024,
      disableAutoFetch: true,
      disableStream: true,
      isEvalSupported: false,
      enableXfa: false,
      useWasm: false,
      useSystemFonts: true,
    });
    let over = false;
    task.promise
      .then(async (opened) => {
        const { width, height } = (await opened.getPage(1)).getViewport({ scale: 1 });
        if (over) return;
        setShape({ width, height });
        setPdf(opened);
      })
      .catch((error: unknown) => {
        if (!over)
          setFailed(error instanceof Error && error.name === 'PasswordException' ? 'It needs a password.' : 'It can’t be read as a PDF.');
      });
    return () => {
      over = true;
      void task.destroy();
    };
  }, [driveId, path]);
  if (failed) return <NotShown why={failed} onDownload={onDownload} />;
  if (!pdf) return <Loading what="the file" lines={1} height={320} />;
  const count = Math.min(pdf.numPages, mostPages);
  return (
    <>
      {pdf.numPages > mostPages && (
        <p className="preview-cut" role="note">
          Only the first {formatNumber(mostPages)} of {formatNumber(pdf.numPages)} pages are shown.
        </p>
      )}
      <div className="preview-pages">
        {Array.from({ length: count }, (_, index) => (
          <Page key={index} pdf={pdf} number={index + 1} label={`${name}, page ${index + 1} of ${pdf.numPages}`} shape={shape} />
        ))}
      </div>
    </>
  );
}

/** A page: drawn when it comes near, forgotten when it has gone far. */
function Page({
  pdf,
  number,
  label,
  shape,
}: {
  pdf: PDFDocumentProxy;
  number: number;
  label: string;
  shape: { width: number; height: number };
}) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [near, setNear] = useState(false);
  const [size, setSize] = useState(shape);
  const [text, setText] = useState('');
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      root: place.current?.closest('.preview-body') ?? null,
      rootMargin: '100%',
    });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!near) return;
    let over = false;
    let stop = () => {};
    void (async () => {
      const page = await pdf.getPage(number);
      const whole = page.getViewport({ scale: 1 });
      if (over || !canvas.current || !place.current) return;
      setSize({ width: whole.width, height: whole.height });
      const wanted = (place.current.clientWidth / whole.width) * devicePixelRatio;
      const viewport = page.getViewport({ scale: Math.min(wanted, Math.sqrt(mostPixels / (whole.width * whole.height))) });
      canvas.current.width = viewport.width;
      canvas.current.height = viewport.height;
      const drawing = page.render({ canvas: canvas.current, viewport });
      stop = () => drawing.cancel();
      await drawing.promise;
      const content = await page.getTextContent();
      if (!over) setText(content.items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
    })().catch(() => undefined); // a page that can't be drawn stays empty
    return () => {
      over = true;
      stop();
    };
  }, [near, pdf, number]);
  return (
    <div ref={place} className="preview-page" role="group" aria-label={label} style={{ aspectRatio: `${size.width} / ${size.height}` }}>
      {near && <canvas ref={canvas} aria-hidden="true" />}
      {near && text && <p className="visually-hidden">{text}</p>}
    </div>
  );
}
