import type { AuditEntry } from '../api/contract';

/** What was done, as the middle of a sentence from who did it to what it was done to; `%` is the person or group whom it concerns. */
const verbs: Record<string, string> = {
  'connection.started': 'started the connection',
  'connection.configured': 'configured the connection',
  'connection.confirmed': 'confirmed a step of the connection',
  'connection.callback-link-made': 'made a callback link for the connection',
  'connection.callback-links-revoked': 'revoked the callback links of the connection',
  'connection.cancel-requested': 'cancelled the connection',
  'connection.cancelled': 'ended the cancelled connection',
  'connection.connected': 'finished the connection',
  'connection.expired': 'ended the expired connection',
  'connection.failed': 'ended the failed connection',
  'drive.connected': 'connected the drive',
  'drive.removed': 'removed the drive',
  'drive.credentials-replaced': 'replaced the access key of',
  'default-drive.changed': 'changed the default drive of',
  'file.version-restored': 'restored a version of a file on',
  'file.undeleted': 'brought back a file on',
  'folder.created': 'made a folder on',
  'files.move-started': 'began to move files of',
  'files.copy-started': 'began to copy files of',
  'files.deletion-started': 'began to delete a folder of',
  'files.operation-cancelled': 'cancelled a move, copy or deletion of files of',
  'files.operation-ended': 'ended a move, copy or deletion of files of',
  'share.made': 'made a link to a shared file, the share',
  'share.used': 'downloaded a shared file by the share',
  'share.locked': 'gave too many wrong passwords for the share',
  'share.revoked': 'revoked the share',
  'share.ended': 'moved the file of a link to another drive, which ended the share',
  'share.reopened': 'could not move the file of a link to another drive, which opened again the share',
  'organization.sharing-changed': 'changed whether files may be shared in',
  'role.created': 'added the role',
  'role.deleted': 'deleted the role',
  'integration.created': 'added the integration',
  'integration.changed': 'changed the integration',
  'integration.notifications-offered': 'asked how to set up S3’s notifications for the integration',
  'integration.notifications-revoked': 'stopped S3’s notifications for the integration',
  'integration.deleted': 'deleted the integration',
  'webhook.created': 'added the webhook',
  'webhook.enabled': 'enabled again the webhook',
  'webhook.deleted': 'deleted the webhook',
  'webhook.tested': 'sent a test event to the webhook',
  'delivery.redelivered': 'sent again the delivery',
  'deliveries.redelivered': 'sent again all dead letters of',
  'workspace.created': 'created the workspace',
  'workspace.renamed': 'renamed the workspace',
  'workspace.deleted': 'deleted the workspace',
  'member.added': 'added % to',
  'member.changed': 'changed the role of % in',
  'member.removed': 'removed % from',
  'group.added': 'admitted the group % to',
  'group.changed': 'changed how the group % is admitted to',
  'group.removed': 'removed the group % from',
};

const nameOf = (entry: AuditEntry, user: unknown): string => entry.people.find((person) => person.id === user)?.name ?? String(user);

/** Who did it, by name where we know it. */
export function actorName(entry: AuditEntry): string {
  const { kind, id } = entry.actor;
  if (kind === 'callback') return `${id || 'Somebody'} (by a callback link)`;
  if (kind === 'link') return 'Somebody with a link';
  return kind === 'system' ? `ServerlessDrives (${id})` : nameOf(entry, id);
}

/** What was done; the code itself when we have no words for it. */
export const actionWords = (entry: AuditEntry): string =>
  (verbs[entry.action] ?? `did ${entry.action} to`).replace('%', () => {
    const state = entry.after ?? entry.before;
    return state?.['group'] === undefined ? nameOf(entry, state?.['user']) : String(state['groupName'] ?? state['group']);
  });

/** What it was done to: its name where the entry or somebody else knows one, or else its id. */
export function resourceName(entry: AuditEntry, nameKnownElsewhere: (id: string) => string): string {
  for (const state of [entry.after, entry.before])
    for (const key of ['displayName', 'name', 'url']) {
      const value = state?.[key];
      if (typeof value === 'string' && value !== '') return value;
    }
  return entry.resource.startsWith('org_') ? 'the organization' : nameKnownElsewhere(entry.resource);
}
