using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>
/// One call that lists, and those behind it: each can only be made when S3 has answered the one before, so it is made at that moment and
/// not when somebody gets there. What S3 answers is made into entries meanwhile.
/// </summary>
/// <param name="asked">When.</param>
/// <param name="begin">Makes the call behind this one; takes S3's token, and how many calls behind that are wanted.</param>
internal sealed class ListCall(ListAhead.Moment asked, Func<string, int, ListCall> begin)
{
    private readonly Lock _lock = new();
    private string? _next;
    private int _wanted;
    private ListCall? _following;

    public ListAhead.Moment Asked => asked;

    /// <summary>What it brings; null where whoever made the call waits for it.</summary>
    public Task<Result<ListBatch, Fault>>? Batch { get; private set; }

    /// <summary>The call behind this one, if it was made.</summary>
    public ListCall? Following
    {
        get
        {
            lock (_lock)
                return _following;
        }
    }

    /// <summary>Makes it while others do something else.</summary>
    /// <param name="wanted">How many calls are wanted behind it.</param>
    public ListCall Run(Func<ListCall, Task<Result<ListBatch, Fault>>> ask, int wanted)
    {
        _wanted = wanted;
        Batch = Task.Run(() => ask(this));
        return this;
    }

    /// <summary>S3 has answered.</summary>
    /// <param name="next">Its token; null at the end.</param>
    public void Answered(string? next)
    {
        lock (_lock)
        {
            _next = next;
            BeginWanted();
        }
    }

    /// <summary>So many calls behind this one are wanted.</summary>
    public void Want(int calls)
    {
        if (calls <= 0)
            return;
        ListCall? following;
        lock (_lock)
        {
            following = _following;
            _wanted = Math.Max(_wanted, calls);
            if (following is null)
                BeginWanted();
        }

        following?.Want(calls - 1);
    }

    private void BeginWanted()
    {
        if (_next is not null && _wanted > 0)
            _following = begin(_next, _wanted - 1);
    }
}
