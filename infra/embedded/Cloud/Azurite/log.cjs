// An append-only file of groups of changes, one line each: its digest, then its JSON. When append returns the system has the line, and
// keeps it whatever becomes of this process; the disk has it soon after, so that a power cut costs what was written in the last moments.
// A process that is killed leaves at most half a line; nobody was answered for it, and the next start cuts it off.
'use strict';
const { createHash } = require('node:crypto');
const { closeSync, constants, fdatasync, fdatasyncSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } = require('node:fs');

const DIGEST_LENGTH = 16;
const SYNC_AFTER = 50;
// What has to fit before changes are taken again after the disk was full.
const RESERVE = Buffer.alloc(256 * 1024);

class Log {
  #file;
  #isSyncing = false;

  /** Opens a log behind its last whole group, when each group has been handed to `apply`. */
  constructor(path, apply, onSyncFailure) {
    this.path = path;
    this.length = replay(path, apply);
    this.onSyncFailure = onSyncFailure;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    ftruncateSync(this.#file, this.length);
  }

  /** @param {string} json One line. */
  append(json) {
    const line = Buffer.from(`${digest(json)} ${json}\n`);
    try {
      this.#write(line);
    } catch (error) {
      ftruncateSync(this.#file, this.length);
      throw error;
    }
    this.length += line.length;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    setTimeout(() => this.#sync(), SYNC_AFTER);
  }

  /** Fails unless there is room for more. */
  reserve() {
    try {
      this.#write(RESERVE);
    } finally {
      ftruncateSync(this.#file, this.length);
    }
  }

  close() {
    if (this.#file === undefined) return;
    fdatasyncSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
  }

  delete() {
    this.close();
    unlinkSync(this.path);
  }

  #write(buffer) {
    for (let written = 0; written < buffer.length;) {
      written += writeSync(this.#file, buffer, written, buffer.length - written, this.length + written);
    }
  }

  #sync() {
    if (this.#file === undefined) return;
    const length = this.length;
    fdatasync(this.#file, error => {
      if (this.#file === undefined) return;
      if (error) this.onSyncFailure(error);
      if (this.length > length) setTimeout(() => this.#sync(), SYNC_AFTER);
      else this.#isSyncing = false;
    });
  }
}

/** @returns {number} Where the whole groups end. */
function replay(path, apply) {
  const bytes = read(path);
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf('\n', start);
    const json = bytes.toString('utf8', start + DIGEST_LENGTH + 1, Math.max(end, 0));
    if (end < 0 || bytes.toString('latin1', start, start + DIGEST_LENGTH) !== digest(json)) {
      // A line that was being written is the last one.
      if (end >= 0 && end + 1 < bytes.length) throw new Error(`The file ${path} is damaged from byte ${start} on.`);
      break;
    }
    apply(JSON.parse(json));
    start = end + 1;
  }
  return start;
}

function read(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

const digest = json => createHash('sha256').update(json).digest('hex').slice(0, DIGEST_LENGTH);

module.exports = { Log };
