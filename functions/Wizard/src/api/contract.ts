/** The HTTP contract, as the pages need it. */

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type OrganizationRole = 'admin' | 'member';
export type WorkspaceRole = 'manager' | 'member';

export interface Me {
  user: { id: string; name?: string | null };
  organization: { id: string; name?: string | null };
  role: OrganizationRole;
  workspaces: { id: string; name: string; role: WorkspaceRole | null }[];
}

export interface Workspace {
  id: string;
  name: string;
  createdAt?: string;
}

export interface Member {
  userId: string;
  name?: string | null;
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
  displayName?: string;
  organization?: string | null;
  status?: ConnectionStatus;
  confirmed?: boolean;
  expiresAt: string;
  trustPolicy?: PolicyDocument | null;
  rolePolicy?: PolicyDocument | null;
  bucketPolicy?: PolicyDocument | null;
  externalId?: string | null;
  configuration?: Configuration | null;
}

export interface IamRole {
  id: string;
  displayName?: string | null;
  audience: Audience;
  roleArn: string | null;
  externalId: string;
  trustPolicy: PolicyDocument;
  status: 'pending' | 'trusted';
  usedBy: { id: string; displayName: string }[];
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
  createdBy: string;
  createdAt: string;
}

export interface HealthEntry {
  at: string;
  status: HealthStatus;
  problem?: string | null;
}

export interface HealthHistory {
  health: DriveHealth;
  history: HealthEntry[];
}

export interface DefaultDrive {
  driveId: string | null;
  source?: 'workspace' | 'organization' | 'none' | null;
}

export interface DriveFile {
  path: string;
  size: number | null;
  lastModified: string | null;
  etag: string | null;
}

export interface FileListing extends Page<DriveFile> {
  folders: string[];
}

export interface FileReference {
  id: string;
  path: string;
  driveId: string;
}

export interface Integration {
  id: string;
  kind: 'upstream' | 'downstream';
  driveId: string | null;
  workspaceId?: string | null;
  folder: string;
  pattern?: string | null;
  webhookId?: string | null;
}

export interface Webhook {
  id: string;
  url: string;
  description?: string | null;
  types?: string[];
  secret?: string | null;
  failingSince?: string | null;
  disabledAt?: string | null;
  createdAt?: string;
}

export interface Delivery {
  id: string;
  type?: string;
  event?: { type?: string; subject?: string };
  status: 'pending' | 'delivered' | 'dead';
  tries?: number;
  attempts?: { at: string; status: number | null; durationMs: number; error: string | null }[];
  createdAt: string;
  nextAttemptAt?: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: { kind: string; id: string };
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
