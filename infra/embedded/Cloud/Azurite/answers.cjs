// Holds every answer back until what it says is on disk, and answers 507 where it can't be. While the disk is full nothing is changed:
// what could not be stored is taken back, further changes are refused, and reads go on. Changes are taken again when there is room.
'use strict';
const { setTimeout } = require('node:timers/promises');

const TRY_AGAIN_AFTER = 500;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const REASONS = {
  ENOSPC: 'No space is left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  EFBIG: 'A file may not grow any more.',
  EROFS: 'The file system is read-only.',
  EACCES: 'Permission was denied.',
  EPERM: 'Permission was denied.',
  EIO: 'The disk failed.',
};

const reasonOf = error => REASONS[error.code] ?? error.message;

class Answers {
  /** Why nothing can be stored at the moment. */
  #problem;
  /** Grows when changes are taken back: whatever was begun before may have seen or made one of them. */
  #epoch = 0;

  /** @param databases All that the servers keep. @param {(problem?: string) => void} report Hears when storing fails, and when it works again. */
  constructor(databases, report) {
    this.databases = databases;
    this.report = report;
    for (const database of databases) database.onFailure = error => this.#fail(error);
  }

  /** Stands in front of a server's own listener. */
  guard(server) {
    const [listener] = server.listeners('request');
    server.removeListener('request', listener);
    server.on('request', (request, response) => {
      if (this.#problem && !READS.has(request.method)) {
        request.resume();
        refuse(response, this.#problem);
        return;
      }
      this.#hold(response);
      listener(request, response);
    });
  }

  #hold(response) {
    const epoch = this.#epoch;
    const held = [];
    const settle = async () => {
      const problem = await this.#problemOf(response, epoch);
      delete response.write;
      delete response.end;
      if (problem) refuse(response, problem);
      else {
        for (const [name, parts] of held) response[name](...parts);
        response.emit('drain');
      }
    };
    const hold = name => (...parts) => {
      if (held.push([name, parts]) === 1) settle();
      return name === 'end' ? response : false;
    };
    response.write = hold('write');
    response.end = hold('end');
  }

  /** @returns Why this answer may not be given, if so. */
  async #problemOf(response, epoch) {
    const unstored = this.databases.filter(database => !database.isStored);
    await Promise.all(unstored.map(database => database.stored().catch(() => {})));
    // The bytes of blobs are not in a database: Azurite fails without saying why.
    if (response.statusCode === 500) await this.#reserve().catch(error => this.#fail(error));
    return epoch === this.#epoch && (response.statusCode !== 500 || !this.#problem) ? undefined : this.#problem ?? 'It could not be stored.';
  }

  async #fail(error) {
    this.#epoch++;
    if (this.#problem) return;
    this.#problem = `Nothing can be stored. ${reasonOf(error)}`;
    this.report(this.#problem);
    do await setTimeout(TRY_AGAIN_AFTER);
    while (!await this.#reserve().then(() => true, () => false));
    this.#problem = undefined;
    this.report();
  }

  #reserve() {
    return Promise.all(this.databases.map(database => database.reserve()));
  }
}

function refuse(response, problem) {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const body = JSON.stringify({ 'odata.error': { code: 'InsufficientStorage', message: { lang: 'en-US', value: problem } } });
  response.writeHead(507, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-ms-error-code': 'InsufficientStorage' });
  response.end(body);
}

module.exports = { Answers, reasonOf };
