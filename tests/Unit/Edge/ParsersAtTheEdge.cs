using System.Reflection;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Listing;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Files;
using ServerlessDrives.Http;
using ServerlessDrives.Integrations.Sns;
using ServerlessDrives.Integrations.Upstreams;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Edge;

/// <summary>
/// Every parser that reads what strangers send: whatever that is, it is taken or refused in a sentence, never thrown over (which would be a
/// 500) and never hung on. Ten thousand inputs each; <c>tests/fuzz</c> makes it a million.
/// </summary>
public sealed class ParsersAtTheEdge
{
    [Fact]
    public void Bodies() => Gen.Select(Gen.OneOf([.. ReadTypes().Select(Gen.Const)]), Inputs.Like([.. Examples()])).EachIsDealtWith(input =>
    {
        var request = Request(input.Item2);
        var read = (Task)ReadJson.MakeGenericMethod(input.Item1).Invoke(null, [request, null])!;
        read.IsCompletedSuccessfully.ShouldBeTrue(read.Exception?.ToString());
        dynamic result = ((dynamic)read).Result;
        if (result is Result<StartConnectionBody, Refusal> start && start.TryGet(out var body, out _))
            ConnectionStart.Parse(body, new OurPrincipals());
    });

    [Fact]
    public void Paths() => Inputs.Like("claims/inbox/2026/scan 1.pdf", "a/../b", "%2e%2e/", "ä/ü", "/", "a//b").EachIsDealtWith(text =>
    {
        DrivePath.Parse(text).TryGet(out var drive, out _);
        FilePath.Parse(text).TryGet(out _, out _);
        if (drive is not null)
            FilePath.Parse(text, drive).TryGet(out _, out _);
        VisibleText.Reveal(text);
        ContentNames.Attachment(text.Length == 0 ? "x" : text);
    });

    [Fact]
    public void Names() =>
        Inputs
            .Like("Claims intake", "Verträge é e\u0301", "ﬁ ①", "한국어", "👩‍👩‍👧 ❤️", "\u3164", "a\u202eb")
            .EachIsDealtWith(text =>
            {
                if (!DisplayName.Parse(text).TryGet(out var name, out var problem))
                {
                    problem.Message.ShouldNotBeNullOrWhiteSpace();
                    return;
                }

                VisibleText.Reveal(name.Value).ShouldBe(name.Value);
                VisibleText.KeyOf(name.Key).ShouldBe(name.Key);
                VisibleText.KeyOf(name.Value.Replace(" ", "  ", StringComparison.Ordinal)).ShouldBe(name.Key);
            });

    [Fact]
    public void Policies()
    {
        BucketName.Parse("acme-documents").TryGet(out var bucket, out _);
        Region.Parse("us-east-1").TryGet(out var region, out _);
        DrivePath.Parse("claims").TryGet(out var path, out _);
        RoleArn.Parse("arn:aws:iam::444455556666:role/drives").TryGet(out var role, out _);
        var ours = BucketPolicy.For(role!, new BucketAccess("con_1", bucket!, region!, path!, Encryption.Nothing));
        Inputs
            .Like(
                ours.ToJson().ToJsonString(),
                """{"Version":"2012-10-17","Statement":{"Sid":"x","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["a"]}}""")
            .EachIsDealtWith(text => ours.MergeInto(text));
    }

    [Fact]
    public void Messages_of_SNS_and_events_of_S3() =>
        Inputs
            .Like(
                """
                {"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:us-east-1:444455556666:drives","Subject":"s",
                 "Message":"{\"Records\":[]}","Timestamp":"2026-11-24T10:00:00.000Z","SignatureVersion":"2","Signature":"AAAA",
                 "SigningCertURL":"https://sns.us-east-1.amazonaws.com/c.pem",
                 "UnsubscribeURL":"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe"}
                """,
                """
                {"Type":"SubscriptionConfirmation","MessageId":"m","Token":"t","TopicArn":"arn:aws:sns:us-east-1:444455556666:drives",
                 "Message":"m","SubscribeURL":"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
                 "Timestamp":"2026-11-24T10:00:00.000Z","SignatureVersion":"1","Signature":"AAAA",
                 "SigningCertURL":"https://sns.us-east-1.amazonaws.com/c.pem"}
                """,
                """
                {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put",
                 "eventTime":"2026-11-24T10:00:00.000Z","s3":{"bucket":{"name":"acme-documents"},
                 "object":{"key":"in%2Fa+b.pdf","size":1,"eTag":"e","versionId":"v","sequencer":"0"}}}]}
                """
            )
            .EachIsDealtWith(text =>
            {
                SnsMessage.Parse(Inputs.Utf8(text)).TryGet(out _, out _);
                S3Event.Parse(text);
                NotificationAddress.Parse(text);
            });

    [Fact]
    public void Cursors_ids_and_links()
    {
        DrivePath.Parse("claims").TryGet(out var path, out _);
        Inputs
            .Like(
                Cursor.Write("claims/inbox/scan.pdf")!,
                "con_01kdrives",
                "ws_claims",
                "drv_",
                CallbackToken.New(new(OrganizationId.Of("org_acme"), ConnectionId.Of("con_1"))).Reveal())
            .EachIsDealtWith(text =>
            {
                var position = Cursor.Read(text);
                _ = ListCursor.TryRead(position, path!.Prefix, recursive: false, out _);
                _ = ListCursor.TryRead(position, path.Prefix, recursive: true, out _);
                _ = ConnectionId.TryParse(text, out _);
                _ = UserId.TryParse(text, null, out _);
                CallbackToken.Parse(text);
                FilePattern.Parse(text).TryGet(out _, out _);
            });
    }

    [Fact]
    public void Headers() =>
        Gen.Select(
                Gen.OneOf([
                    .. new[]
                    {
                        "Content-MD5",
                        "Content-Digest",
                        "x-amz-checksum-crc32",
                        "x-amz-checksum-sha256",
                        "Content-Type",
                        "Content-Encoding",
                        "If-Match",
                        "If-None-Match",
                        "Range",
                        "Idempotency-Key",
                    }.Select(Gen.Const),
                ]),
                Inputs.Like(
                    "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                    "1B2M2Y8AsgTpgAmY7PhCfg==",
                    "text/plain; charset=utf-8",
                    "gzip",
                    "W/\"abc\", \"def\"",
                    "*",
                    "bytes=0-99,200-"))
            .EachIsDealtWith(input =>
            {
                var (name, text) = input;
                var headers = new HeaderDictionary { [name] = text };
                ContentDigests.Parse(headers);
                ContentKind.Parse(text, text);
                Preconditions.Match(new StringValues(text), "\"abc\"");
                Preconditions.MatchesNothing(new StringValues(text));
                var http = new DefaultHttpContext();
                http.Request.Headers[name] = text;
                _ = http.Request.GetTypedHeaders().IfModifiedSince;
                Preconditions.Check(http.Request, new { a = 1 }, "thing");
            });

    [Fact]
    public void Queries() =>
        Gen.Select(
                Gen.OneOf([.. new[] { "limit", "cursor", "status", "driveId", "actor", "from", "wait" }.Select(Gen.Const)]),
                Inputs.Like("50", "drv_1", "connected", "2026-11-24T10:00:00Z", "2147483648", "connected,failed"))
            .EachIsDealtWith(input =>
            {
                var request = new DefaultHttpContext { Request = { QueryString = QueryString.Create(input.Item1, input.Item2) } }.Request;
                Paging.Of(request);
                ListQuery.Word<ConnectionStatus>(request, input.Item1);
                ListQuery.Id<DriveId>(request, input.Item1);
                ListQuery.Text(request, input.Item1, 200);
                if (Uri.TryCreate($"https://{input.Item2}", UriKind.Absolute, out var url))
                    PublicAddresses.IsPublicHost(url);
            });

    private static readonly MethodInfo ReadJson = typeof(Http.Bodies).GetMethod(nameof(Http.Bodies.ReadJsonAsync))!;

    /// <summary>Every type that a function reads as its body.</summary>
    private static IEnumerable<Type> ReadTypes() => HttpFunctionMethods.Of(typeof(Http.Bodies).Assembly.GetTypes())
        .SelectMany(function => function.Method.GetCustomAttributes())
        .Select(attribute => attribute.GetType())
        .Where(type => type.IsGenericType && type.Name.StartsWith("Reads", StringComparison.Ordinal))
        .Select(type => type.GetGenericArguments()[0])
        .Distinct();

    private static IEnumerable<string> Examples() =>
        from name in typeof(Http.Bodies).Assembly.GetManifestResourceNames()
        where name.StartsWith("Examples.", StringComparison.Ordinal) && name.EndsWith("Body.json", StringComparison.Ordinal)
        select new StreamReader(typeof(Http.Bodies).Assembly.GetManifestResourceStream(name)!).ReadToEnd();

    private static HttpRequest Request(string body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.Body) = ("POST", "application/json", new MemoryStream(Inputs.Utf8(body)));
        return request;
    }

    private sealed class OurPrincipals : IPrincipals
    {
        public IReadOnlyList<Partition> Partitions => [Partition.Aws];

        public bool AreOfAws => true;

        public PrincipalArn? For(Partition partition) => null;
    }
}
