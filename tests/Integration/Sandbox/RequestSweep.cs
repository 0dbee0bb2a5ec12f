using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>
/// Every header, parameter and element that the service models of S3, IAM, STS, KMS and SNS name is sent by itself. The sandbox refuses it,
/// or it stands in <c>honoured.txt</c>: what is there has an effect, and tests of its own. Nothing is taken and forgotten.
/// </summary>
public sealed class RequestSweep(S3Fixture sandbox) : IClassFixture<S3Fixture>, IDisposable
{
    /// <summary>Framing and addressing, which every request has.</summary>
    private static readonly string[] Framing = ["Content-Length", "Content-MD5", "x-amz-sdk-checksum-algorithm"];
    private readonly SignedRequests requests = new(sandbox.Endpoint, sandbox.AccessKeyId, sandbox.SecretAccessKey);
    private readonly AmazonS3Client s3 = sandbox.Client();

    public void Dispose()
    {
        requests.Dispose();
        s3.Dispose();
    }

    [Fact]
    public async Task S3_ignores_no_header_parameter_or_element()
    {
        var model = ServiceModel.Of("s3");
        var found = new Findings("s3");
        foreach (var operation in model.Operations)
        {
            var bucket = await s3.NewBucketAsync();
            await s3.PutTextAsync(bucket, "key", "x");
            foreach (
                var member in operation.Members.Where(member =>
                    member.Location is "header" or "headers" or "querystring" && !Framing.Contains(member.WireName)))
            {
                var name = member.Location == "headers" ? member.WireName + "a" : member.WireName;
                var value = KeyValuePair.Create(
                    name,
                    member.WireName == "x-amz-copy-source" ? $"{bucket}/key" : model.Sample(member.Shape));
                found.Add(
                    operation,
                    member.WireName,
                    await SendAsync(
                        operation,
                        bucket,
                        member.Location == "querystring" ? value : null,
                        member.Location == "querystring" ? null : value,
                        null));
            }

            foreach (var payload in operation.Members.Where(member => member.Location is null && model.TypeOf(member.Shape) == "structure"))
                foreach (var leaf in model.Leaves(payload.Shape))
                    found.Add(operation, leaf, await SendAsync(operation, bucket, null, null, Document(payload.WireName, leaf)));
        }

        found.ShouldBeHonoured(atLeast: 500);
    }

    [Theory]
    [InlineData("iam", "2010-05-08")]
    [InlineData("sts", "2011-06-15")]
    [InlineData("sns", "2010-03-31")]
    public async Task A_query_service_ignores_no_parameter(string service, string version)
    {
        var model = ServiceModel.Of(service);
        var found = new Findings(service);
        foreach (var operation in model.Operations)
        {
            foreach (var member in operation.Members)
            {
                var name = model.TypeOf(member.Shape) switch
                {
                    "list" => $"{member.Name}.member.1",
                    "map" => $"{member.Name}.entry.1.key",
                    _ => member.Name,
                };
                var form = $"Action={operation.Name}&Version={version}&{name}={Uri.EscapeDataString(model.Sample(member.Shape))}";
                found.Add(
                    operation,
                    member.Name,
                    await requests.SendAsync(
                        service,
                        "POST",
                        "/",
                        [],
                        [KeyValuePair.Create("content-type", "application/x-www-form-urlencoded")],
                        Encoding.UTF8.GetBytes(form)));
            }
        }

        found.ShouldBeHonoured(atLeast: service == "iam" ? 300 : 20);
    }

    [Fact]
    public async Task Kms_ignores_no_parameter()
    {
        var model = ServiceModel.Of("kms");
        var found = new Findings("kms");
        foreach (var operation in model.Operations)
        {
            foreach (var member in operation.Members)
            {
                JsonNode value = model.TypeOf(member.Shape) switch
                {
                    "list" => new JsonArray(),
                    "map" => new JsonObject { ["a"] = "a" },
                    "boolean" => true,
                    "integer" or "long" => 1,
                    _ => model.Sample(member.Shape),
                };
                found.Add(
                    operation,
                    member.Name,
                    await requests.SendAsync(
                        "kms",
                        "POST",
                        "/",
                        [],
                        [
                            KeyValuePair.Create("x-amz-target", $"TrentService.{operation.Name}"),
                            KeyValuePair.Create("content-type", "application/x-amz-json-1.1"),
                        ],
                        Encoding.UTF8.GetBytes(new JsonObject { [member.Name] = value }.ToJsonString())));
            }
        }

        found.ShouldBeHonoured(atLeast: 100);
    }

    private Task<(HttpStatusCode Status, string Body)> SendAsync(
        Operation operation, string bucket, KeyValuePair<string, string>? parameter, KeyValuePair<string, string>? header, string? body)
    {
        var uri = operation
            .Uri.Replace("{Bucket}", bucket, StringComparison.Ordinal)
            .Replace("{Key+}", "key", StringComparison.Ordinal)
            .Split('?');
        var query = (uri.Length == 1 ? [] : uri[1].Split('&'))
            .Select(pair => pair.Split('='))
            .Select(pair => KeyValuePair.Create(pair[0], pair.Length == 1 ? "" : pair[1]))
            .ToList();
        // What tells these calls from others is a parameter or a header of theirs.
        if (operation.Members.Any(member => member.WireName == "uploadId") && parameter?.Key != "uploadId")
            query.Add(KeyValuePair.Create("uploadId", "none"));
        if (parameter is { } asked)
            query.Add(asked);
        List<KeyValuePair<string, string>> headers = [];
        if (operation.Members.Any(member => member.WireName == "x-amz-copy-source") && header?.Key != "x-amz-copy-source")
            headers.Add(KeyValuePair.Create("x-amz-copy-source", $"{bucket}/key"));
        if (header is { } given) headers.Add(given);
        return requests.SendAsync("s3", operation.Method, uri[0], query, headers, body is null ? null : Encoding.UTF8.GetBytes(body));
    }

    /// <summary>A document with one element, in those that it lies in.</summary>
    private static string Document(string root, string path)
    {
        var names = path.Split('/');
        return $"<{root}>{string.Concat(names.Select(name => $"<{name}>"))}1"
            + $"{string.Concat(names.Reverse().Select(name => $"</{name}>"))}</{root}>";
    }

    private static string Honoured([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "honoured.txt");

    private sealed class Findings(string service)
    {
        private readonly List<string> refused = [];
        private readonly List<string> taken = [];

        public void Add(Operation operation, string member, (HttpStatusCode Status, string Body) answer)
        {
            // Not implemented; no such action; not allowed on this; and for calls that answer without a body, the status alone.
            var isRefused =
                answer.Status is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed
                || answer.Body.Contains("<Code>InvalidAction</Code>", StringComparison.Ordinal)
                || answer.Body.Contains("UnknownOperationException", StringComparison.Ordinal);
            (isRefused ? refused : taken).Add($"{service} {operation.Name} {member}");
        }

        public void ShouldBeHonoured(int atLeast)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{service}: {refused.Count + taken.Count} sent, {refused.Count} refused, {taken.Count} honoured");
            if (Environment.GetEnvironmentVariable("SWEEP_FOUND") is { } file)
                File.AppendAllLines(file, taken);
            var honoured = File.ReadAllLines(Honoured())
                .Where(line => line.StartsWith(service + ' ', StringComparison.Ordinal))
                .ToHashSet();
            taken.Except(honoured).ShouldBeEmpty("taken, though nobody says that it has an effect");
            refused.Intersect(honoured).ShouldBeEmpty("refused, though it is said to have an effect");
            (refused.Count + taken.Count).ShouldBeGreaterThan(atLeast);
        }
    }
}
