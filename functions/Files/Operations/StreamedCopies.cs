namespace ServerlessDrives.Files.Operations;

/// <summary>
/// Copies a file through us, where no one session reaches both drives: read by the one drive's session, written by the other's, each byte
/// covered by checksums on both ways.
/// </summary>
public sealed class StreamedCopies(IDriveFiles files, IFileCopies copies)
{
    private static readonly Refusal NotAddressable = Refusal.Invalid(
        "path",
        "The file's name is no path here (empty or dotted parts), so it is not copied to another drive.");

    public async Task<Result<CopiedFile, Refusal>> CopyAsync(FileToCopy file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Source.Key.IsFolder && file.Source.Size == 0)
            return (await copies.MakeMarkerAsync(file.To, file.Target, cancellation)).Match<Result<CopiedFile, Refusal>>(
                _ => new CopiedFile(CopyOutcome.Copied, null),
                refusal => refusal);
        if (!file.Source.Key.TryGetFile(out var source) || !file.Target.TryGetFile(out var target))
            return NotAddressable;
        var opened = await files.OpenAsync(
            file.From,
            source,
            ReadConditions.None with { IfMatch = file.Source.ETag },
            cancellation);
        if (!opened.TryGet(out var content, out var unread))
            return unread.Kind is RefusalKind.Changed or RefusalKind.NotFound
                ? new CopiedFile(CopyOutcome.SourceChanged, null)
                : unread;
        await using (content)
        {
            var kind = ContentKind
                .Parse(content.ContentType, content.ContentEncoding)
                .Match(known => known, _ => new ContentKind(null, null));
            var written = await files.WriteAsync(
                file.To,
                target,
                new FileToWrite(content.Body ?? Stream.Null, file.Source.Size, kind, IfNoneMatch: "*", IfMatch: null, ContentDigests.None),
                cancellation);
            if (written.TryGet(out var stored, out var refusal))
                return new CopiedFile(CopyOutcome.Copied, stored.ETag);
            if (refusal.Code is not ("changed" or "outcome-unknown"))
                return refusal;
        }

        return await WhatIsThereAsync(file, cancellation);
    }

    private async Task<Result<CopiedFile, Refusal>> WhatIsThereAsync(FileToCopy file, CancellationToken cancellation)
    {
        if (!(await copies.FindAsync(file.To, [file.Target], cancellation)).TryGet(out var found, out var unseen))
            return unseen;
        if (!found.TryGetValue(file.Target, out var present))
            return new Refusal(RefusalKind.Unavailable, "unavailable", "Somebody else wrote and deleted the file meanwhile.");
        return (await copies.IsSameAsync(file, present, cancellation)).Match<Result<CopiedFile, Refusal>>(
            same => new CopiedFile(same ? CopyOutcome.Copied : CopyOutcome.Exists, present.ETag),
            refusal => refusal);
    }
}
