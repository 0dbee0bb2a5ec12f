namespace ServerlessDrives.Files.Batches;

/// <summary>Opens many things in their order, some of them ahead of the one that is taken, and lets go of what isn't taken.</summary>
internal static class OpenAhead
{
    /// <param name="open">Opens one; not called for more than <paramref name="ahead"/> of them at once.</param>
    /// <param name="discard">Lets go of one that was opened and isn't taken.</param>
    public static async IAsyncEnumerable<TOpened> InOrderAsync<T, TOpened>(
        IAsyncEnumerable<T> wanted,
        int ahead,
        Func<T, Task<TOpened>> open,
        Func<TOpened, ValueTask> discard)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var opening = new Queue<Task<TOpened>>();
        await using var more = wanted.GetAsyncEnumerator();
        try
        {
            var isMore = true;
            while (true)
            {
                while (isMore && opening.Count < ahead && (isMore = await more.MoveNextAsync()))
                    opening.Enqueue(open(more.Current));
                if (!opening.TryDequeue(out var next))
                    yield break;
                yield return await next;
            }
        }
        finally
        {
            foreach (var left in opening)
            {
                try
                {
                    await discard(await left);
                }
                catch (Exception failure) when (failure is not OutOfMemoryException)
                {
                    // It wasn't opened, so there is nothing to let go of.
                }
            }
        }
    }
}
