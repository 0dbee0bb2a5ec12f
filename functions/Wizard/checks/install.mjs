// The checks' packages are apart from the wizard's, so that whoever only builds the wizard needn't wait for them. Installs them where they are missing or old.
import { execSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const stamp = join(folder, 'node_modules', '.installed');
const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  execSync('npm ci --ignore-scripts --loglevel=error', { cwd: folder, stdio: 'inherit' });
  writeFileSync(stamp, wanted);
}
