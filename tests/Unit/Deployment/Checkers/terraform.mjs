// Reads a Terraform module with HashiCorp's own parser: node terraform.mjs <folder of the packages> <module>
// Writes it as JSON, or what is wrong with it with exit code 1.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const [folder, file] = process.argv.slice(2);
const { parse } = createRequire(join(folder, 'package.json'))('@cdktf/hcl2json');
const module = await parse(basename(file), readFileSync(file, 'utf8')).catch(error => {
  console.log(error.message ?? error);
  process.exit(1);
});

const declared = new Set([
  ...Object.entries(module.resource ?? {}).flatMap(([type, named]) => Object.keys(named).map(name => `${type}.${name}`)),
  ...Object.entries(module.data ?? {}).flatMap(([type, named]) => Object.keys(named).map(name => `data.${type}.${name}`)),
  ...Object.keys(module.variable ?? {}).map(name => `var.${name}`),
]);
const referred = [...JSON.stringify(module).matchAll(/\b(?:data\.aws_\w+\.\w+|var\.\w+|(?<!data\.)aws_\w+\.\w+)/g)].map(([reference]) => reference);
const missing = referred.filter(reference => !declared.has(reference));
console.log(missing.length === 0 ? JSON.stringify(module) : `Refers to ${missing.join(', ')}, which it doesn't declare.`);
process.exitCode = missing.length === 0 ? 0 : 1;
