using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.EventStreams;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Usage;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// Counts every request that the SDK sends to S3 for a drive, repetitions included, and the bytes of the bodies: what is sent once S3 has
/// answered, what is answered as it is read. It is the last handler before HTTP.
/// </summary>
internal sealed class S3CallMetering : PipelineHandler
{
    private static readonly Customizer EveryS3 = new();

    /// <summary>
    /// Makes every client that is made from now on do so. The SDK's registry is the process's; registering twice is once.
    /// </summary>
    public static void AddToEveryClient() => RuntimePipelineCustomizerRegistry.Instance.Register(EveryS3);

    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        ArgumentNullException.ThrowIfNull(executionContext);
        var (call, response) = (executionContext.RequestContext, executionContext.ResponseContext);
        if ((call.ClientConfig as AwsClients.MeteredS3Config)?.Meter is not { } meter)
            return await base.InvokeAsync<T>(executionContext);
        meter.Ask(KindOf(call.OriginalRequest));
        try
        {
            var answer = await base.InvokeAsync<T>(executionContext);
            meter.Send(BytesOf(call.Request));
            if (response.HttpResponse is { } body)
                response.HttpResponse = new MeteredResponse(body, meter);
            return answer;
        }
        catch (HttpErrorResponseException refused)
        {
            meter.Send(BytesOf(call.Request));
            meter.Receive(refused.Response?.ContentLength ?? 0);
            throw;
        }
    }

    /// <summary>What S3 takes for it: by AWS's list, a listing costs what a PUT costs, and a deletion or abortion nothing.</summary>
    internal static RequestKind KindOf(AmazonWebServiceRequest request) =>
        request switch
        {
            DeleteObjectRequest or DeleteObjectsRequest or AbortMultipartUploadRequest => RequestKind.Delete,
            ListObjectsRequest or ListObjectsV2Request or ListVersionsRequest or ListMultipartUploadsRequest or ListPartsRequest =>
                RequestKind.List,
            PutObjectRequest
            or UploadPartRequest
            or CopyObjectRequest
            or CopyPartRequest
            or InitiateMultipartUploadRequest
            or CompleteMultipartUploadRequest
            or PutObjectAclRequest => RequestKind.Write,
            _ => RequestKind.Read,
        };

    /// <summary>Of the body as S3 stores it, without what signing adds between its pieces.</summary>
    private static long BytesOf(IRequest request)
    {
        foreach (var header in new[] { "X-Amz-Decoded-Content-Length", "Content-Length" })
        {
            if (
                request.Headers.TryGetValue(header, out var text)
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
                return length;
        }

        return request.Content?.Length ?? 0;
    }

    private sealed class Customizer : IRuntimePipelineCustomizer
    {
        public string UniqueName => "ServerlessDrives.Usage";

        public void Customize(Type type, RuntimePipeline pipeline)
        {
            ArgumentNullException.ThrowIfNull(pipeline);
            if (type.IsAssignableTo(typeof(AmazonS3Client)))
                pipeline.AddHandlerAfter<Unmarshaller>(new S3CallMetering());
        }
    }

    /// <summary>An answer whose body is counted while it is read.</summary>
    private sealed class MeteredResponse(IWebResponseData inner, DriveMeter meter) : IWebResponseData, IHttpResponseBody
    {
        public long ContentLength => inner.ContentLength;

        public string ContentType => inner.ContentType;

        public HttpStatusCode StatusCode => inner.StatusCode;

        public bool IsSuccessStatusCode => inner.IsSuccessStatusCode;

        public IHttpResponseBody ResponseBody => this;

        public string[] GetHeaderNames() => inner.GetHeaderNames();

        public bool IsHeaderPresent(string headerName) => inner.IsHeaderPresent(headerName);

        public string GetHeaderValue(string headerName) => inner.GetHeaderValue(headerName);

        public bool IsEventHeaderPresent(string headerName) => inner.IsEventHeaderPresent(headerName);

        public IEventStreamHeader GetEventStreamHeader(string headerName) => inner.GetEventStreamHeader(headerName);

        public Stream OpenResponse() => new MeteredStream(inner.ResponseBody.OpenResponse(), meter);

        public async Task<Stream> OpenResponseAsync() => new MeteredStream(await inner.ResponseBody.OpenResponseAsync(), meter);

        public void Dispose() => inner.ResponseBody.Dispose();
    }
}

/// <summary>A stream of S3's whose bytes are counted as they are read.</summary>
internal sealed class MeteredStream(Stream inner, DriveMeter meter) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override bool CanTimeout => inner.CanTimeout;

    public override int ReadTimeout { get => inner.ReadTimeout; set => inner.ReadTimeout = value; }

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        meter.Receive(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        meter.Receive(read);
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
