namespace ServerlessDrives;

/// <summary>A value together with the store's word for exactly this state of it.</summary>
/// <param name="Value">The state that was read.</param>
/// <param name="ETag">Opaque; a write that brings it back succeeds only while the state is unchanged.</param>
public sealed record Versioned<T>(T Value, string ETag)
{
    public Versioned<T> With(T value) => this with { Value = value };
}

/// <summary>
/// Something whose ETag leaves out what changes by itself, so that a change which a person means to make isn't refused for it.
/// </summary>
public interface ITagged
{
    /// <summary>What the ETag is made of.</summary>
    object Tagged { get; }
}

/// <summary>A part of a list that may be longer than fits an answer.</summary>
/// <param name="Items">This part, in the list's order.</param>
/// <param name="NextCursor">Where the next part begins; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    public Page<TOut> Select<TOut>(Func<T, TOut> map) => new([.. Items.Select(map)], NextCursor);
}
