namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>
/// The keys of a bucket in the order that S3 lists them: by their UTF-8 bytes. Not thread-safe; the bucket's lock guards it.
/// </summary>
internal sealed class KeyIndex
{
    private readonly List<KeyVersions> keys = [];

    public int Count => keys.Count;

    public KeyVersions this[int position] => keys[position];

    public KeyVersions? Find(string key)
    {
        var position = PositionOf(key);
        return position < keys.Count && keys[position].Key == key ? keys[position] : null;
    }

    public KeyVersions FindOrAdd(string key)
    {
        // Loading and most writing goes in order: the end is the first guess.
        if (keys.Count == 0 || KeyOrder.Compare(keys[^1].Key, key) < 0)
        {
            var last = new KeyVersions(key);
            keys.Add(last);
            return last;
        }

        var position = PositionOf(key);
        if (keys[position].Key == key) return keys[position];
        var added = new KeyVersions(key);
        keys.Insert(position, added);
        return added;
    }

    public void Remove(string key)
    {
        var position = PositionOf(key);
        if (position < keys.Count && keys[position].Key == key) keys.RemoveAt(position);
    }

    /// <summary>Fills an empty index from keys in any order.</summary>
    public void Load(IEnumerable<KeyVersions> loaded)
    {
        keys.AddRange(loaded);
        keys.Sort(static (a, b) => KeyOrder.Compare(a.Key, b.Key));
    }

    /// <summary>The position of the first key that isn't before this one; <see cref="Count"/> when all are.</summary>
    public int PositionOf(string key)
    {
        int low = 0, high = keys.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeyOrder.Compare(keys[middle].Key, key) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The position of the first key from <paramref name="from"/> on that doesn't start with the prefix.</summary>
    public int PositionBehind(string prefix, int from)
    {
        int low = from, high = keys.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var key = keys[middle].Key;
            if (key.StartsWith(prefix, StringComparison.Ordinal) || KeyOrder.Compare(key, prefix) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

/// <summary>All versions of a key, the newest first. Never empty while it is in the index.</summary>
internal sealed class KeyVersions(string key)
{
    public string Key { get; } = key;
    public List<ObjectVersion> Versions { get; } = new(1);

    public ObjectVersion? Current => Versions.Count > 0 && !Versions[0].IsDeleteMarker ? Versions[0] : null;
}

internal static class KeyOrder
{
    /// <summary>
    /// Compares by UTF-8 bytes, which is by code point: UTF-16 alone would put U+E000–U+FFFF behind the characters beyond them.
    /// </summary>
    public static int Compare(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length.CompareTo(b.Length);
        return Rank(a[common]).CompareTo(Rank(b[common]));
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
