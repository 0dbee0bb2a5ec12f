/** The HTTP contract, as the pages need it. */

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type OrganizationRole = 'admin' | 'member';
export type WorkspaceRole = 'manager' | 'member';

export interface Me {
  user: { id: string; name?: string | null; email?: string | null };
  organization: { id: string; name?: string | null };
  role: OrganizationRole;
  workspaces: { id: string; name: string; role: WorkspaceRole | null }[];
}

export interface Workspace {
  id: string;
  name: string;
  role: WorkspaceRole | null;
  createdAt: string;
}

export interface Member {
  userId: string;
  role: WorkspaceRole;
}

export interface Audience {
  type: 'workspace' | 'organization';
  workspaceId?: string | null;
}

export interface Encryption {
  type: 'none' | 'sse-s3' | 'sse-kms';
  kmsKeyId?: string | null;
}

export interface Configuration {
  roleArn?: string | null;
  accessKeyId?: string | null;
  bucket: string;
  region: string;
  path?: string | null;
  encryption: Encryption;
}

export interface ConfigurationInput extends Configuration {
  secretAccessKey?: string;
}

export type Method = 'accessKey' | 'iamRole';

export type ConnectionStatus =
  | 'awaitingTrustPolicy'
  | 'awaitingConfiguration'
  | 'awaitingBucketPolicy'
  | 'verifying'
  | 'connected'
  | 'cancelled'
  | 'expired'
  | 'failed';

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: Record<string, string[]>;
  traceId?: string;
}

export type CheckStatus = 'passed' | 'failed' | 'skipped' | 'notApplicable';

export interface Check {
  name: string;
  permission: string | null;
  claim: string;
  status: CheckStatus;
  durationMs: number;
  awsErrorCode: string | null;
  awsRequestId: string | null;
  explanation: string | null;
  fix: string | null;
}

export interface VerificationReport {
  id: string;
  startedAt: string;
  completedAt: string | null;
  passed: boolean;
  checks: Check[];
}

export type PolicyDocument = Record<string, unknown>;

export interface Connection {
  id: string;
  displayName: string;
  audience: Audience;
  authentication: { method: Method; roleId?: string | null; roleArn?: string | null };
  configuration: Configuration | null;
  status: ConnectionStatus;
  attempt: number;
  problem: ProblemBody | null;
  trustPolicy: PolicyDocument | null;
  rolePolicy: PolicyDocument | null;
  bucketPolicy: PolicyDocument | null;
  /** For the KMS key's own policy, where the key is another account's. */
  keyPolicyStatement: PolicyDocument | null;
  /** Whether the open step was confirmed already. */
  confirmed: boolean;
  cancelRequested: boolean;
  externalId: string | null;
  verification: VerificationReport | null;
  driveId: string | null;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
}

export interface ConnectionStart {
  displayName: string;
  audience: Audience;
  authentication: { method: Method; roleId: string | null };
  configuration: null;
  makeDefault: boolean;
}

export type Step = 'trust-policy' | 'bucket-policy';
export type SetupFormat = 'aws-cli' | 'cloudformation' | 'terraform';

export interface CallbackLink {
  url: string;
  step: Step;
  expiresAt: string;
}

/** What the page of a callback link shows. */
export interface Callback {
  step: Step;
  /** Whether it is that step's turn still. */
  open: boolean;
  confirmed: boolean;
  displayName: string;
  bucket: string | null;
  region: string | null;
  trustPolicy: PolicyDocument | null;
  rolePolicy: PolicyDocument | null;
  bucketPolicy: PolicyDocument | null;
  keyPolicyStatement: PolicyDocument | null;
  roleArn: string | null;
  expiresAt: string;
}

export interface IamRole {
  id: string;
  displayName?: string | null;
  audience: Audience;
  roleArn: string | null;
  externalId: string;
  trustPolicy: PolicyDocument | null;
  status: 'pending' | 'trusted';
  usedBy: Use[];
  createdBy: string;
  createdAt: string;
}

/** Something that stands on something else and keeps it from going. */
export interface Use {
  id: string;
  displayName: string;
}

export type HealthStatus = 'healthy' | 'degraded' | 'unreachable' | 'unknown';

export interface DriveHealth {
  status: HealthStatus;
  checkedAt: string | null;
  since: string | null;
  problem: string | null;
}

export interface Drive {
  id: string;
  displayName: string;
  audience: Audience;
  authentication: { method: Method; accessKeyId?: string | null; roleId?: string | null; roleArn?: string | null };
  bucket: string;
  region: string;
  path: string;
  encryption: Encryption;
  health: DriveHealth;
  default: { organization: boolean; workspaces: string[] };
  state: 'connected' | 'disconnecting';
  createdBy: string;
  createdAt: string;
}

export interface HealthEntry {
  at: string;
  status: HealthStatus;
  problem: string | null;
}

export interface HealthHistory extends DriveHealth {
  /** Changes, the oldest first. */
  history: HealthEntry[];
}

export interface DefaultDrive {
  driveId: string | null;
  source: 'workspace' | 'organization' | 'none';
}

export interface FileEntry {
  type: 'file' | 'folder';
  path: string;
  size: number | null;
  lastModified: string | null;
  etag: string | null;
  /** False for names that other programs made and that can't be reached here. */
  addressable: boolean;
}

export interface BegunUpload {
  id: string;
  path: string;
  partSize: number;
  parts: { number: number; url: string }[];
  expiresAt: string;
}

export interface FileReference {
  id: string;
  path: string;
  driveId: string;
  size: number | null;
  lastModified: string | null;
  /** Whether the file is another than when the reference was made. */
  changed: boolean;
  createdAt: string;
}

export interface Integration {
  id: string;
  kind: 'upstream' | 'downstream';
  name: string;
  driveId: string | null;
  workspaceId: string | null;
  folder: string;
  pattern: string | null;
  webhookId: string | null;
  paused: boolean;
  createdBy: string;
  createdAt: string;
}

export interface IntegrationInput {
  kind: 'upstream' | 'downstream';
  name: string;
  driveId?: string;
  workspaceId?: string;
  folder: string;
  pattern?: string;
  webhookId?: string;
}

export interface Webhook {
  id: string;
  url: string;
  description: string | null;
  /** None for all. */
  events: string[];
  status: 'active' | 'failing' | 'disabled';
  failingSince: string | null;
  disabledAt: string | null;
  /** Only in the answer that creates it. */
  signingSecret: string | null;
  createdAt: string;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

export interface Delivery {
  id: string;
  eventId: string;
  type: string;
  subject: string;
  status: DeliveryStatus;
  tries: number;
  attempts: { at: string; status: number | null; durationMs: number; error: string | null }[];
  nextAttemptAt: string | null;
  createdAt: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: { kind: 'user' | 'callback' | 'system'; id: string };
  action: string;
  resource: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface SignInConfiguration {
  authority: string;
  clientId: string;
  scope: string;
}
