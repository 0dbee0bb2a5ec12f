/**
 * The HTTP contract, as the pages need it: names for the types that `npm run types` makes from docs/openapi.json, the description that the app serves.
 * Narrowed where the description says only "a text" of something that is one of a few words.
 */
import type { components } from './openapi';

type Schemas = components['schemas'];

/** A described type with some of its fields known more closely; it doesn't compile if they aren't fields of it, or could be something else. */
type Narrowed<T, U extends Partial<T>> = Omit<T, keyof U> & U;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type OrganizationRole = Schemas['OrganizationRole'];
export type WorkspaceRole = Schemas['WorkspaceRole'];
export type Workspace = Schemas['Workspace'];
export type Me = Schemas['Me'];
export type Member = Schemas['Member'];
/** A group of the identity provider's that a workspace admits. */
export type Group = Schemas['Group'];
export type User = Schemas['User'];

export type Audience = Schemas['Drive']['audience'];
export type Method = Schemas['ConnectionMethod'];
export type DriveAccess = Schemas['DriveAccess'];
export type Encryption = Narrowed<Schemas['EncryptionBody'], { type: Schemas['Encryption']['type'] }>;
export type Configuration = Schemas['Configuration'];
export type ConfigurationInput = Narrowed<Schemas['ConfigurationBody'], { encryption: Encryption }>;

/** What S3 says of a bucket to anybody. */
export type Bucket = Schemas['Bucket'];

export type ConnectionStatus = Schemas['ConnectionStatus'];
export type Connection = Schemas['Connection'];
export type ConnectionStart = Narrowed<
  Schemas['StartConnectionBody'],
  { audience: Audience; authentication: { method: Method; roleId: string | null; partition: string | null; sessionTags: boolean | null } }
>;
export type PolicyDocument = Record<string, unknown>;
/** RFC 9457, any part of which may be missing from what a proxy answers. */
export type ProblemBody = Partial<Schemas['Problem']>;

export type CheckStatus = Schemas['CheckStatus'];
export type Check = Schemas['Check'];
export type VerificationReport = Schemas['VerificationReport'];

/** What AWS refuses and is asked again. */
export type Retrying = Schemas['Retrying'];

export type Step = 'trust-policy' | 'bucket-policy';
/** What a callback link confirms. */
export type CallbackStep = Step | 'all';
export type SetupFormat = 'aws-cli' | 'cloudformation' | 'terraform';
export type CallbackLink = Narrowed<Schemas['CallbackLink'], { step: CallbackStep }>;
/** What the page of a callback link shows. */
export type Callback = Narrowed<Schemas['Callback'], { step: CallbackStep }>;
/** The console link with all parameters filled in. */
export interface LaunchStack {
  url: string;
}

export type IamRole = Schemas['Role'];

export type HealthStatus = Schemas['HealthStatus'];
export type DriveHealth = Schemas['DriveHealth'];
export type HealthEntry = Schemas['HealthChange'];
export type HealthHistory = Schemas['DriveHealthHistory'];
export type Drive = Schemas['Drive'];
export type Usage = Schemas['Usage'];
export type UsageDay = Schemas['UsageDay'];
/** What is answered while a new key is still being verified. */
export type PendingCredentials = Schemas['CredentialsPending'];
export type DefaultDrive = Narrowed<Schemas['DefaultDrive'], { source: 'workspace' | 'organization' | 'none' }>;

export type FileEntry = Narrowed<Schemas['FileEntry'], { type: 'file' | 'folder' }>;
export type FileOrDeleted = Narrowed<Schemas['FileOrDeleted'], { type: 'file' | 'folder' }>;
export type FileVersion = Schemas['FileVersion'];
/** A move, copy or deletion that goes on by itself. */
export type FileOperation = Schemas['FileOperation'];
export type LeftFile = Schemas['LeftFile'];
export type FolderSize = Schemas['FolderSize'];
export type Share = Narrowed<Schemas['Share'], { status: 'open' | 'used' | 'locked' | 'revoked' | 'moved' | 'expired' }>;
export type MadeShare = Schemas['MadeShare'];
/** What whoever has the link is shown. */
export type SharedFile = Schemas['SharedFile'];
export type UnlockedShare = Schemas['UnlockedShare'];
export type SharingSetting = Schemas['Sharing'];
export type BegunUpload = Schemas['Upload'];
export type UploadProgress = Schemas['UploadProgress'];
export type UploadLinks = Schemas['UploadLinks'];
export type PreviewLink = Schemas['PreviewLink'];
export type SentPart = Required<Schemas['UploadedPart']>;
export type FileReference = Schemas['FileReference'];

export type Integration = Schemas['Integration'];
/** What a pattern would have matched. */
export type Trial = Schemas['Trial'];
export type Backfill = Narrowed<Schemas['Backfill'], { status: 'running' | 'completed' }>;
export type IntegrationInput = Narrowed<Schemas['IntegrationBody'], { kind: Schemas['IntegrationKind'] }>;

export type Webhook = Narrowed<Schemas['Webhook'], { status: 'active' | 'failing' | 'disabled' }>;
export type DeliveryStatus = Schemas['DeliveryStatus'];
export type Delivery = Schemas['Delivery'];
/** Dead letters that are sent again. */
export type Requeued = Schemas['Requeued'];

export type AuditEntry = Narrowed<Schemas['AuditEntry'], { actor: { kind: 'user' | 'callback' | 'link' | 'system'; id: string } }>;

export type SignInConfiguration = Schemas['SignIn'];
