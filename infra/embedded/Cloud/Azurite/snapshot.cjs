// A whole database in one file, in Loki's own format; `log` in it is the number of the first log that it doesn't contain.
'use strict';
const { readFileSync } = require('node:fs');
const { open, rename, rm } = require('node:fs/promises');
const { dirname } = require('node:path');

const CHUNK = 256 * 1024;

/** What was saved, and its length. */
function readSnapshot(file) {
  const text = readFileSync(file, 'utf8');
  try {
    const saved = JSON.parse(text);
    if (Array.isArray(saved.collections)) return { ...saved, length: text.length };
  } catch {
    // What a parser says of megabytes helps nobody.
  }
  throw new Error(`The file ${file} is damaged: it is not the whole JSON document of a database.`);
}

/** What is written of a database, as it is now. The documents themselves may change before they are written. */
function copyOf(database) {
  return database.collections.map(collection => ({
    head: JSON.stringify({ ...collection, data: undefined, idIndex: undefined, dirtyIds: [], dirty: false }, database.serializeReplacer),
    documents: collection.data.slice(),
  }));
}

/**
 * Writes a snapshot beside the file, and puts it in its place when `ready` has resolved.
 * @returns {Promise<number>} Its length.
 */
async function writeSnapshot(file, log, copy, ready = () => {}) {
  const unfinished = `${file}~`;
  let length = 0;
  try {
    const handle = await open(unfinished, 'w', 0o600);
    try {
      for (const chunk of chunks(file, log, copy)) {
        await handle.appendFile(chunk);
        length += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await ready();
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
  return length;
}

function* chunks(file, log, copy) {
  let chunk = `{"log":${log},"filename":${JSON.stringify(file)},"databaseVersion":1.5,"engineVersion":1.5,"collections":[`;
  for (const [index, { head, documents }] of copy.entries()) {
    chunk += `${index ? ',' : ''}{"data":[`;
    let separator = '';
    for (const document of documents) {
      // Removed since: the log has it.
      if (document.$loki === undefined) continue;
      chunk += separator + JSON.stringify(document);
      separator = ',';
      if (chunk.length >= CHUNK) {
        yield chunk;
        chunk = '';
      }
    }
    chunk += `],${head.slice(1)}`;
  }
  yield `${chunk}]}`;
}

/** A new name is on disk when its folder is; Windows has no such call and needs none. */
async function syncFolder(folder) {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

module.exports = { copyOf, readSnapshot, writeSnapshot };
