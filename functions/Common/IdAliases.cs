// The names of all ids, for every project that uses the app: Directory.Build.targets hands them on.
global using ConnectionId = ServerlessDrives.Common.Id<ServerlessDrives.Common.ConnectionKind>;
global using DeliveryId = ServerlessDrives.Common.Id<ServerlessDrives.Common.DeliveryKind>;
global using DriveId = ServerlessDrives.Common.Id<ServerlessDrives.Common.DriveKind>;
global using FileId = ServerlessDrives.Common.Id<ServerlessDrives.Common.FileKind>;
global using IntegrationId = ServerlessDrives.Common.Id<ServerlessDrives.Common.IntegrationKind>;
global using OperationId = ServerlessDrives.Common.Id<ServerlessDrives.Common.OperationKind>;
global using OrganizationId = ServerlessDrives.Common.Id<ServerlessDrives.Common.OrganizationKind>;
global using RoleId = ServerlessDrives.Common.Id<ServerlessDrives.Common.RoleKind>;
global using ShareId = ServerlessDrives.Common.Id<ServerlessDrives.Common.ShareKind>;
global using UploadId = ServerlessDrives.Common.Id<ServerlessDrives.Common.UploadKind>;
global using VerificationId = ServerlessDrives.Common.Id<ServerlessDrives.Common.VerificationKind>;
global using WebhookId = ServerlessDrives.Common.Id<ServerlessDrives.Common.WebhookKind>;
global using WorkspaceId = ServerlessDrives.Common.Id<ServerlessDrives.Common.WorkspaceKind>;
