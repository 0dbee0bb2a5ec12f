import type { Webhook } from '../api/contract';

/** What people call a webhook: its description, or else where it leads. */
export const webhookName = (webhook: Webhook | undefined): string | undefined =>
  webhook && (webhook.description || new URL(webhook.url).host);
