using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http.Repetition;

/// <summary>
/// One thing that somebody asked for, however often the request is repeated: what it creates gets the same ids each time, so that a
/// repetition after a crash finds what was created and goes on from there.
/// </summary>
/// <param name="Id">Sorts by time.</param>
/// <param name="BegunAt">When it was asked for first.</param>
/// <param name="IsRepeated">Whether it was begun before, without an answer.</param>
public sealed record Operation(Guid Id, DateTimeOffset BegunAt, bool IsRepeated)
{
    public static Operation New(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var now = clock.GetUtcNow();
        return new(Guid.CreateVersion7(now), now, IsRepeated: false);
    }

    /// <summary>The id of what it creates: one of each kind.</summary>
    public TId IdOf<TId>()
        where TId : struct, IIdentifier<TId>
        => Identifier.From<TId>(Id);
}

/// <summary>Which operation a request is part of.</summary>
public static class OperationExtensions
{
    /// <summary>The operation that the request's <c>Idempotency-Key</c> stands for, or, without one, an operation of its own.</summary>
    public static Operation Operation(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext.Items.TryGetValue(typeof(Operation), out var known) && known is Operation operation
            ? operation
            : request.Begin(Repetition.Operation.New(TimeProvider.System));
    }

    internal static Operation Begin(this HttpRequest request, Operation operation)
    {
        request.HttpContext.Items[typeof(Operation)] = operation;
        return operation;
    }
}
