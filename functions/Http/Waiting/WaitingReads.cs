using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Waiting;

/// <summary>
/// Counts the reads that wait in this process. Hosts and front ends hold a request as long as it waits, so one that is too many is answered
/// at once instead of waiting, and keeps nothing else from being answered.
/// </summary>
public sealed class WaitingReads(LongPollOptions options)
{
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(OrganizationId, UserId), int> _ofPeople = [];
    private int _all;

    /// <returns>What to dispose of when the wait is over, or why there is none.</returns>
    public Result<IDisposable, Refusal> Enter(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        var key = (person.Organization, person.Id);
        lock (_gate)
        {
            var own = _ofPeople.GetValueOrDefault(key);
            if (own >= options.MostOfAPerson)
                return TooMany(
                    $"{own} reads of yours wait for a change already, which is as many as may at once. Read without wait, or end one.");
            if (_all >= options.MostOfAnInstance)
                return TooMany("As many reads wait for a change here as may at once. Read without wait, or try again later.");
            _ofPeople[key] = own + 1;
            _all++;
        }

        return new Wait(this, key);
    }

    private static Refusal TooMany(string sentence) =>
        new(RefusalKind.TooMany, "too-many-waiting", sentence) { RetryAfter = ComeBackAfter };

    private void Leave((OrganizationId, UserId) key)
    {
        lock (_gate)
        {
            _all--;
            if (_ofPeople[key] == 1)
                _ofPeople.Remove(key);
            else
                _ofPeople[key]--;
        }
    }

    private sealed class Wait(WaitingReads waiting, (OrganizationId, UserId) key) : IDisposable
    {
        private bool _over;

        public void Dispose()
        {
            if (_over)
                return;
            _over = true;
            waiting.Leave(key);
        }
    }
}
