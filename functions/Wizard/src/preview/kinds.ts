import { nameOf } from '../files/paths';

/** How a file is shown. */
export type Kind = 'image' | 'audio' | 'video' | 'pdf' | 'markdown' | 'csv' | 'json' | 'text' | 'unknown';

const extensions: Record<Exclude<Kind, 'unknown'>, string> = {
  image: 'png apng jpg jpeg gif webp avif bmp ico svg',
  audio: 'mp3 m4a aac oga ogg opus wav flac weba',
  video: 'mp4 m4v mov webm ogv',
  pdf: 'pdf',
  markdown: 'md markdown mdown mkd',
  csv: 'csv tsv tab',
  json: 'json geojson webmanifest ipynb',
  text: 'txt text log html htm xhtml xml xsl svgz css scss less js mjs cjs ts tsx jsx jsonl ndjson yaml yml toml ini cfg conf env properties sh bash zsh bat cmd ps1 py rb go rs java kt c h cc cpp hpp cs fs vb swift php pl lua r sql tf bicep proto graphql tex rst adoc diff patch srt vtt eml ics vcf gitignore dockerfile makefile',
};

const byExtension = new Map(Object.entries(extensions).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as Kind])));

/** By its name only: what a file was stored as is said by whoever stored it. What isn't known may turn out to be text. */
export function kindOf(path: string): Kind {
  const name = nameOf(path).toLowerCase();
  return byExtension.get(name.slice(name.lastIndexOf('.') + 1)) ?? 'unknown';
}

/** Bytes of a file that are read to be shown. */
export const mostBytes: Record<'markdown' | 'csv' | 'json' | 'text' | 'unknown', number> = {
  markdown: 256 * 1024,
  csv: 1024 * 1024,
  json: 1024 * 1024,
  text: 256 * 1024,
  unknown: 64 * 1024,
};
