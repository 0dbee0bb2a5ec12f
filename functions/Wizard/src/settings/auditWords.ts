import type { AuditEntry } from '../api/contract';

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
  'workspace.created': 'created the workspace',
  'workspace.renamed': 'renamed the workspace',
  'workspace.deleted': 'deleted the workspace',
  'member.added': 'added a member to',
  'member.changed': 'changed a member’s role in',
  'member.removed': 'removed a member from',
};

/** What was done, as the end of a sentence that begins with who did it; the code itself when we have no words for it. */
export const actionWords = (action: string): string => verbs[action] ?? `did ${action} to`;

/** What it was done to: its name where the entry holds one, or else its id. */
export function resourceName(entry: AuditEntry): string {
  for (const state of [entry.after, entry.before])
    for (const key of ['displayName', 'name', 'url']) {
      const value = state?.[key];
      if (typeof value === 'string' && value !== '') return value;
    }
  return entry.resource;
}
