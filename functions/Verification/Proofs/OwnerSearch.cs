using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>
/// Finds out which account owns a bucket that admits the role but isn't its own account's, so that a person need only confirm it. S3 tells
/// nobody; but a session whose policy allows a listing only for certain accounts is refused or not. All digits at once: twelve sessions,
/// and four listings with each.
/// </summary>
internal sealed class OwnerSearch(IProbe probe, DriveCredentials.Role role, BucketAccess access, string sessionName)
{
    /// <returns>Null where it can't be told.</returns>
    public async Task<AccountId?> FindAsync(CancellationToken cancellation)
    {
        var digits = await Task.WhenAll(Enumerable.Range(0, AccountId.Digits).Select(position => DigitAsync(position, cancellation)));
        return digits.All(digit => digit is >= 0 and <= 9) && AccountId.Parse(string.Concat(digits)).TryGet(out var owner, out _)
            ? owner
            : null;
    }

    private async Task<int?> DigitAsync(int position, CancellationToken cancellation)
    {
        if (!(await probe.AssumeForOwnerDigitAsync(role, access, position, sessionName, cancellation)).TryGet(out var session, out _))
            return null;
        using var bucket = probe.Open(session, access);
        var bits = await Task.WhenAll(Enumerable.Range(0, SessionPolicy.DigitBits)
            .Select(bit => bucket.ListAsync(SessionPolicy.OwnerPrefix(access, bit), recursive: false, owner: null, cancellation)));
        // What is neither allowed nor denied tells nothing.
        return bits.Any(answer => answer.Error is not null and not Fault.Refused { IsAccessDenied: true })
            ? null
            : bits.Select((answer, bit) => answer.Error is null ? 1 << bit : 0).Sum();
    }
}
