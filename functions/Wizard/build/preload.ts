import type { Plugin } from 'vite';

/**
 * Has the browser fetch a chunk that the first script asks for while it still reads the page. Chromium also compiles it meanwhile, beside the main
 * thread, rather than function by function as each is first called; to other browsers that line is a comment.
 */
export function preload(name: string): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk' && file.name === name) file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        const file = Object.values(bundle ?? {}).find((output) => output.type === 'chunk' && output.name === name);
        if (!file) throw new Error(`There is no chunk ${name}.`);
        return [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file.fileName}` }, injectTo: 'head' }];
      },
    },
  };
}
