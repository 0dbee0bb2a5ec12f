// Runs Azurite's table and blob services, and only those, in one process that outlives nobody.
//   node azurite.cjs <package folder> <data folder> <table port> <blob port>
// The process serves in a session of its own, so that neither Ctrl+C nor a kill of the whole process tree takes the
// storage away under an app that is still writing. It ends, with everything saved, when its standard input closes:
// that is what is left of an app that was killed.
'use strict';
const { spawn } = require('node:child_process');
const { mkdirSync, writeFileSync, rmSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

const [packageFolder, dataFolder, tablePort, blobPort, role] = process.argv.slice(2);
const pidFile = join(dataFolder, 'azurite.pid');

if (role !== 'serve') {
  spawn(process.execPath, [__filename, packageFolder, dataFolder, tablePort, blobPort, 'serve'], { detached: true, stdio: 'inherit' }).unref();
} else {
  serve().catch(error => {
    console.log(`failed ${error.message}`);
    process.exit(1);
  });
}

async function serve() {
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(pidFile, JSON.stringify({ pid: process.pid, startedAt: Math.round(Date.now() - process.uptime() * 1000) }));
  const inputClosed = new Promise(resolve => process.stdin.once('close', resolve).once('error', resolve).resume());
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});
  const asked = new Promise(resolve => process.once('SIGTERM', resolve));

  leaveOut('applicationinsights');
  // Azurite reads its options from the command line wherever its environment is built.
  process.argv.splice(2, process.argv.length,
    '--location', dataFolder, '--silent', '--loose', '--skipApiVersionCheck', '--disableProductStyleUrl', '--disableTelemetry',
    '--tableHost', '127.0.0.1', '--tablePort', tablePort, '--blobHost', '127.0.0.1', '--blobPort', blobPort);
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
  await Promise.all([table.start(), blob.start()]);
  console.log(`ready ${process.pid}`);

  await Promise.race([inputClosed, asked]);
  await Promise.all([table.close(), blob.close()]);
  rmSync(pidFile, { force: true });
  process.exit(0);
}

// Two thirds of the time that Azurite takes to load go into its telemetry, which is off.
function leaveOut(name) {
  const load = Module._load;
  Module._load = (request, ...rest) => request === name ? {} : load(request, ...rest);
}
