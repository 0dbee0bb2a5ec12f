using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox;

/// <summary>What goes wrong in the sandbox on demand. Changes apply from the next request on.</summary>
internal sealed class AwsFaults
{
    private const int MostSeen = 4096;
    private readonly Lock gate = new();
    private readonly List<PendingFault> pending = [];
    private readonly List<PrefixThrottle> prefixes = [];
    private readonly Queue<SeenCall> seen = new();
    private long number;

    /// <summary>Added to every call before it is answered, in milliseconds.</summary>
    public int LatencyMs { get; private set; }

    /// <summary>Whether every call is told to slow down.</summary>
    public bool Throttle { get; private set; }

    /// <summary>How long a change in IAM takes to be seen by the services, in milliseconds.</summary>
    public int PropagationMs { get; private set; }

    /// <summary>How many bytes a second pass through a connection, each way; 0: as many as can.</summary>
    public long BandwidthPerConnection { get; private set; }

    /// <summary>
    /// Whether a call over plain http counts as one, so that <c>aws:SecureTransport</c> is false; otherwise it counts as one over TLS.
    /// </summary>
    public bool PlainHttp { get; private set; }

    /// <summary>Puts a wish on top of what is in force; what it leaves out stays as it is.</summary>
    public void Apply(FaultWish wish)
    {
        lock (gate)
        {
            LatencyMs = wish.LatencyMs ?? LatencyMs;
            Throttle = wish.Throttle ?? Throttle;
            PropagationMs = wish.PropagationMs ?? PropagationMs;
            BandwidthPerConnection = wish.BandwidthPerConnection ?? BandwidthPerConnection;
            PlainHttp = wish.PlainHttp ?? PlainHttp;
            if (wish.ThrottlePrefix is { } prefix) prefixes.Add(new PrefixThrottle(prefix));
            if (wish.FailNext is { } fault) pending.Add(new PendingFault(fault));
        }
    }

    /// <summary>Ends every fault; the propagation delay is none again, and calls are counted from one.</summary>
    public void Clear()
    {
        lock (gate)
        {
            (LatencyMs, Throttle, PropagationMs, OnCall, number) = (0, false, 0, null, 0);
            (BandwidthPerConnection, PlainHttp) = (0, false);
            pending.Clear();
            prefixes.Clear();
            seen.Clear();
        }
    }

    /// <summary>
    /// Sees every call before it has any effect, in the order of their numbers, and may answer what goes wrong with it; null lets it
    /// through. For tests in the process of the sandbox: <c>faults.OnCall = call =&gt; call.Number == 7 ? new FailNext { Code =
    /// "InternalError" } : null</c>.
    /// </summary>
    public Func<SeenCall, FailNext?>? OnCall { get; set; }

    /// <summary>The latest calls, the oldest first, since the last <see cref="Clear"/>; at most 4,096.</summary>
    public IReadOnlyList<SeenCall> Calls
    {
        get { lock (gate) return [.. seen]; }
    }

    /// <summary>How many calls there were since the last <see cref="Clear"/>.</summary>
    public long CallCount
    {
        get { lock (gate) return number; }
    }

    /// <summary>Gives a call its number and keeps it in mind.</summary>
    public SeenCall See(string service, string action, string region, string? accessKeyId, string target, DateTimeOffset at)
    {
        lock (gate)
        {
            var call = new SeenCall(++number, service, action, region, accessKeyId, target, at);
            seen.Enqueue(call);
            if (seen.Count > MostSeen) seen.Dequeue();
            return call;
        }
    }

    /// <summary>The fault that this call is due, counted as spent; null when it goes through.</summary>
    public FailNext? Take(SeenCall call)
    {
        if (OnCall?.Invoke(call) is { } wished) return wished;
        lock (gate)
        {
            if (Throttle) return new FailNext { Code = ThrottlingCode(call.Service) };
            foreach (var fault in pending)
            {
                if (!fault.Fits(call.Service, call.Action)) continue;
                if (fault.ToSkip-- > 0) continue;
                if (--fault.Left == 0) pending.Remove(fault);
                return fault.What;
            }

            return null;
        }
    }

    /// <summary>Whether a prefix of a bucket gets more requests than it may.</summary>
    /// <param name="keyOrPrefix">The key of a request, or the prefix of a listing.</param>
    public bool ThrottlesPrefix(string bucket, string keyOrPrefix, DateTimeOffset now)
    {
        lock (gate) return prefixes.Aggregate(false, (refused, prefix) => prefix.Refuses(bucket, keyOrPrefix, now) || refused);
    }

    /// <summary>How each service says that it is called too often.</summary>
    public static string ThrottlingCode(string service) =>
        service switch
        {
            "s3" => "SlowDown",
            "kms" => "ThrottlingException",
            _ => "Throttling",
        };

    /// <summary>The error that a code stands for, with the status that AWS gives it.</summary>
    public static AwsError Error(string code) =>
        code switch
        {
            "SlowDown" => new AwsError(503, code, "Please reduce your request rate."),
            "ServiceUnavailable" => new AwsError(503, code, "Service is unable to handle request."),
            "InternalError" or "InternalFailure" => new AwsError(500, code, "We encountered an internal error. Please try again."),
            "RequestTimeout" => new AwsError(
                400,
                code,
                "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will " +
                "be closed."
            ),
            "Throttling" or "ThrottlingException" => new AwsError(400, code, "Rate exceeded"),
            "AccessDenied" => new AwsError(403, code, "Access Denied"),
            "RegionDisabledException" => new AwsError(403, code, "STS is not activated in this region for this account"),
            "IDPCommunicationError" => new AwsError(400, code, "The identity provider could not be reached."),
            "PackedPolicyTooLarge" => new AwsError(400, code, "Packed policy consumes 114% of allotted space, please use smaller policy."),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "RequestTimeTooSkewed" or "InvalidClientTokenId" or "InvalidObjectState" =>
                new AwsError(403, code, "Refused on demand."),
            "NoSuchBucket" or "NoSuchKey" or "NoSuchUpload" => new AwsError(404, code, "Not there, on demand."),
            "ConditionalRequestConflict" or "OperationAborted" => new AwsError(
                409,
                code,
                "A conflicting conditional operation is currently in progress against this resource. Please try again."),
            "PreconditionFailed" => new AwsError(412, code, "At least one of the pre-conditions you specified did not hold"),
            _ => new AwsError(400, code, "Failed on demand."),
        };

    private sealed class PendingFault(FailNext what)
    {
        public FailNext What { get; } = what;
        public int ToSkip { get; set; } = what.After;
        public int Left { get; set; } = Math.Max(1, what.Count);

        public bool Fits(string service, string action) =>
            (What.Service is null || What.Service.Equals(service, StringComparison.OrdinalIgnoreCase))
            && (What.Action is null || What.Action.Equals(action, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>The body of <c>POST /embedded/faults</c>.</summary>
/// <param name="BandwidthPerConnection">Bytes a second, each way; 0 ends the limit.</param>
/// <param name="PlainHttp">Whether plain http counts as such for <c>aws:SecureTransport</c>.</param>
internal sealed record FaultWish(
    int? LatencyMs = null,
    bool? Throttle = null,
    FailNext? FailNext = null,
    int? PropagationMs = null,
    long? BandwidthPerConnection = null,
    bool? PlainHttp = null,
    ThrottledPrefix? ThrottlePrefix = null);

/// <summary>Calls to come that fail.</summary>
internal sealed record FailNext
{
    /// <summary>Nothing fails: the call is only late, by <see cref="LatencyMs"/>.</summary>
    public const string Late = "Late";

    /// <summary>A reset in the middle of the answer, after the call had its effect.</summary>
    public const string ConnectionReset = "ConnectionReset";

    /// <summary>An answer that ends early without the connection breaking, after the call had its effect.</summary>
    public const string TruncatedAnswer = "TruncatedAnswer";

    /// <summary>A reset before the call has any effect.</summary>
    public const string ConnectionRefused = "ConnectionRefused";

    /// <summary>A reset while the request's body is still coming, before the call has any effect.</summary>
    public const string UploadReset = "UploadReset";

    /// <summary>A reset after the call had its effect, before the first byte of its answer.</summary>
    public const string AnswerLost = "AnswerLost";

    /// <summary><c>s3</c>, <c>sts</c>, <c>iam</c> or <c>kms</c>; null for any.</summary>
    public string? Service { get; init; }

    /// <summary>An API action such as <c>PutObject</c>; null for any.</summary>
    public string? Action { get; init; }

    /// <summary>An AWS error code, or one of the constants of this type.</summary>
    public required string Code { get; init; }

    /// <summary>How many calls fail; at least 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How many fitting calls go through first.</summary>
    public int After { get; init; }

    /// <summary>How much later than it would this call is answered, in milliseconds.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Whether the call has its effect all the same, so that the error is a lie, as a 500 or a time-out of AWS's may be.</summary>
    public bool AfterEffect { get; init; }
}

/// <summary>One call as faults and tests see it.</summary>
/// <param name="Number">From one, in the order of arrival, since the faults were last cleared.</param>
/// <param name="Service"><c>s3</c>, <c>sts</c>, <c>iam</c> or <c>kms</c>.</param>
/// <param name="Action">The API action, such as <c>PutObject</c>.</param>
/// <param name="AccessKeyId">Who signed; null for an anonymous call.</param>
/// <param name="Target">Bucket and key for S3; empty for the others.</param>
internal sealed record SeenCall(
    long Number,
    string Service,
    string Action,
    string Region,
    string? AccessKeyId,
    string Target,
    DateTimeOffset At)
{
    /// <summary>The status that it was answered with; null while it runs, and when the connection broke first.</summary>
    public int? Status { get; set; }

    /// <summary>The fault that it met, or null.</summary>
    public string? Fault { get; set; }
}
