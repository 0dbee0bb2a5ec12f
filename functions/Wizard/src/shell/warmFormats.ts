/**
 * Has the browser read the languages' data beside the main thread. Whichever format is made first in a tab takes a tenth of a second on a slow
 * machine, since that data is read for it; it is the tab's, so that a worker can bring it while the page's code is still on its way.
 */
export function warmFormats(): void {
  new Worker(new URL('./formats.worker.ts', import.meta.url), { type: 'module' });
}
