using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Drives;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>Where a connection stands. The first five are the wizard's steps in order; the rest are ends.</summary>
public enum ConnectionStatus
{
    AwaitingTrustPolicy,
    AwaitingConfiguration,
    AwaitingBucketPolicy,
    Verifying,
    Connected,
    Cancelled,
    Expired,

    /// <summary>Our own fault; the person did nothing wrong and may start again.</summary>
    Failed,
}

public enum ConnectionMethod
{
    AccessKey,
    IamRole,
}

/// <summary>Why the connection is where it is, when something went wrong on the way: a sentence and what to do about it.</summary>
public sealed record ConnectionProblem(string Code, string Title, string Detail);

/// <summary>One attempt to connect a drive: the wizard's durable state. Changes only by the transitions below.</summary>
public sealed record DriveConnection
{
    public required ConnectionId Id { get; init; }
    public required OrganizationId Organization { get; init; }
    public required DisplayName DisplayName { get; init; }
    public required Audience Audience { get; init; }
    public required ConnectionMethod Method { get; init; }

    /// <summary>The role that is used, new or chosen; null with an access key.</summary>
    public RoleId? RoleId { get; init; }

    /// <summary>Whether the role came into being with this connection, and goes with it if it comes to nothing.</summary>
    public bool RoleIsNew { get; init; }

    public ExternalId? ExternalId { get; init; }

    /// <summary>
    /// The ARN that is proven: of a chosen role from the start, of a new one from when it was shown to trust us. It can't be changed any
    /// more.
    /// </summary>
    public RoleArn? ChosenRoleArn { get; init; }

    /// <summary>
    /// The partition that was chosen at the start, whose principal the trust policy names; null in connections from before it could be.
    /// </summary>
    public Partition? ChosenPartition { get; init; }

    /// <summary>Whether the trust policy allows session tags, so that sessions carry them.</summary>
    public bool SessionTags { get; init; }

    public DriveAccess Mode { get; init; } = DriveAccess.ReadWrite;
    public bool MakeDefault { get; init; }
    public DriveConfiguration? Configuration { get; init; }

    /// <summary>
    /// The vault's name for the secret access key; chosen before there is one, so that what is stored can always be found.
    /// </summary>
    public SecretName? Secret { get; init; }

    /// <summary>A new role's ARN that came with a confirmation, before there was a configuration to note it in.</summary>
    public RoleArn? ReportedRoleArn { get; init; }

    /// <summary>Who named the role without being signed in, by a callback link; null where a signed-in user did.</summary>
    public string? RoleNamedBy { get; init; }

    /// <summary>
    /// That the bucket's policies are applied, said before their step opened: it counts as soon as that opens, in whichever attempt.
    /// </summary>
    public Confirmation? AppliedAhead { get; init; }

    public required ConnectionStatus Status { get; init; }
    public int Attempt { get; init; } = 1;
    public ConnectionProblem? Problem { get; init; }
    public IReadOnlyList<Confirmation> Confirmations { get; init; } = [];

    /// <summary>Links that AWS admins without an account confirm with.</summary>
    public IReadOnlyList<CallbackLink> CallbackLinks { get; init; } = [];

    /// <summary>Whether the role policy and bucket policy have been handed out.</summary>
    public bool BucketPolicyOffered { get; init; }

    public VerificationId? LastVerification { get; init; }

    /// <summary>The verification, or trust check, that somebody doesn't want to wait for any more.</summary>
    public VerificationId? Stopped { get; init; }

    public DriveId? DriveId { get; init; }
    public bool CancelRequested { get; init; }

    /// <summary>
    /// The trace of the request that it began with, as W3C's <c>traceparent</c>: what happens days later links to it. Null where nothing
    /// was traced.
    /// </summary>
    public string? Trace { get; init; }

    /// <summary>Since when it is at its status; null while it is at its first one.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    [JsonIgnore]
    public ConnectionKey Key => new(Organization, Id);

    [JsonIgnore]
    public bool IsOpen => IsOpenAt(Status);

    /// <summary>The role that the drive will assume: the chosen one, or the one that was configured.</summary>
    [JsonIgnore]
    public RoleArn? RoleArn => ChosenRoleArn ?? Configuration?.RoleArn;

    /// <summary>Whether it goes on only when somebody says which role was made.</summary>
    [JsonIgnore]
    public bool LacksRoleArn =>
        Status is ConnectionStatus.AwaitingConfiguration && Method is ConnectionMethod.IamRole && KnownRoleArn is null;

    /// <summary>The role's ARN, also where it came before there was a configuration.</summary>
    [JsonIgnore]
    public RoleArn? KnownRoleArn => RoleArn ?? ReportedRoleArn;

    /// <summary>What the policies grant; null until there is a configuration.</summary>
    [JsonIgnore]
    public BucketAccess? Access =>
        Configuration is { } c
            ? new(Id.Value, c.Bucket, c.Region, c.Path, c.Encryption) { Mode = Mode, RequesterPays = c.RequesterPays }
            : null;

    /// <summary>The partition whose principal the trust policy names.</summary>
    [JsonIgnore]
    public Partition Partition => Configuration?.Region.Partition ?? RoleArn?.Partition ?? ChosenPartition ?? Partition.Aws;

    /// <summary>Which confirmation the present status waits for; null when none.</summary>
    [JsonIgnore]
    public ConfirmationStep? OpenStep => Status switch
    {
        ConnectionStatus.AwaitingTrustPolicy => ConfirmationStep.TrustPolicy,
        ConnectionStatus.AwaitingBucketPolicy => ConfirmationStep.BucketPolicy,
        _ => null,
    };

    [JsonIgnore]
    public bool TakesConfiguration =>
        Status is ConnectionStatus.AwaitingTrustPolicy or ConnectionStatus.AwaitingConfiguration or ConnectionStatus.AwaitingBucketPolicy;

    public static bool IsOpenAt(ConnectionStatus status) =>
        status
            is ConnectionStatus.AwaitingTrustPolicy
                or ConnectionStatus.AwaitingConfiguration
                or ConnectionStatus.AwaitingBucketPolicy
                or ConnectionStatus.Verifying;

    /// <summary>Whether the step will open later in this attempt.</summary>
    public bool IsStillToCome(ConfirmationStep step) =>
        step is ConfirmationStep.BucketPolicy
        && Method is ConnectionMethod.IamRole
        && Status is ConnectionStatus.AwaitingTrustPolicy or ConnectionStatus.AwaitingConfiguration;

    /// <summary>The confirmation that was given for the open step in this attempt, if it was.</summary>
    public Confirmation? ConfirmationOf(ConfirmationStep step) =>
        Confirmations.FirstOrDefault(confirmation => confirmation.Step == step && confirmation.Attempt == Attempt);

    /// <summary>What a flow begins with that goes on from here: from the start of the connection, or from wherever it stands.</summary>
    public ConnectionAttempt PresentAttempt() => new(
        Key,
        UsesRole: Method is ConnectionMethod.IamRole,
        From: Status switch
        {
            ConnectionStatus.AwaitingTrustPolicy => ConnectionStep.TrustPolicy,
            ConnectionStatus.AwaitingBucketPolicy when !IsReconfigured => ConnectionStep.BucketPolicy,
            ConnectionStatus.Verifying => ConnectionStep.Verification,
            _ => ConnectionStep.Configuration,
        },
        Number: Attempt,
        ExpiresAt)
    { TriesFirst = true, Trace = Trace };

    /// <summary>What people have said in this attempt that the flow may not have heard yet, by the names of its events.</summary>
    public IEnumerable<string> NotedEvents()
    {
        if (CancelRequested)
            yield return ConnectionEventName.Cancelled;
        if (Status is ConnectionStatus.AwaitingConfiguration ? IsConfiguredFor(Attempt) : IsReconfigured)
            yield return ConnectionEventName.For(ConnectionEvent.Configured, Attempt);
        foreach (
            var confirmation in Confirmations.Where(confirmation =>
                confirmation.Attempt == Attempt && (confirmation.Step == OpenStep || IsStillToCome(confirmation.Step))))
            yield return ConnectionEventName.For(confirmation.Step, Attempt);
    }

    /// <summary>
    /// Whether another configuration was given while the bucket policy is waited for; the flow goes back for it and proves the trust again.
    /// </summary>
    [JsonIgnore]
    public bool IsReconfigured => Status is ConnectionStatus.AwaitingBucketPolicy && Configuration?.At > StatusSince;

    /// <summary>
    /// Whether what was typed is enough to go on with. An access key has to be given (or given again) for each attempt; a role's form is
    /// kept.
    /// </summary>
    public bool IsConfiguredFor(int attempt) =>
        Configuration is { } c && (Method is ConnectionMethod.IamRole ? RoleArn is not null : c.Attempt == attempt);

    /// <summary>
    /// Whether the policies may be in place already: an existing role was chosen, somebody has confirmed them, or the configuration was
    /// known before the trust was confirmed, so that one setup could do both steps.
    /// </summary>
    [JsonIgnore]
    public bool MayHavePolicies => !RoleIsNew
        || Confirmations.Any(confirmation => confirmation.Step is ConfirmationStep.BucketPolicy)
        || (ConfirmationOf(ConfirmationStep.TrustPolicy) is { } trusted && Configuration?.At < trusted.At);

    /// <summary>What the verification is to prove.</summary>
    public VerificationSubject SubjectToVerify() => Configuration is { } c
        ? new(Id.Value, Access!, Credentials(c), c.BucketOwner)
        : throw new InvalidOperationException($"Connection {Id} has no configuration to verify.");

    /// <summary>The drive that a passed verification makes of this connection.</summary>
    public Drive ToDrive(DriveId drive, VerificationReport report, DateTimeOffset now) => Configuration is { } c
        ? new()
        {
            Id = drive,
            Organization = Organization,
            Audience = Audience,
            DisplayName = DisplayName,
            Connection = Id,
            Authentication = Credentials(c) switch
            {
                DriveCredentials.AccessKey key => new DriveAuthentication.AccessKey(key.Id, key.Secret, key.SecretVersion),
                DriveCredentials.Role role => new DriveAuthentication.IamRole(RoleId!.Value, role.Arn, role.ExternalId),
                _ => throw new InvalidOperationException("Unknown credentials."),
            },
            Bucket = c.Bucket,
            Region = c.Region,
            Path = c.Path,
            Encryption = c.Encryption,
            BucketOwner = report.BucketOwner,
            Mode = Mode,
            RequesterPays = c.RequesterPays,
            SessionTags = SessionTags,
            Health = new(HealthStatus.Healthy, report.CompletedAt ?? now, now, Problem: null),
            LastVerification = report.Id,
            CreatedBy = CreatedBy,
            CreatedAt = now,
        }
        : throw new InvalidOperationException($"Connection {Id} has no configuration to make a drive of.");

    private DriveCredentials Credentials(DriveConfiguration c) =>
        Method is ConnectionMethod.IamRole
            ? new DriveCredentials.Role(RoleArn!, ExternalId!)
            {
                Tags = SessionTags ? new(Organization, (Audience as Audience.Workspace)?.Id, Id.Value) : null,
            }
            : new DriveCredentials.AccessKey(c.AccessKeyId!, Secret!, c.SecretVersion!);

    public DriveConnection OfferTrustPolicy(DateTimeOffset now) => MoveTo(ConnectionStatus.AwaitingTrustPolicy, now);

    public DriveConnection AskForConfiguration(DateTimeOffset now) => MoveTo(ConnectionStatus.AwaitingConfiguration, now);

    /// <summary>Makes <see cref="AppliedAhead"/> the step's confirmation.</summary>
    public DriveConnection OfferBucketPolicy(DateTimeOffset now)
    {
        var offered = MoveTo(ConnectionStatus.AwaitingBucketPolicy, now) with { BucketPolicyOffered = true };
        return AppliedAhead is { } ahead && ConfirmationOf(ConfirmationStep.BucketPolicy) is null
            ? offered.Confirm(ahead with { Attempt = Attempt }, now) with { AppliedAhead = null }
            : offered;
    }

    public DriveConnection BeginVerification(VerificationId verification, DateTimeOffset now) =>
        MoveTo(ConnectionStatus.Verifying, now) with { LastVerification = verification };

    /// <summary>Begins a check that people see as it goes on, without another step being reached.</summary>
    public DriveConnection BeginCheck(VerificationId verification, DateTimeOffset now) =>
        this with
        {
            LastVerification = verification,
            UpdatedAt = now,
        };

    /// <summary>For a try of policies that nobody was asked for yet: it came to nothing, which isn't shown as a failure.</summary>
    public DriveConnection ForgetCheck(DateTimeOffset now) => this with { LastVerification = null, UpdatedAt = now };

    public DriveConnection StopWaiting(DateTimeOffset now) => this with { Stopped = LastVerification, UpdatedAt = now };

    /// <summary>
    /// Other policies follow from another configuration, so a confirmation of the earlier ones doesn't count, and the links that gave one
    /// are spent.
    /// </summary>
    public DriveConnection Configure(DriveConfiguration configuration, DateTimeOffset now) =>
        this with
        {
            Configuration = configuration with { At = now, RoleArn = configuration.RoleArn ?? ReportedRoleArn },
            ReportedRoleArn = null,
            RoleNamedBy = (configuration.RoleArn ?? KnownRoleArn) == KnownRoleArn ? RoleNamedBy : null,
            AppliedAhead = IsGrantedLike(configuration) ? AppliedAhead : null,
            Confirmations =
            [
                .. Confirmations.Where(confirmation =>
                    confirmation.Step is ConfirmationStep.TrustPolicy || confirmation.Attempt != Attempt),
            ],
            CallbackLinks = ConfirmationOf(ConfirmationStep.BucketPolicy) is null
                ? CallbackLinks
                :
                [
                    .. CallbackLinks.Select(link =>
                        link is { Step: CallbackStep.BucketPolicy, RevokedAt: null } && link.Attempt == Attempt
                            ? link with
                            {
                                RevokedAt = now,
                            }
                            : link),
                ],
            UpdatedAt = now,
        };

    /// <summary>Whether both configurations need the same policies.</summary>
    private bool IsGrantedLike(DriveConfiguration other) => Configuration is { } present
        && (present.Bucket, present.Region, present.Path, present.Encryption, present.RoleArn)
            == (other.Bucket, other.Region, other.Path, other.Encryption, other.RoleArn ?? present.RoleArn);

    /// <summary>Notes the role that was made, or its replacement, for which no policy counts as applied yet.</summary>
    /// <param name="by">Who names it by a callback link; null for a signed-in user.</param>
    public DriveConnection ReportRole(RoleArn arn, string? by, DateTimeOffset now) => this with
    {
        Configuration = Configuration is null ? null : Configuration with { RoleArn = arn },
        ReportedRoleArn = Configuration is null ? arn : null,
        RoleNamedBy = by,
        AppliedAhead = null,
        UpdatedAt = now,
    };

    /// <summary>Notes what is confirmed before its step opens.</summary>
    public DriveConnection ConfirmAhead(Confirmation bucketPolicy, DateTimeOffset now) =>
        this with { AppliedAhead = bucketPolicy, UpdatedAt = now };

    public DriveConnection Confirm(Confirmation confirmation, DateTimeOffset now) =>
        this with { Confirmations = [.. Confirmations, confirmation], UpdatedAt = now };

    public DriveConnection Add(CallbackLink link, DateTimeOffset now) =>
        this with
        {
            CallbackLinks =
            [
                .. CallbackLinks
                    .Where(known => known.Operation is null || known.Operation != link.Operation)
                    // Those that work are kept longest.
                    .OrderBy(known => known.RevokedAt is null && known.ExpiresAt > now)
                    .TakeLast(CallbackLink.MostPerConnection - 1),
                link,
            ],
            UpdatedAt = now,
        };

    public DriveConnection RevokeCallbackLinks(DateTimeOffset now) =>
        this with
        {
            CallbackLinks = [.. CallbackLinks.Select(link => link.RevokedAt is null ? link with { RevokedAt = now } : link)],
            UpdatedAt = now,
        };

    public DriveConnection RequestCancel(DateTimeOffset now) => this with { CancelRequested = true, UpdatedAt = now };

    /// <summary>Something has to be mended: back to that step, the attempt counts up, what was typed is kept.</summary>
    public DriveConnection TryAgain(int attempt, ConnectionStatus at, ConnectionProblem problem, DateTimeOffset now) =>
        MoveTo(at, now) with { Attempt = attempt, Problem = problem };

    /// <summary>The role admits whoever guesses its name, so its ARN is not kept.</summary>
    public DriveConnection ForgetRoleArn() =>
        this with { Configuration = Configuration is null ? null : Configuration with { RoleArn = null }, AppliedAhead = null };

    public DriveConnection Connect(DriveId drive, DateTimeOffset now) =>
        MoveTo(ConnectionStatus.Connected, now) with { DriveId = drive, Problem = null };

    public DriveConnection End(ConnectionStatus status, ConnectionProblem? problem, DateTimeOffset now) =>
        MoveTo(status, now) with { Problem = problem };

    private DriveConnection MoveTo(ConnectionStatus status, DateTimeOffset now) =>
        this with { Status = status, StatusSince = status == Status ? StatusSince : now, UpdatedAt = now };
}
