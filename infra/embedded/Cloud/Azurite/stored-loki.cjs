// Loki, the database of Azurite's stores, with every change in a file before it is acknowledged. Loki saves whole files every few seconds.
// This appends what has changed to a log as soon as an answer waits for it, and writes the whole file anew, while changes go on, when its
// log has grown as large. A start reads the file and what its logs have beyond it.
'use strict';
const { readdirSync, statfsSync, unlinkSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { Log } = require('./log.cjs');
const { copyOf, readSnapshot, writeSnapshot } = require('./snapshot.cjs');
const { StoredState } = require('./stored-state.cjs');

const LEAST_LOG = 1024 * 1024;
// Of the file: how much more a start may have to read, against how often all of it is written.
const LARGEST_LOG = 1 / 4;

/** @param {Function} Loki The package's own class. */
module.exports = Loki => class StoredLoki extends Loki {
  /** Is given what failed when changes could not be stored; those are taken back from memory then. */
  onFailure = () => {};

  #log;
  /** The logs before it that the file doesn't contain yet. */
  #earlier = [];
  /** Collections that were made or removed, not in the log yet. */
  #structure = [];
  #storing;
  #saving;
  #ending;
  #savedLength = 0;
  #saveAt = LEAST_LOG;
  #restores = 0;
  #isRestoring = false;
  /** Whether the disk refused what is in the log: it has to be written anew from memory. */
  #isLogLost = false;

  constructor(file) {
    // By this Loki notes which documents change; it saves nothing by itself.
    super(file, { adapter: { mode: 'incremental' } });
  }

  addCollection(name, options) {
    const count = this.collections.length;
    const collection = super.addCollection(name, options);
    if (this.collections.length > count && !this.#isRestoring) this.#structure.push(['create', name, options]);
    return collection;
  }

  removeCollection(name) {
    super.removeCollection(name);
    this.#structure.push(['remove', name]);
  }

  /** Azurite calls this at its start, where the file exists. */
  loadDatabase(_, callback) {
    answer(async () => this.#restore(), callback);
  }

  /** Azurite calls this when it has loaded, and made what was missing. */
  saveDatabase(callback) {
    answer(() => this.#begin(), callback);
  }

  /** Azurite calls this at its end, of some databases twice. */
  close(callback) {
    answer(() => this.#ending ??= this.#end(), callback);
  }

  /** Whether the log has everything. */
  get isStored() {
    return this.#structure.length === 0 && this.collections.every(collection => collection.dirtyIds.length === 0);
  }

  /** Resolves when the log has all that has changed until now. */
  stored() {
    if (this.isStored) return Promise.resolve();
    return this.#storing ??= betweenTurns().then(() => {
      this.#storing = undefined;
      this.#append();
    });
  }

  /** Fails unless more can be stored. */
  async reserve() {
    if (this.#isLogLost) await this.#save();
    this.#isLogLost = false;
    this.#log.reserve();
  }

  get #logLength() {
    return this.#earlier.reduce((length, log) => length + log.length, this.#log.length);
  }

  #append() {
    if (this.isStored) return;
    try {
      this.#log.append(JSON.stringify(this.#takeChanges()));
    } catch (error) {
      this.#restoreOrDie();
      this.onFailure(error);
      throw error;
    }
    if (this.#logLength >= this.#saveAt) this.#save().catch(() => {});
  }

  #takeChanges() {
    const group = this.#structure;
    this.#structure = [];
    for (const collection of this.collections) {
      if (collection.dirtyIds.length === 0) continue;
      const ids = [...new Set(collection.dirtyIds)];
      collection.dirtyIds = [];
      const documents = ids.map(id => collection.get(id));
      group.push(['documents', collection.name, documents.filter(Boolean), ids.filter((_, i) => !documents[i])]);
    }
    return group;
  }

  /** Begins with the file as it was read, or with a new one. */
  async #begin() {
    if (this.#log) return this.stored();
    const [stray] = this.#logs();
    if (stray) throw new Error(`The file ${this.filename} is missing; its log ${stray.path} is there.`);
    this.#takeChanges();
    this.#savedLength = await writeSnapshot(this.filename, 1, copyOf(this));
    this.#log = this.#open(1);
  }

  /** Leaves all of it in the file; or, where there is no room for that, in file and logs. */
  async #end() {
    if (!this.#log) return;
    await this.stored().catch(() => {});
    await this.#saving?.catch(() => {});
    if (this.#logLength > 0) await this.#save().catch(() => {});
    if (this.#logLength > 0) this.#closeLogs();
    else this.#log.delete();
  }

  /** Writes the file anew, and deletes the logs that it makes unnecessary. */
  #save() {
    return this.#saving ??= this.#saveNow().finally(() => this.#saving = undefined);
  }

  async #saveNow() {
    this.#saveAt = this.#logLength + LEAST_LOG;
    // A file that doesn't fit would take the room that the log needs.
    const { bavail, bsize } = statfsSync(dirname(this.filename));
    if (bavail * bsize < 2 * (this.#savedLength + this.#logLength)) throw Object.assign(new Error('There is no room for a copy.'), { code: 'ENOSPC' });
    await betweenTurns();
    const restores = this.#restores;
    const number = this.#numberOf(this.#log.path) + 1;
    const next = this.#open(number);
    this.#earlier.push(this.#log);
    this.#log = next;
    this.#savedLength = await writeSnapshot(this.filename, number, copyOf(this), async () => {
      // The copy has some of what changed while it was written: the log must have all of that before the copy counts.
      await this.stored();
      if (restores !== this.#restores) throw new Error('What was copied has been taken back.');
    });
    const contained = this.#earlier.filter(log => this.#numberOf(log.path) < number);
    this.#earlier = this.#earlier.filter(log => !contained.includes(log));
    for (const log of contained) log.delete();
    this.#saveAt = Math.max(LEAST_LOG, LARGEST_LOG * this.#savedLength);
  }

  /** Puts what the files have into memory. */
  #restore() {
    this.#closeLogs();
    const saved = readSnapshot(this.filename);
    const state = new StoredState(saved.collections);
    let number = saved.log;
    for (const log of this.#logs()) {
      // A file without a number is Azurite's own: what logs lie beside it are not of it.
      if (!(log.number >= saved.log)) {
        unlinkSync(log.path);
        continue;
      }
      if (log.number !== number++) throw new Error(`The file ${this.#pathOf(number - 1)} is missing.`);
      if (this.#log) this.#earlier.push(this.#log);
      this.#log = this.#open(log.number, group => state.apply(group));
    }
    this.#isRestoring = true;
    this.loadJSONObject({ ...saved, collections: state.saved() });
    state.fill(this);
    this.#isRestoring = false;
    this.#structure = [];
    this.#savedLength = saved.length;
    this.#restores++;
    if (saved.log) this.#log ??= this.#open(saved.log);
  }

  #restoreOrDie() {
    try {
      this.#restore();
    } catch (error) {
      // What is in memory has never been acknowledged; the next process begins with what is on disk.
      process.nextTick(() => { throw error; });
    }
  }

  #open(number, apply = () => {}) {
    return new Log(this.#pathOf(number), apply, error => {
      this.#isLogLost = true;
      this.onFailure(error);
    });
  }

  #closeLogs() {
    for (const log of [...this.#earlier, this.#log]) log?.close();
    this.#earlier = [];
    this.#log = undefined;
  }

  /** The logs in the folder, in their order. */
  #logs() {
    const folder = dirname(this.filename);
    return readdirSync(folder).map(name => join(folder, name)).filter(path => basename(path).startsWith(basename(this.#pathOf(''))))
      .map(path => ({ path, number: this.#numberOf(path) })).sort((one, other) => one.number - other.number);
  }

  #pathOf(number) {
    return `${this.filename}.log.${number}`;
  }

  #numberOf(path) {
    return Number(path.slice(path.lastIndexOf('.') + 1));
  }
};

function answer(action, callback) {
  action().then(() => callback(null), callback);
}

/** Azurite carries a transaction out within one turn of the event loop: between two turns none is half done. */
const betweenTurns = () => new Promise(resolve => setImmediate(resolve));
