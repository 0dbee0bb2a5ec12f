// Measures what the first page load transfers (brotli): index.html, what it names, and what those import statically.
// Fails above the budget, so that a build that grows is noticed where it grew.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const budget = 200 * 1000;
const dist = new URL('../dist/', import.meta.url).pathname;
const seen = new Set();
const size = (path) => statSync(join(dist, `${path}.br`)).size;

function follow(path) {
  if (seen.has(path)) return;
  seen.add(path);
  if (!path.endsWith('.js')) return;
  const code = readFileSync(join(dist, path), 'utf8');
  for (const [, target] of code.matchAll(/(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) follow(normalize(join(dirname(path), target)));
}

const html = readFileSync(join(dist, 'index.html'), 'utf8');
seen.add('index.html');
for (const [, target] of html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) follow(target);

let total = 0;
for (const path of [...seen].sort()) {
  total += size(path);
  console.log(String(size(path)).padStart(8), path);
}
console.log(String(total).padStart(8), `bytes in all, of ${budget}`);
if (total > budget) process.exitCode = 1;
