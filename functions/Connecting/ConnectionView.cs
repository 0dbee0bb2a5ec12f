using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>A connection as the API shows it.</summary>
public sealed record ConnectionView(
    ConnectionId Id,
    string DisplayName,
    Audience Audience,
    AuthenticationView Authentication,
    DriveAccess Access,
    ConfigurationView? Configuration,
    ConnectionStatus Status,
    int Attempt,
    ConnectionProblem? Problem,
    JsonObject? TrustPolicy,
    JsonObject? RolePolicy,
    JsonObject? BucketPolicy,
    JsonObject? KeyPolicyStatement,
    string? ExternalId,
    VerificationReport? Verification,
    DriveId? DriveId,
    bool MakeDefault,
    bool Confirmed,
    bool CancelRequested,
    UserId CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt);

/// <param name="Method"><c>accessKey</c> or <c>iamRole</c>.</param>
/// <param name="RoleArn">Once it is known.</param>
/// <param name="ReportedRoleArn">Of a new role: the ARN that came with a confirmation, as long as nothing is configured.</param>
/// <param name="RoleNamedBy">Who named the role by a callback link, as they call themselves; null where a signed-in user did.</param>
/// <param name="Partition">Of the role; null with an access key.</param>
/// <param name="SessionTags">Whether the role's sessions are tagged.</param>
public sealed record AuthenticationView(
    ConnectionMethod Method,
    RoleId? RoleId,
    string? RoleArn,
    string? ReportedRoleArn,
    string? RoleNamedBy,
    string? Partition,
    bool SessionTags);

/// <summary>The configuration without its secret.</summary>
public sealed record ConfigurationView(
    string? RoleArn,
    string? AccessKeyId,
    string Bucket,
    string Region,
    string Path,
    Encryption Encryption,
    string? BucketOwner,
    bool RequesterPays,
    bool AllowOverlap);

/// <summary>Shows connections: what is stored, and the policies that follow from it.</summary>
public sealed class ConnectionViews(IPrincipals principals, IReports reports)
{
    /// <summary>A connection with everything that people need for the step that it is at.</summary>
    public async Task<ConnectionView> OfAsync(DriveConnection connection, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var report = connection.LastVerification is { } last
            ? await reports.FindAsync(connection.Organization, connection.Id.Value, last, cancellation)
            : null;
        return Of(connection, report);
    }

    /// <summary>The same without the report, for lists.</summary>
    public ConnectionView Of(DriveConnection connection, VerificationReport? report = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var policies = PoliciesOf(connection);
        return new(
            connection.Id,
            connection.DisplayName.Value,
            connection.Audience,
            new(
                connection.Method,
                connection.RoleId,
                connection.RoleArn?.ToString(),
                connection.ReportedRoleArn?.ToString(),
                connection.RoleNamedBy,
                connection.Method is ConnectionMethod.IamRole ? connection.Partition.ToString() : null,
                connection.SessionTags),
            connection.Mode,
            connection.Configuration is { } c
                ? new(
                    c.RoleArn?.ToString(),
                    c.AccessKeyId?.ToString(),
                    c.Bucket.ToString(),
                    c.Region.ToString(),
                    c.Path.ToString(),
                    c.Encryption,
                    c.BucketOwner?.ToString(),
                    c.RequesterPays,
                    c.AllowOverlap)
                : null,
            connection.Status,
            connection.Attempt,
            connection.Problem,
            policies.Trust,
            policies.Role,
            policies.Bucket,
            policies.KeyStatement,
            connection.ExternalId?.ToString(),
            report,
            connection.DriveId,
            connection.MakeDefault,
            connection.OpenStep is { } step && connection.ConfirmationOf(step) is not null,
            connection.CancelRequested,
            connection.CreatedBy,
            connection.CreatedAt,
            connection.UpdatedAt,
            connection.ExpiresAt);
    }

    /// <summary>The policies that have been offered so far.</summary>
    public OfferedPolicies PoliciesOf(DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Method is ConnectionMethod.AccessKey)
            return new(null, null, null, null);
        return connection is { BucketPolicyOffered: true, Access: { } access, RoleArn: { } role }
            ? GrantsFor(role, access) with { Trust = TrustOf(connection) }
            : new(TrustOf(connection), null, null, null);
    }

    /// <summary>The policies that a callback link is for.</summary>
    /// <param name="role">The role that is used, or that is to be made.</param>
    public OfferedPolicies PoliciesFor(DriveConnection connection, RoleArn role, CallbackStep step)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var trust = step is CallbackStep.BucketPolicy ? null : TrustOf(connection);
        var isOffered = step is CallbackStep.All || (step is CallbackStep.BucketPolicy && connection.BucketPolicyOffered);
        return connection.Access is { } access && isOffered
            ? GrantsFor(role, access) with { Trust = trust }
            : new(trust, null, null, null);
    }

    private JsonObject? TrustOf(DriveConnection connection) =>
        connection.ExternalId is { } externalId && principals.For(connection.Partition) is { } principal
            ? TrustPolicy.For(principal, externalId, connection.SessionTags).ToJson()
            : null;

    private static OfferedPolicies GrantsFor(RoleArn role, BucketAccess access) => new(
        Trust: null,
        RolePolicy.For(access).ToJson(),
        BucketPolicy.For(role, access).ToJson(),
        KeyPolicyStatement.For(role, access) is { IsRequired: true } statement ? statement.ToJson() : null);
}

/// <summary>What an AWS admin is to apply; null where it isn't offered (yet).</summary>
/// <param name="KeyStatement">For the KMS key's own policy, where the key is another account's.</param>
public sealed record OfferedPolicies(JsonObject? Trust, JsonObject? Role, JsonObject? Bucket, JsonObject? KeyStatement);
