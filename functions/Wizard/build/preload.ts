import type { Plugin } from 'vite';

/**
 * Has the browser fetch a chunk that the first script asks for while it still reads the page. Chromium also compiles it meanwhile, beside the main
 * thread, rather than function by function as each is first called; to other browsers that line is a comment.
 * @param alike Chunks that are fetched later and compiled likewise.
 */
export function preload(name: string, alike: readonly string[] = []): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk' && [name, ...alike].includes(file.name)) file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const file = Object.values(bundle ?? {}).find((output) => output.type === 'chunk' && output.name === name);
        if (file?.type !== 'chunk') throw new Error(`There is no chunk ${name}.`);
        // With what it imports, which the browser would learn of once it has read the chunk.
        return [file.fileName, ...file.imports.filter((path) => !html.includes(path))].map((path) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${path}` },
          injectTo: 'head',
        }));
      },
    },
  };
}
