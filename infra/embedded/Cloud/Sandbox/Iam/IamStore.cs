using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>
/// IAM's state, kept in a file, and what the other services see of it: a change reaches them after the propagation delay.
/// </summary>
internal sealed class IamStore(StateFile<IamState> file, AwsFaults faults, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly LinkedList<(DateTimeOffset At, IamState State)> history = new([(DateTimeOffset.MinValue, file.Value)]);

    /// <summary>What IAM's own calls answer from.</summary>
    public IamState Latest => file.Value;

    /// <summary>What authentication and authorization go by.</summary>
    public IamState Visible
    {
        get
        {
            lock (gate)
            {
                var horizon = clock.GetUtcNow() - TimeSpan.FromMilliseconds(faults.PropagationMs);
                while (history.First?.Next is { } next && next.Value.At <= horizon) history.RemoveFirst();
                return history.First!.Value.State;
            }
        }
    }

    /// <summary>Carries a change out, or none if it throws.</summary>
    public T Change<T>(Func<IamState, (IamState Next, T Result)> change)
    {
        lock (gate)
        {
            var (next, result) = change(file.Value);
            file.Save(next);
            history.AddLast((clock.GetUtcNow(), next));
            return result;
        }
    }

    public void Change(Func<IamState, IamState> change) => Change(state => (change(state), true));
}
