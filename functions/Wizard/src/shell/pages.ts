/** The pages that are files of their own, by the first part of their path; the list of drives comes with the app. */
export const pages = {
  drives: () => import('../drives/DrivePage'),
  connect: () => import('../connecting/StartPage'),
  connections: () => import('../connecting/ConnectionPage'),
  settings: () => import('../settings/SettingsPage'),
};

/** The page that people came for. */
export function firstPage(): keyof typeof pages | undefined {
  const name = location.pathname.split('/')[1] ?? '';
  return Object.hasOwn(pages, name) ? (name as keyof typeof pages) : undefined;
}

/** Whether this is one of the pages for people without an account: those that links lead to. */
export const needsNoAccount = (): boolean => /^\/(callback|s)\//.test(location.pathname);
