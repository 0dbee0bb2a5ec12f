import type { Plugin } from 'vite';

/** Has the browser fetch a chunk that the first script asks for while it still reads the page. */
export function preload(chunk: string): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        const file = Object.values(bundle ?? {}).find((output) => output.type === 'chunk' && output.name === chunk);
        if (!file) throw new Error(`There is no chunk ${chunk}.`);
        return [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file.fileName}` }, injectTo: 'head' }];
      },
    },
  };
}
