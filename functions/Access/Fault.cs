using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Access;

/// <summary>Why a call to AWS came to nothing. Closed: AWS said no, or nobody answered.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">AWS's own code, such as <c>AccessDenied</c>; for an answer without a body, such as a HEAD's, what the status is
    /// called.</param>
    /// <param name="Message">AWS's own text.</param>
    public sealed record Refused(int Status, string Code, string Message, string? RequestId) : Fault
    {
        /// <summary>
        /// Our principal, where it is a session with the customer's role that STS refused it; null for every other refusal.
        /// </summary>
        public PrincipalArn? Principal { get; init; }

        public bool IsAccessDenied =>
            Code is "AccessDenied" or "AccessDeniedException" or "Forbidden" || (Status == 403 && Code.Length == 0);

        /// <summary>No policy refuses it: a retention, or a device that would be needed.</summary>
        public bool IsForGood => AccessDeniedText.PolicyIn(Message) is RefusingPolicy.ObjectLock or RefusingPolicy.MfaDelete;

        /// <summary>The server doesn't have this operation at all, as S3-compatible ones answer.</summary>
        public bool IsUnsupported =>
            Status is 501 or 405
            || Code is "NotImplemented" or "MethodNotAllowed" or "UnsupportedOperation" or "InvalidAction" or "XNotImplemented";
    }

    /// <param name="Reason">In a few words: no answer in time, no connection…</param>
    public sealed record Unreachable(string Reason) : Fault;

    /// <summary>Whether waiting a little is likely to be all that it takes.</summary>
    public bool IsPassing =>
        this switch
        {
            Unreachable => true,
            Refused { IsUnsupported: true } => false,
            Refused { Status: >= 500 or 429 } => true,
            Refused
            {
                Code: "SlowDown"
                    or "RequestTimeout"
                    or "Throttling"
                    or "ThrottlingException"
                    or "RequestLimitExceeded"
                    or "OperationAborted"
                    or "ConditionalRequestConflict"
                    or "IDPCommunicationError"
            } => true,
            _ => false,
        };

    /// <summary>
    /// Whether propagation, where it causes this fault, ends within seconds: so it does for whatever isn't a denial, such as a name that
    /// doesn't exist yet, and for explicit denials.
    /// </summary>
    public bool IsKnownSoon =>
        this is Refused refused
        && (!refused.IsAccessDenied || refused.Message.Contains("explicit deny", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a change in IAM, KMS or S3 that hasn't reached all of AWS yet would look like this.</summary>
    public bool MayBePropagation =>
        this
            is Refused { IsAccessDenied: true, IsForGood: false }
                or Refused
            {
                Code: "InvalidAccessKeyId"
                        or "InvalidClientTokenId"
                        or "NoSuchBucket"
                        or "KMS.NotFoundException"
                        or "KMS.DisabledException"
                        or "KMS.KMSInvalidStateException",
            };
}
