using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Access;

/// <summary>Somebody who calls, and the column of the matrix that says what they get.</summary>
public sealed record Caller(string Column, HttpClient Http, bool IsSignedIn);

/// <summary>Whose a thing is: one workspace's, or the whole organization's.</summary>
public enum Owner
{
    Workspace,
    Organization,
}

/// <summary>
/// What the matrix is tried on: one of everything, of a workspace and of the organization, and as many more as deletions need.
/// </summary>
public sealed class MatrixWorld(RunningApp running) : IAsyncLifetime
{
    /// <summary>The matrix's columns, in order.</summary>
    public static readonly string[] Columns =
    [
        "admin",
        "manager",
        "member",
        "other workspace",
        "other organization",
        "anonymous",
        "expired",
        "other audience",
        "other key",
    ];

    /// <summary>The group that gus is in.</summary>
    public const string Adjusters = "33333333-3333-4333-8333-333333333333";

    private const string Leads = "44444444-4444-4444-8444-444444444444";

    private readonly string _bucket = Connections.Unique("matrix");
    private readonly Dictionary<Owner, string> _drives = [];
    private readonly Dictionary<Owner, string> _connections = [];
    private readonly Dictionary<Owner, string> _roles = [];
    private readonly Dictionary<Owner, string> _verifications = [];
    private readonly Dictionary<Owner, string> _references = [];
    private readonly Dictionary<Owner, string> _versions = [];
    private readonly Dictionary<Owner, string> _operations = [];
    private readonly Dictionary<Owner, string> _upstreams = [];
    private readonly Dictionary<Owner, string> _arrivals = [];

    private (string Id, string Secret) _key;

    public IReadOnlyList<Caller> Callers { get; private set; } = [];

    /// <summary>Those who are in the workspace by a group alone; they get what the column says of the same role.</summary>
    public IReadOnlyList<Caller> CallersByGroup { get; private set; } = [];

    public HttpClient Admin { get; private set; } = null!;

    public string Workspace { get; private set; } = "";

    public string Webhook { get; private set; } = "";

    public string Delivery { get; private set; } = "";

    public string Downstream { get; private set; } = "";

    /// <summary>The token of a callback link that nobody has used.</summary>
    public string Callback { get; private set; } = "";

    /// <summary>The token of a link to a shared file.</summary>
    public string Share { get; private set; } = "";

    /// <summary>Where a shared file is downloaded.</summary>
    public string Download { get; private set; } = "";

    /// <summary>Where an image is shown.</summary>
    public string Preview { get; private set; } = "";

    public string DriveOf(Owner owner) => _drives[owner];

    public string ConnectionOf(Owner owner) => _connections[owner];

    public string RoleOf(Owner owner) => _roles[owner];

    public string VerificationOf(Owner owner) => _verifications[owner];

    public string ReferenceOf(Owner owner) => _references[owner];

    /// <summary>S3's version of the file <c>matrix/here.txt</c>.</summary>
    public string VersionOf(Owner owner) => _versions[owner];

    public string OperationOf(Owner owner) => _operations[owner];

    public string UpstreamOf(Owner owner) => _upstreams[owner];

    /// <summary>What went out of <see cref="UpstreamOf"/>.</summary>
    public string ArrivalOf(Owner owner) => _arrivals[owner];

    public async ValueTask InitializeAsync()
    {
        var people = await Task.WhenAll(new[] { "ada", "max", "mia", "leo", "eve" }.Select(running.App.SignInAsync));
        var tokens = new[]
        {
            null,
            await TokenAsync(expiresInSeconds: -600),
            await TokenAsync(audience: "api://somebody-else"),
            Forged(people[0].DefaultRequestHeaders.Authorization!.Parameter!),
        };
        Callers = [.. people.Concat(tokens.Select(WithToken)).Select((http, i) => new Caller(Columns[i], http, i < people.Length))];
        CallersByGroup =
        [
            new("manager", await running.App.SignInAsync("uma"), IsSignedIn: true),
            new("member", await running.App.SignInAsync("gus"), IsSignedIn: true),
        ];
        Admin = people[0];
        Workspace = await NewWorkspaceAsync();
        Webhook = (await NewWebhookAsync()).Text("id");
        await running.App.Administrator().CreateBucketAsync(_bucket, versioned: true);
        _key = await TestDrive.UserOfAsync(running.App, _bucket);
        await Task.WhenAll(AddAsync(Owner.Workspace), AddAsync(Owner.Organization));
        Downstream = (
            await Admin.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    workspaceId = Workspace,
                    driveId = DriveOf(Owner.Workspace),
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");
        await Admin.PostAsync($"/api/webhooks/{Webhook}/test", null, HttpStatusCode.Accepted);
        Delivery = await FirstDeliveryAsync($"/api/webhooks/{Webhook}/deliveries");
        using (
            var stored = await Admin.PutAsync($"/api/drives/{DriveOf(Owner.Workspace)}/files/arrivals/matrix.pdf", new StringContent("new"))
        )
            stored.EnsureSuccessStatusCode();
        foreach (var owner in new[] { Owner.Workspace, Owner.Organization })
            _arrivals[owner] = await FirstDeliveryAsync($"/api/integrations/{UpstreamOf(owner)}/deliveries");
        Callback = await NewCallbackAsync();
        Share = (await NewShareAsync(Owner.Workspace)).Token;
        // Of another link: each may be used so often only.
        var (_, token) = await NewShareAsync(Owner.Workspace);
        Download = (await Admin.PostAsync($"/api/shares/{token}/unlock", null, HttpStatusCode.OK)).Text("url");
        var image = new { path = "matrix/image.png" };
        foreach (var owner in new[] { Owner.Workspace, Owner.Organization })
        {
            using var stored = await Admin.PutAsync($"/api/drives/{DriveOf(owner)}/files/{image.path}", new StringContent("an image"));
            stored.EnsureSuccessStatusCode();
        }

        Preview = (await Admin.PostAsync($"/api/drives/{DriveOf(Owner.Workspace)}/preview-links", image, HttpStatusCode.Created)).Text(
            "url"
        );
    }

    public ValueTask DisposeAsync()
    {
        foreach (var caller in Callers.Concat(CallersByGroup))
            caller.Http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The audience as request bodies say it.</summary>
    public object AudienceOf(Owner owner) =>
        owner is Owner.Workspace ? new { type = "workspace", workspaceId = Workspace } : new { type = "organization" };

    /// <summary>A workspace with max as its manager and mia as a member, and groups with uma and with gus as the same.</summary>
    public async Task<string> NewWorkspaceAsync()
    {
        var id = (await Admin.PostAsync("/api/workspaces", new { name = "Matrix" }, HttpStatusCode.Created)).Text("id");
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{id}/members/max", new { role = "manager" }, HttpStatusCode.OK);
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{id}/members/mia", new { role = "member" }, HttpStatusCode.OK);
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{id}/groups/{Leads}", new { role = "manager" }, HttpStatusCode.OK);
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{id}/groups/{Adjusters}", new { role = "member" }, HttpStatusCode.OK);
        return id;
    }

    public async Task<string> NewGroupAsync()
    {
        var group = Guid.NewGuid().ToString();
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{Workspace}/groups/{group}", new { role = "member" }, HttpStatusCode.OK);
        return group;
    }

    public async Task<string> NewMemberAsync()
    {
        var user = Connections.Unique("somebody");
        await Admin.SendAsync(HttpMethod.Put, $"/api/workspaces/{Workspace}/members/{user}", new { role = "member" }, HttpStatusCode.OK);
        return user;
    }

    /// <summary>What starts a connection by role that is configured already and waits for its trust policy.</summary>
    public object StartBody(Owner owner) => new
    {
        displayName = Connections.Unique("matrix"),
        audience = AudienceOf(owner),
        authentication = new { method = "iamRole" },
        configuration = Connections.RoleConfiguration("arn:aws:iam::444455556666:role/nobody-made-this", "claims/inbox"),
    };

    public async Task<string> NewConnectionAsync(Owner owner) =>
        (await Admin.PostAsync("/api/connections", StartBody(owner), HttpStatusCode.Accepted)).Text("id");

    public async Task<string> NewCallbackAsync()
    {
        var connection = await NewConnectionAsync(Owner.Workspace);
        var link = await Admin.PostAsync(
            $"/api/connections/{connection}/callback-links",
            new { step = "trust-policy" },
            HttpStatusCode.Created);
        return link.Text("url").Split('/')[^1];
    }

    public async Task<string> NewRoleAsync(Owner owner) =>
        (await Admin.PostAsync("/api/roles", new { audience = AudienceOf(owner) }, HttpStatusCode.Created)).Text("id");

    public Task<JsonNode> NewWebhookAsync() =>
        Admin.PostAsync(
            "/api/webhooks",
            new
            {
                url = "http://127.0.0.1:9/",
                description = "matrix",
                events = new[] { "file.arrived" },
            },
            HttpStatusCode.Created);

    public object UpstreamBody(Owner owner) =>
        new
        {
            kind = "upstream",
            driveId = DriveOf(owner),
            folder = "arrivals",
            pattern = "*.pdf",
            webhookId = Webhook,
            backfill = true,
        };

    public async Task<string> NewUpstreamAsync(Owner owner) =>
        (await Admin.PostAsync("/api/integrations", UpstreamBody(owner), HttpStatusCode.Created)).Text("id");

    public async Task<string> NewUploadAsync(Owner owner) =>
        (
            await Admin.PostAsync(
                $"/api/drives/{DriveOf(owner)}/uploads",
                new { path = $"matrix/{Connections.Unique("upload")}", size = 3 },
                HttpStatusCode.Created)
        ).Text("id");

    public async Task<(string Id, string Token)> NewShareAsync(Owner owner)
    {
        var made = await Admin.PostAsync($"/api/drives/{DriveOf(owner)}/shares", new { path = "matrix/here.txt" }, HttpStatusCode.Created);
        return (made.Text("id"), made.Text("url").Split("/s/")[1]);
    }

    public async Task<string> NewDeletedFileAsync(Owner owner)
    {
        var path = await NewFileAsync(owner);
        using var deleted = await Admin.DeleteAsync($"/api/drives/{DriveOf(owner)}/files/{path}");
        deleted.EnsureSuccessStatusCode();
        return path;
    }

    /// <param name="folder">What a new folder for it is called after; null for none.</param>
    public async Task<string> NewFileAsync(Owner owner, string? folder = null)
    {
        var path = $"matrix/{(folder is null ? "" : $"{Connections.Unique(folder)}/")}{Connections.Unique("file")}";
        using var stored = await Admin.PutAsync($"/api/drives/{DriveOf(owner)}/files/{path}", new StringContent("new"));
        stored.EnsureSuccessStatusCode();
        return path;
    }

    private async Task AddAsync(Owner owner)
    {
        var connection = await Admin.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("matrix"),
                audience = AudienceOf(owner),
                authentication = new { method = "accessKey" },
                configuration = Connections.KeyConfiguration(_key, _bucket, "claims/inbox"),
            },
            HttpStatusCode.Accepted);
        var drive = (await Admin.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        string version;
        using (var stored = await Admin.PutAsync($"/api/drives/{drive}/files/matrix/here.txt", new StringContent("here")))
            version = JsonNode.Parse(await stored.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!.Text("versionId");
        var verification = await Admin.PostAsync($"/api/drives/{drive}/verifications", null, HttpStatusCode.Accepted);
        var reference = await Admin.PostAsync($"/api/drives/{drive}/references", new { path = "matrix/here.txt" }, HttpStatusCode.Created);
        var copy = await Admin.PostAsync(
            $"/api/drives/{drive}/copies",
            new { from = "matrix/here.txt", to = "matrix/copy.txt" },
            HttpStatusCode.Accepted);
        lock (_drives)
        {
            _operations[owner] = copy.Text("id");
            _drives[owner] = drive;
            _verifications[owner] = verification.Text("id");
            _references[owner] = reference.Text("id");
            _versions[owner] = version;
        }

        var (openConnection, role, upstream) = (await NewConnectionAsync(owner), await NewRoleAsync(owner), await NewUpstreamAsync(owner));
        lock (_drives)
            (_connections[owner], _roles[owner], _upstreams[owner]) = (openConnection, role, upstream);
    }

    private async Task<string> FirstDeliveryAsync(string list)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < until; await Task.Delay(100))
        {
            if ((await Admin.GetAsync(list, HttpStatusCode.OK))["items"]!.AsArray() is [{ } first, ..])
                return first.Text("id");
        }

        throw new TimeoutException("No delivery came to be.");
    }

    private HttpClient WithToken(string? token)
    {
        var http = running.App.Anonymous();
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private async Task<string> TokenAsync(int? expiresInSeconds = null, string? audience = null)
    {
        using var http = running.App.Anonymous();
        using var answer = await http.PostAsJsonAsync("/embedded/token", new { user = "ada", expiresInSeconds, audience });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!.Text("access_token");
    }

    /// <summary>The same header and claims, signed by a key of our own.</summary>
    private static string Forged(string token)
    {
        using var key = RSA.Create(2048);
        var signed = token[..token.LastIndexOf('.')];
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
    }
}
