/** The page's first script: small, so that whoever isn't signed in yet waits for no more, and everything else is under way before the app's code is there. */
import 'virtual:theme.css';
import './shell/shell.css';
import './shell/controls.css';
import './drives/drives.css';
import { beginningOf } from './api/all';
import { askAhead } from './api/client';
import { beginningOfFolder, folderOf } from './files/paths';
import { firstPage, needsNoAccount, pages } from './shell/pages';
import { followTheme } from './shell/theme';
import { warmFormats } from './shell/warmFormats';
import { currentSession, onSession } from './signin/session';
import { welcome } from './signin/welcome';

let asked = false;

followTheme();
if (needsNoAccount()) void import('./main');
else {
  decide();
  onSession(decide);
}

function decide(): void {
  const session = currentSession();
  welcome(session);
  if (session.state !== 'out') open();
}

function open(): void {
  if (currentSession().state === 'in' && !asked) {
    asked = true;
    askAhead('/api/me');
    if (location.pathname === '/') for (const list of ['/api/drives', '/api/connections']) askAhead(beginningOf(list));
    const page = firstPage();
    if (page) void pages[page]();
    askForFiles();
  }
  void import('./main');
}

/** Of a page of files, the drive and the folder: otherwise each would wait for the one before. */
function askForFiles(): void {
  const driveId = /^\/drives\/(drv_\w+)\/files$/.exec(location.pathname)?.[1];
  if (!driveId) return;
  askAhead(`/api/drives/${driveId}`);
  askAhead(beginningOfFolder(driveId, folderOf(new URLSearchParams(location.search))));
  warmFormats();
}
