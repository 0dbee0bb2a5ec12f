using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>A connected drive with a path of its own, and a member who may use it.</summary>
public sealed class TestDrive
{
    private static readonly ConditionalWeakTable<EmbeddedApp, Dictionary<string, TestDrive>> Shared = [];

    private TestDrive(EmbeddedApp app, HttpClient http, string id, string path)
    {
        App = app;
        Http = http;
        Id = id;
        Path = path;
    }

    public const string Bucket = "acme-documents";

    public EmbeddedApp App { get; }

    public HttpClient Http { get; }

    public string Id { get; }

    /// <summary>The drive's path in the bucket.</summary>
    public string Path { get; }

    public string Root => $"/api/drives/{Id}";

    /// <summary>A drive that is connected already.</summary>
    public static TestDrive Known(EmbeddedApp app, HttpClient http, string id, string path) => new(app, http, id, path);

    /// <summary>A drive by access key that all scenarios of this app share.</summary>
    public static Task<TestDrive> SharedAsync(EmbeddedApp app) => SharedAsync(app, "none");

    public static async Task<TestDrive> SharedAsync(EmbeddedApp app, string encryption)
    {
        var known = Shared.GetOrCreateValue(app);
        if (!known.TryGetValue(encryption, out var drive))
            known[encryption] = drive = await ConnectAsync(app, encryption);
        return drive;
    }

    /// <summary>A drive by role that all scenarios of this app share.</summary>
    public static async Task<TestDrive> OfRoleAsync(EmbeddedApp app)
    {
        var known = Shared.GetOrCreateValue(app);
        if (known.TryGetValue("role", out var drive))
            return drive;
        var mia = await app.SignInAsync("mia");
        var path = Connections.Unique("files");
        var connected = await Connections.ConnectByRoleAsync(app, mia, path);
        return known["role"] = new TestDrive(app, mia, connected.Text("driveId"), path);
    }

    /// <summary>A drive on a versioned bucket, whose user may list versions too, that all scenarios of this app share.</summary>
    public static async Task<TestDrive> VersionedAsync(EmbeddedApp app)
    {
        var known = Shared.GetOrCreateValue(app);
        return known.TryGetValue("versioned", out var drive) ? drive
            : known["versioned"] = await OnBucketOfItsOwnAsync(app, versioned: true);
    }

    /// <summary>A drive on a new bucket, whose user may list versions too.</summary>
    public static async Task<TestDrive> OnBucketOfItsOwnAsync(EmbeddedApp app, bool versioned)
    {
        var bucket = Connections.Unique("bucket");
        await app.Administrator().CreateBucketAsync(bucket, versioned);
        var (id, secret) = await UserOfAsync(app, bucket);
        return await ConnectAsync(
            app,
            configure: configuration =>
                (configuration["accessKeyId"], configuration["secretAccessKey"], configuration["bucket"]) = (id, secret, bucket));
    }

    /// <summary>A drive by the key of a user of another account, on a new bucket there that keeps versions.</summary>
    public static async Task<TestDrive> OfAnotherAccountAsync(EmbeddedApp app)
    {
        var (bucket, owner) = (Connections.Unique("bucket"), AwsAdministrator.OfAnotherAccount(app.Cloud));
        await owner.CreateBucketAsync(bucket, versioned: true);
        var (id, secret) = await UserOfAsync(owner, bucket);
        return await ConnectAsync(
            app,
            configure: configuration =>
                (configuration["accessKeyId"], configuration["secretAccessKey"], configuration["bucket"]) = (id, secret, bucket));
    }

    /// <summary>The key of a new user who may do on a bucket what drives do, and list versions.</summary>
    public static Task<(string Id, string Secret)> UserOfAsync(EmbeddedApp app, string bucket) => UserOfAsync(app.Administrator(), bucket);

    private static Task<(string Id, string Secret)> UserOfAsync(AwsAdministrator administrator, string bucket) =>
        administrator
            .CreateUserWithKeyAsync(
                Connections.Unique("user"),
                AwsAdministrator.Policy(
                    JsonNode.Parse(
                        $$"""
                        {"Effect":"Allow","Resource":["arn:aws:s3:::{{bucket}}","arn:aws:s3:::{{bucket}}/*"],"Action":["s3:ListBucket",
                        "s3:ListBucketVersions","s3:ListBucketMultipartUploads","s3:GetObject","s3:GetObjectVersion","s3:GetObjectAcl",
                        "s3:PutObject","s3:PutObjectAcl","s3:DeleteObject","s3:DeleteObjectVersion","s3:ListMultipartUploadParts",
                        "s3:AbortMultipartUpload"]}
                        """)!));

    /// <param name="configure">Changes what would be sent: the seeded drive user's key and bucket.</param>
    public static async Task<TestDrive> ConnectAsync(
        EmbeddedApp app,
        string encryption = "none",
        Action<JsonNode>? configure = null,
        string access = "readWrite")
    {
        var mia = await app.SignInAsync("mia");
        var path = Connections.Unique("files");
        var administrator = app.Administrator();
        var start = JsonSerializer.SerializeToNode(Connections.StartBody("accessKey"))!;
        start["access"] = access;
        var id = (await mia.PostAsync("/api/connections", start, HttpStatusCode.Accepted)).Text("id");
        var configuration = Connections.KeyConfiguration(
            administrator,
            path,
            encryption,
            encryption == "sse-kms" ? administrator.KmsKeyArn : null);
        configure?.Invoke(configuration);
        if (encryption == "sse-kms")
        {
            await administrator.PutUserPolicyAsync(
                administrator.DriveUserName,
                "kms",
                JsonNode.Parse(
                    """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"""
                        + $$"""["kms:GenerateDataKey","kms:Decrypt"],"Resource":"{{administrator.KmsKeyArn}}"}]}"""
                )!);
        }

        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var connected = await mia.UntilAsync(id, now => now.Text("status") == "connected" || now["attempt"]!.GetValue<int>() > 1);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        return new TestDrive(app, mia, connected.Text("driveId"), path);
    }

    public string FileUrl(string path) => $"{Root}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    public string ContentUrl(string path) => $"{Root}/content?path={Uri.EscapeDataString(path)}";

    public async Task<HttpResponseMessage> PutAsync(string path, byte[] content, params (string Name, string Value)[] headers)
    {
        using var body = new ByteArrayContent(content);
        return await PutAsync(path, body, headers);
    }

    public async Task<HttpResponseMessage> PutAsync(string path, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, ContentUrl(path)) { Content = content };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                content.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ContentUrl(path));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }

    /// <summary>Puts a fault into the sandbox.</summary>
    public async Task FaultAsync(string action, string code, int count = 1, int after = 0, string service = "s3") =>
        await App.Anonymous()
            .SendAsync(
                HttpMethod.Post,
                "/embedded/faults",
                new
                {
                    failNext = new
                    {
                        service,
                        action,
                        code,
                        count,
                        after,
                    },
                },
                HttpStatusCode.NoContent);

    public async Task ClearFaultsAsync()
    {
        using var http = App.Anonymous();
        using var answer = await http.DeleteAsync("/embedded/faults");
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }

    /// <summary>Keys below the drive's path, and uploads in progress as <c>upload:…</c>, as the bucket's owner sees them.</summary>
    public Task<List<string>> KeysAsync(string below = "") => App.Administrator().KeysAsync(Bucket, $"{Path}/{below}");

    /// <summary>
    /// Noise, the same for the same seed. A seeded <see cref="Random"/> takes a tenth of a second for what most files here hold.
    /// </summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var words = new ulong[(length / sizeof(ulong)) + 1];
        var state = (ulong)seed;
        foreach (ref var word in words.AsSpan())
        {
            // SplitMix64.
            var mixed = state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            word = mixed ^ (mixed >> 31);
        }

        return MemoryMarshal.AsBytes(words.AsSpan())[..length].ToArray();
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
}
