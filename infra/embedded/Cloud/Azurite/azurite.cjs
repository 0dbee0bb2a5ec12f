// Runs Azurite's table and blob services in one process that outlives nobody, and its queue service where a port is given for it.
//   node azurite.cjs <package folder> <data folder> <table port> <blob port> [start <queue port>]
// The process serves in a session of its own, so that neither Ctrl+C nor a kill of the whole process tree takes the
// storage away under an app that is still writing. It ends, with everything saved, when its standard input closes:
// that is what is left of an app that was killed. Its lines: "ready <pid>", "taken" where another serves the same folder,
// "failed <sentence>", "full <sentence>" when nothing can be stored any more, and "room" when it can again.
'use strict';
const { spawn } = require('node:child_process');
const { mkdirSync, writeFileSync, rmSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { Answers, reasonOf } = require('./answers.cjs');

const [packageFolder, dataFolder, tablePort, blobPort, role, queuePort = '0'] = process.argv.slice(2);
const pidFile = join(dataFolder, 'azurite.pid');

if (role !== 'serve') {
  spawn(process.execPath, [__filename, packageFolder, dataFolder, tablePort, blobPort, 'serve', queuePort], { detached: true, stdio: 'inherit' }).unref();
} else {
  serve().catch(error => {
    // A call of the system names the file that it failed at.
    console.log(`failed ${error.path && error.code ? `The file ${error.path} can't be used: ${reasonOf(error)}` : error.message}`);
    process.exit(1);
  });
}

async function serve() {
  // Nobody reads any more what is written after the app has ended.
  process.stdout.on('error', () => {});
  mkdirSync(dataFolder, { recursive: true });
  if (!claim()) {
    console.log('taken');
    return;
  }
  process.on('exit', () => rmSync(pidFile, { force: true }));
  const inputClosed = new Promise(resolve => process.stdin.once('close', resolve).once('error', resolve).resume());
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});
  const asked = new Promise(resolve => process.on('SIGTERM', resolve));

  const databases = [];
  // Two thirds of the time that Azurite takes to load go into its telemetry, which is off.
  replace('applicationinsights', () => ({}));
  // A third of the remaining load time goes into its SQL stores, which are not used, and into a client for copies from other servers.
  replace('sequelize', () => ({ Model: class {} }));
  replace('axios', original => new Proxy({}, { get: (_, name) => name === '__esModule' || original()[name] }));
  replace('lokijs', original => storing(original(), databases));
  // Azurite reads its options from the command line wherever its environment is built.
  process.argv.splice(2, process.argv.length,
    '--location', dataFolder, '--silent', '--loose', '--skipApiVersionCheck', '--disableProductStyleUrl', '--disableTelemetry',
    '--tableHost', '127.0.0.1', '--tablePort', tablePort, '--blobHost', '127.0.0.1', '--blobPort', blobPort,
    '--queueHost', '127.0.0.1', '--queuePort', queuePort);
  const azurite = name => require(join(packageFolder, 'dist', 'src', name));
  const Environment = azurite('common/Environment').default;
  const environment = new Environment();
  const { BlobServerFactory } = azurite('blob/BlobServerFactory');
  const TableConfiguration = azurite('table/TableConfiguration').default;
  const TableServer = azurite('table/TableServer').default;
  const { AzuriteTelemetryClient } = azurite('common/Telemetry');
  azurite('common/Logger').configLogger(false, undefined);
  AzuriteTelemetryClient.init(dataFolder, false, environment);

  const table = new TableServer(new TableConfiguration(
    '127.0.0.1', Number(tablePort), environment.tableKeepAliveTimeout(), join(dataFolder, '__azurite_db_table__.json'),
    false, false, undefined, undefined, true, true, '', '', '', undefined, true, false));
  const blob = await new BlobServerFactory().createServer(environment);
  azurite('common/ConfigurationBase').setExtentMemoryLimit(environment, false);
  const answers = new Answers(databases, problem => console.log(problem ? `full ${problem}` : 'room'));
  const servers = [table, blob];
  if (queuePort !== '0') servers.push(await queueServer(azurite, environment));
  for (const server of servers) answers.guard(server.httpServer);
  await Promise.all(servers.map(server => server.start()));
  console.log(`ready ${process.pid}`);

  await Promise.race([inputClosed, asked]);
  await Promise.all(servers.map(server => server.close()));
  process.exit(0);
}

async function queueServer(azurite, environment) {
  const QueueConfiguration = azurite('queue/QueueConfiguration').default;
  const QueueServer = azurite('queue/QueueServer').default;
  const { DEFAULT_QUEUE_PERSISTENCE_ARRAY: persistence } = azurite('queue/utils/constants');
  persistence[0].locationPath = join(dataFolder, '__queuestorage__');
  return new QueueServer(new QueueConfiguration(
    '127.0.0.1', Number(queuePort), environment.queueKeepAliveTimeout(),
    join(dataFolder, '__azurite_db_queue__.json'), join(dataFolder, '__azurite_db_queue_extent__.json'), persistence,
    false, undefined, false, undefined, true, true, '', '', '', undefined, true, false));
}

/** One process at a time has the folder: the app takes the file away only when the process that it names is gone. */
function claim() {
  try {
    writeFileSync(pidFile, JSON.stringify({ pid: process.pid, startedAt: Math.round(Date.now() - process.uptime() * 1000) }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function storing(Loki, databases) {
  const StoredLoki = require('./stored-loki.cjs')(Loki);
  return class extends StoredLoki {
    constructor(file) {
      super(file);
      databases.push(this);
    }
  };
}

/** Has a package of Azurite's be what `other` makes, of the original or without it. */
function replace(name, other) {
  const load = Module._load;
  let made;
  Module._load = (request, ...rest) => request === name ? made ??= other(() => load(request, ...rest)) : load(request, ...rest);
}
