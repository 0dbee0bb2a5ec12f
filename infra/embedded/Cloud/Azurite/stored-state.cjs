// A database as it is read: first what was saved, then what its logs say happened.
'use strict';

class StoredState {
  constructor(collections) {
    this.collections = new Map(collections.map(saved => [saved.name, {
      saved, documents: new Map(saved.data.map(document => [document.$loki, document])), isAsSaved: true,
    }]));
  }

  apply(group) {
    for (const [kind, name, ...change] of group) {
      if (kind === 'create') this.collections.set(name, { options: change[0], documents: new Map() });
      else if (kind === 'remove') this.collections.delete(name);
      else this.#change(this.collections.get(name), ...change);
    }
  }

  #change(collection, present, removed) {
    for (const document of present) collection.documents.set(document.$loki, document);
    for (const id of removed) collection.documents.delete(id);
    collection.isAsSaved = false;
  }

  /** The saved collections, empty, as Loki makes them. */
  saved() {
    return [...this.collections.values()].filter(({ saved }) => saved).map(({ saved }) => ({ ...saved, data: [] }));
  }

  /** Gives the database's collections their documents, and makes those collections that were not saved. */
  fill(database) {
    for (const [name, { options, documents, isAsSaved }] of this.collections) {
      const collection = database.getCollection(name) ?? database.addCollection(name, options);
      collection.data = [...documents.values()];
      collection.dirtyIds = [];
      collection.idIndex = null;
      if (!isAsSaved) {
        // Loki finds a document by bisecting.
        collection.data.sort((one, other) => one.$loki - other.$loki);
        collection.maxId = Math.max(collection.maxId, collection.data.at(-1)?.$loki ?? 0);
      }
      collection.ensureId();
      if (!isAsSaved) collection.ensureAllIndexes(true);
      for (const unique of collection.uniqueNames) collection.ensureUniqueIndex(unique);
    }
  }
}

module.exports = { StoredState };
