using System.Buffers.Binary;
using System.IO.Hashing;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// Writes files to S3: in one call when they fit a buffer, in parts and several at a time when not. Each byte is covered by a CRC32C from
/// here to S3, and nothing is left behind of a write that fails.
/// </summary>
internal sealed class S3Writer(DriveClients clients, PartBuffers buffers, TimeProvider clock)
{
    private const int PartsAtOnce = 4;
    private const int MostParts = 10_000;
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);

    public async Task<Result<StoredFile>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        using var digests = file.Digests.Begin();
        var first = await buffers.RentAsync(cancellation);
        var firstIsOurs = true;
        try
        {
            var read = await FillAsync(file.Content, first, PartBuffers.PartBytes, digests, cancellation);
            if (read < PartBuffers.PartBytes)
                return await PutAsync(lease.S3, drive, path, file, first.AsMemory(0, read), digests, cancellation);
            firstIsOurs = false;
            using var parts = new PartwiseWrite(this, lease.S3, drive, path, file, digests);
            return await parts.RunAsync(first, cancellation);
        }
        finally
        {
            if (firstIsOurs)
                buffers.Return(first);
        }
    }

    public async Task<Result<PresignedUpload>> BeginPresignedAsync(Drive drive, FilePath path, long size, string? contentType, TimeSpan life, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var begun = await BeginAsync(lease.S3, drive, path, contentType, checksum: null, cancellation);
        if (!begun.TryGet(out var uploadId, out var fault))
            return S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
        // Whole mebibytes, so that the parts of the largest files number at most 10,000.
        const long mebibyte = 1024 * 1024;
        var partSize = Math.Max(16 * mebibyte, ((size / MostParts) + mebibyte) / mebibyte * mebibyte);
        var links = new List<Uri>();
        for (var number = 1; number == 1 || (number - 1) * partSize < size; number++)
        {
            links.Add(new Uri(await lease.S3.GetPreSignedURLAsync(new()
            {
                BucketName = drive.Bucket.Value,
                Key = drive.Path.KeyOf(path),
                Verb = HttpVerb.PUT,
                UploadId = uploadId,
                PartNumber = number,
                Expires = clock.GetUtcNow().UtcDateTime + life,
                Protocol = S3DriveFiles.ProtocolOf(lease.S3),
            })));
        }

        return new PresignedUpload(uploadId, partSize, links);
    }

    public async Task<Result<StoredFile>> CompletePresignedAsync(Drive drive, FilePath path, string uploadId, IReadOnlyList<UploadedPart> parts, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var request = new CompleteMultipartUploadRequest { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), UploadId = uploadId, ExpectedBucketOwner = drive.BucketOwner?.Value };
        request.AddPartETags(parts.Select(part => new PartETag(part.Number, part.ETag)));
        var completed = await AwsAnswers.AnswerAsync(() => lease.S3.CompleteMultipartUploadAsync(request, cancellation), cancellation);
        if (!completed.TryGet(out var answer, out var fault))
            return S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
        var looked = await AwsAnswers.AnswerAsync(
            () => lease.S3.GetObjectMetadataAsync(new() { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), ExpectedBucketOwner = drive.BucketOwner?.Value }, cancellation), cancellation);
        return looked.TryGet(out var state, out var unseen)
            ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), state.ContentLength, Created: true)
            : S3Refusals.Of(drive, KnownCheck.ObjectReadable, unseen);
    }

    public async Task<Result<Deleted>> AbortPresignedAsync(Drive drive, FilePath path, string uploadId, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        return await AbortAsync(lease.S3, drive, path, uploadId, cancellation) is { } fault && fault is not Fault.Refused { Code: "NoSuchUpload" }
            ? S3Refusals.Of(drive, KnownCheck.MultipartUsable, fault)
            : new Deleted();
    }

    private async Task<Result<StoredFile>> PutAsync(
        IAmazonS3 s3, Drive drive, FilePath path, FileToWrite file, ReadOnlyMemory<byte> content, ContentDigests.Watch digests, CancellationToken cancellation)
    {
        if (file.Length is { } announced && announced != content.Length)
            return new Refusal(RefusalKind.Malformed, "cut-off", "Fewer bytes arrived than were announced. Nothing was written; send it again.");
        if (digests.Check() is { } mismatch)
            return mismatch;
        using var stream = ReadOnly(content);
        var request = new PutObjectRequest
        {
            BucketName = drive.Bucket.Value,
            Key = drive.Path.KeyOf(path),
            InputStream = stream,
            ContentType = file.ContentType ?? "application/octet-stream",
            ExpectedBucketOwner = drive.BucketOwner?.Value,
            IfNoneMatch = file.IfNoneMatch,
            IfMatch = file.IfMatch,
            ChecksumCRC32C = Crc32COf(content.Span),
        }.Encrypted(drive);
        var written = await AwsAnswers.AnswerAsync(() => s3.PutObjectAsync(request, cancellation), cancellation);
        if (!written.TryGet(out var answer, out var fault))
            return S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
        return S3Requests.IsEncryptedAs(drive.Encryption, answer.ServerSideEncryptionMethod, answer.ServerSideEncryptionKeyManagementServiceKeyId)
            ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), content.Length, Created: file.IfMatch is null)
            : await TakeBackAsync(s3, drive, path, answer.VersionId);
    }

    /// <summary>A file that isn't encrypted as the drive says doesn't stay.</summary>
    private static async Task<Result<StoredFile>> TakeBackAsync(IAmazonS3 s3, Drive drive, FilePath path, string? version)
    {
        using var patience = new CancellationTokenSource(AbortPatience);
        await AwsAnswers.AnswerAsync(
            () => s3.DeleteObjectAsync(new() { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), VersionId = S3DriveFiles.VersionOf(version) }, patience.Token), patience.Token);
        return new Refusal(RefusalKind.RefusedByAws, "aws-encryption-differs", "The bucket did not encrypt the file as the drive says, so it was deleted again. Verify the drive to see what has changed.");
    }

    private static async Task<Answer<string>> BeginAsync(IAmazonS3 s3, Drive drive, FilePath path, string? contentType, ChecksumAlgorithm? checksum, CancellationToken cancellation)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = drive.Bucket.Value,
            Key = drive.Path.KeyOf(path),
            ContentType = contentType ?? "application/octet-stream",
            ExpectedBucketOwner = drive.BucketOwner?.Value,
            ChecksumAlgorithm = checksum,
        }.Encrypted(drive);
        return await AwsAnswers.AnswerAsync(async () => (await s3.InitiateMultipartUploadAsync(request, cancellation)).UploadId, cancellation);
    }

    private static async Task<Fault?> AbortAsync(IAmazonS3 s3, Drive drive, FilePath path, string uploadId, CancellationToken cancellation) => (await AwsAnswers.AnswerAsync(
        () => s3.AbortMultipartUploadAsync(
            new() { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), UploadId = uploadId, ExpectedBucketOwner = drive.BucketOwner?.Value }, cancellation),
        cancellation)).Fault;

    private static async Task<int> FillAsync(Stream content, byte[] buffer, int most, ContentDigests.Watch digests, CancellationToken cancellation)
    {
        var filled = await content.ReadAtLeastAsync(buffer.AsMemory(0, most), most, throwOnEndOfStream: false, cancellation);
        digests.See(buffer.AsSpan(0, filled));
        return filled;
    }

    private static MemoryStream ReadOnly(ReadOnlyMemory<byte> content) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(content, out var segment) ? new(segment.Array!, segment.Offset, segment.Count, writable: false) : new(content.ToArray(), writable: false);

    private static string Crc32COf(ReadOnlySpan<byte> content)
    {
        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, content));
        return Convert.ToBase64String(sum);
    }

    /// <summary>One write in parts.</summary>
    private sealed class PartwiseWrite(S3Writer writer, IAmazonS3 s3, Drive drive, FilePath path, FileToWrite file, ContentDigests.Watch digests) : IDisposable
    {
        private readonly SemaphoreSlim _slots = new(PartsAtOnce);
        private readonly List<Task<Answer<PartETag>>> _parts = [];
        private long _size;

        public async Task<Result<StoredFile>> RunAsync(byte[] first, CancellationToken cancellation)
        {
            var begun = await BeginAsync(s3, drive, path, file.ContentType, ChecksumAlgorithm.CRC32C, cancellation);
            if (!begun.TryGet(out var uploadId, out var fault))
            {
                writer.Return(first);
                return S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
            }

            var kept = false;
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                var result = await SendAsync(uploadId, first, failed, cancellation);
                kept = result.TryGet(out _, out _);
                return result;
            }
            finally
            {
                await failed.CancelAsync();
                await Task.WhenAll(_parts).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                if (!kept)
                    await AbandonAsync(uploadId);
            }
        }

        private async Task<Result<StoredFile>> SendAsync(string uploadId, byte[] first, CancellationTokenSource failed, CancellationToken cancellation)
        {
            for (var (buffer, read, number) = (first, PartBuffers.PartBytes, 1); read > 0; number++)
            {
                if (number > MostParts)
                {
                    writer.Return(buffer);
                    return new Refusal(RefusalKind.Malformed, "content-too-large", "The file is too large to be streamed through here. Use a presigned upload for it.");
                }

                _size += read;
                await _slots.WaitAsync(failed.Token);
                _parts.Add(UploadAsync(uploadId, number, buffer, read, failed));
                if (_parts.FirstOrDefault(part => part.IsCompletedSuccessfully && part.Result.Fault is not null) is { } refused)
                    return S3Refusals.Of(drive, KnownCheck.ObjectWritable, refused.Result.Fault!);

                buffer = await writer.RentAsync(failed.Token);
                try
                {
                    read = await FillAsync(file.Content, buffer, PartBuffers.PartBytes, digests, cancellation);
                }
                catch
                {
                    writer.Return(buffer);
                    throw;
                }

                if (read == 0)
                    writer.Return(buffer);
            }

            var sent = await Task.WhenAll(_parts);
            if (sent.Select(part => part.Fault).FirstOrDefault(fault => fault is not null) is { } lost)
                return S3Refusals.Of(drive, KnownCheck.ObjectWritable, lost);
            if (file.Length is { } announced && announced != _size)
                return new Refusal(RefusalKind.Malformed, "cut-off", "Fewer bytes arrived than were announced. Nothing was written; send it again.");
            return digests.Check() is { } mismatch ? mismatch : await CompleteAsync(uploadId, sent, cancellation);
        }

        private async Task<Answer<PartETag>> UploadAsync(string uploadId, int number, byte[] buffer, int length, CancellationTokenSource failed)
        {
            try
            {
                using var stream = new MemoryStream(buffer, 0, length, writable: false);
                var checksum = Crc32COf(buffer.AsSpan(0, length));
                var request = new UploadPartRequest
                {
                    BucketName = drive.Bucket.Value,
                    Key = drive.Path.KeyOf(path),
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = length,
                    InputStream = stream,
                    ExpectedBucketOwner = drive.BucketOwner?.Value,
                    ChecksumCRC32C = checksum,
                };
                return await AwsAnswers.AnswerAsync(async () => new PartETag(number, (await s3.UploadPartAsync(request, failed.Token)).ETag) { ChecksumCRC32C = checksum }, failed.Token);
            }
            finally
            {
                writer.Return(buffer);
                _slots.Release();
            }
        }

        private async Task<Result<StoredFile>> CompleteAsync(string uploadId, IEnumerable<Answer<PartETag>> parts, CancellationToken cancellation)
        {
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = drive.Bucket.Value,
                Key = drive.Path.KeyOf(path),
                UploadId = uploadId,
                ExpectedBucketOwner = drive.BucketOwner?.Value,
                IfNoneMatch = file.IfNoneMatch,
                IfMatch = file.IfMatch,
            };
            request.AddPartETags(parts.Select(part => part.TryGet(out var etag, out _) ? etag : throw new InvalidOperationException("A part is missing.")));
            var completed = await AwsAnswers.AnswerAsync(() => s3.CompleteMultipartUploadAsync(request, cancellation), cancellation);
            if (!completed.TryGet(out var answer, out var fault))
                return S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
            return S3Requests.IsEncryptedAs(drive.Encryption, answer.ServerSideEncryptionMethod, answer.ServerSideEncryptionKeyManagementServiceKeyId)
                ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), _size, Created: file.IfMatch is null)
                : await TakeBackAsync(s3, drive, path, answer.VersionId);
        }

        public void Dispose() => _slots.Dispose();

        /// <summary>Whatever was in the way, no upload stays behind: it would cost the customer money unseen.</summary>
        private async Task AbandonAsync(string uploadId)
        {
            using var patience = new CancellationTokenSource(AbortPatience);
            for (var tries = 0; tries < 5 && await AbortAsync(s3, drive, path, uploadId, patience.Token) is { IsPassing: true }; tries++)
                await Task.Delay(TimeSpan.FromMilliseconds(200 << tries), patience.Token);
        }
    }

    private ValueTask<byte[]> RentAsync(CancellationToken cancellation) => buffers.RentAsync(cancellation);

    private void Return(byte[] buffer) => buffers.Return(buffer);
}
