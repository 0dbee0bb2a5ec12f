using ServerlessDrives.Access;
using ServerlessDrives.Verification.Explaining;

namespace ServerlessDrives.Verification.Reports;

/// <summary>The verdicts of one verification as they come in, in whatever order they come.</summary>
internal sealed class VerificationReportBuilder(
    IReadOnlyList<KnownCheck> known,
    Explanations explanations,
    VerificationWatch? watch,
    TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KnownCheck, Check> _verdicts = [];
    private readonly Dictionary<KnownCheck, long> _begun = [];
    private readonly Dictionary<Wait, Retrying> _waits = [];
    private readonly Explanations _explanations = explanations;

    /// <summary>The check that was begun last in this flow of control; the next call to AWS is made for it.</summary>
    private readonly AsyncLocal<KnownCheck?> _asked = new();
    private readonly HashSet<KnownCheck> _ours = [];

    /// <summary>The KMS key that the bucket encrypts with by itself, as far as a refused write names it.</summary>
    public KmsKeyArn? FoundKmsKey { get; private set; }

    /// <summary>The encryption with which a write succeeded after AWS had refused it without one; for a person to choose.</summary>
    public Encryption? FoundEncryption { get; private set; }

    public void Found(Encryption encryption)
    {
        lock (_lock)
            FoundEncryption = encryption;
    }

    /// <summary>Starts the clock of these checks.</summary>
    public void Begin(params ReadOnlySpan<KnownCheck> checks)
    {
        _asked.Value = checks[0];
        lock (_lock)
        {
            foreach (var check in checks)
                _begun.TryAdd(check, clock.GetTimestamp());
        }
    }

    /// <summary>Called before a call to AWS. Until disposed, the result can report that the call is repeated; most are not.</summary>
    public Wait BeginAsking() => new(this, _asked.Value);

    private void Tell(Wait wait, Retrying? retrying)
    {
        lock (_lock)
        {
            if (retrying is null ? !_waits.Remove(wait) : (_waits[wait] = retrying) is null)
                return;
            // The one that gives up last decides how long there is to wait.
            watch?.Waiting.Report(_waits.Values.MaxBy(other => other.Until));
        }
    }

    public void Pass(KnownCheck check, string? explanation = null, string? fix = null) =>
        Judge(check, CheckStatus.Passed, null, explanation, fix);

    public void NotApplicable(KnownCheck check, string reason, Fault? fault = null) =>
        Judge(check, CheckStatus.NotApplicable, fault, reason, null);

    public void Skip(KnownCheck check, string reason) => Judge(check, CheckStatus.Skipped, null, reason, null);

    public void Fail(KnownCheck check, string explanation, string fix, Fault? fault = null) =>
        Judge(check, CheckStatus.Failed, fault, explanation, fix);

    /// <summary>Fails the check for what AWS answered, or sets it aside where the server lacks the operation.</summary>
    /// <param name="preface">What the explanation begins with; a sentence.</param>
    public void Fail(KnownCheck check, Fault fault, string? preface = null)
    {
        var explanation = _explanations.Of(check, fault);
        Fail(check, preface is null ? explanation.Text : $"{preface} {explanation.Text}", explanation.Fix, fault);
        lock (_lock)
        {
            if (explanation.IsOurs)
                _ours.Add(check);
            if (check == KnownCheck.ObjectWritable || check == KnownCheck.MultipartUsable)
                FoundKmsKey ??= _explanations.KeyOfBucket(fault);
        }
    }

    /// <summary>Whether the check failed for something that is for us to mend.</summary>
    public bool IsOurs(KnownCheck check)
    {
        lock (_lock)
            return _ours.Contains(check);
    }

    public bool HasOurs(Check check) =>
        known.Any(claim => claim.Name == check.Name && claim.Permission == check.Permission && IsOurs(claim));

    public bool IsJudged(KnownCheck check)
    {
        lock (_lock)
            return _verdicts.ContainsKey(check);
    }

    public bool HasPassed(KnownCheck check)
    {
        lock (_lock)
            return _verdicts.TryGetValue(check, out var verdict) && verdict.Status is CheckStatus.Passed;
    }

    /// <summary>What never came to a try is skipped, and says why.</summary>
    public void SkipTheRest(string reason)
    {
        foreach (var check in known)
        {
            if (!IsJudged(check))
                Skip(check, reason);
        }
    }

    /// <summary>What isn't settled has failed where it was under way, and is skipped where it was not.</summary>
    /// <param name="allowed">How long all checks were allowed to take together.</param>
    public void TimeIsUp(TimeSpan allowed)
    {
        var within = $"within {allowed.TotalSeconds:0.#} seconds";
        foreach (var check in known.Where(check => !IsJudged(check)))
        {
            if (HasBegun(check))
                Fail(
                    check,
                    $"AWS had not answered when the verification's time was up: all checks have to be made {within}.",
                    "Verify again in a few minutes; if it stays, look at AWS's service health for the bucket's region.");
            else
                Skip(check, $"There was no time left to try it: the checks before it were not answered {within}.");
        }
    }

    public Check this[KnownCheck check]
    {
        get
        {
            lock (_lock)
                return _verdicts[check];
        }
    }

    public IReadOnlyList<Check> ToList()
    {
        lock (_lock)
            return [.. known.Select(check => _verdicts[check])];
    }

    private bool HasBegun(KnownCheck check)
    {
        lock (_lock)
            return _begun.ContainsKey(check);
    }

    private void Judge(KnownCheck check, CheckStatus status, Fault? fault, string? explanation, string? fix)
    {
        var refused = fault as Fault.Refused;
        Check verdict;
        lock (_lock)
        {
            var duration = _begun.TryGetValue(check, out var begun) ? (long)clock.GetElapsedTime(begun).TotalMilliseconds : 0;
            verdict = new(check.Name, check.Permission, check.Claim, status, duration, refused?.Code, refused?.RequestId, explanation, fix);
            _verdicts[check] = verdict;
        }

        watch?.Checks.Report(verdict);
    }

    /// <summary>One question, from its first answer to its last.</summary>
    internal sealed class Wait(VerificationReportBuilder builder, KnownCheck? check) : IDisposable
    {
        /// <param name="fault">Null where AWS allowed what it must refuse.</param>
        public void For(Fault? fault, int tries, DateTimeOffset until)
        {
            if (check is null)
                return;
            var explanation = fault is null ? (Explanation?)null : builder._explanations.Of(check, fault);
            builder.Tell(
                this,
                new(check.Name, check.Permission, tries, until, (fault as Fault.Refused)?.Code, explanation?.Text, explanation?.Fix));
        }

        public void Dispose() => builder.Tell(this, retrying: null);
    }
}
