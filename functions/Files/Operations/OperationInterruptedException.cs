namespace ServerlessDrives.Files.Operations;

/// <summary>Something that an operation depends on doesn't answer at the moment: the step is made again, from where it was.</summary>
public sealed class OperationInterruptedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal => refusal;
}

internal static class OperationResults
{
    /// <summary>The value, or the refusal for good; one that passes by itself is thrown.</summary>
    public static bool TryGetLasting<T>(
        this Result<T, Refusal> result,
        [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Refusal? refusal)
        where T : notnull
    {
        if (result.TryGet(out value, out refusal))
            return true;
        return refusal.IsPassing() ? throw new OperationInterruptedException(refusal) : false;
    }

    public static bool IsPassing(this Refusal refusal) =>
        refusal.Kind is RefusalKind.Unavailable || refusal.Code is "cut-off" or "write-raced";
}
