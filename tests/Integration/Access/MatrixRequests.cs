using System.Net.Http.Json;
using System.Text;
using ServerlessDrives.Tests.Integration.Connecting;

namespace ServerlessDrives.Tests.Integration.Access;

/// <summary>A row of the matrix: a route, whose thing it is called on, and how a request that could succeed is made.</summary>
public sealed record MatrixRow(string Route, string On, Func<MatrixWorld, Caller, Task<HttpRequestMessage>> Make)
{
    public override string ToString() => On.Length == 0 ? Route : $"{Route} on {On}";
}

/// <summary>
/// A request for every route, with ids and bodies that are good, so that nothing but who calls decides. What is used up is made anew for
/// each caller.
/// </summary>
public static class MatrixRequests
{
    public static readonly IReadOnlyList<MatrixRow> Rows =
    [
        // People
        One("GET /api/me", _ => Get("/api/me")),
        One("GET /api/people", _ => Get("/api/people")),
        new("GET /api/people", "?id", Made(_ => Get("/api/people?id=ada"))),
        One("GET /api/workspaces", _ => Get("/api/workspaces")),
        One("POST /api/workspaces", _ => Post("/api/workspaces", new { name = "Matrix" })),
        One("GET /api/workspaces/{workspaceId}", w => Get($"/api/workspaces/{w.Workspace}")),
        One("PATCH /api/workspaces/{workspaceId}", w => Json("PATCH", $"/api/workspaces/{w.Workspace}", new { name = "Matrix, renamed" })),
        Anew(
            "DELETE /api/workspaces/{workspaceId}",
            w => w.Workspace,
            w => w.NewWorkspaceAsync(),
            (_, id) => Delete($"/api/workspaces/{id}")),
        One("GET /api/workspaces/{workspaceId}/members", w => Get($"/api/workspaces/{w.Workspace}/members")),
        One(
            "PUT /api/workspaces/{workspaceId}/members/{userId}",
            w => Json("PUT", $"/api/workspaces/{w.Workspace}/members/somebody", new { role = "member" })),
        Anew(
            "DELETE /api/workspaces/{workspaceId}/members/{userId}",
            _ => "somebody",
            w => w.NewMemberAsync(),
            (w, user) => Delete($"/api/workspaces/{w.Workspace}/members/{user}")),
        One("GET /api/workspaces/{workspaceId}/groups", w => Get($"/api/workspaces/{w.Workspace}/groups")),
        One(
            "GET /api/workspaces/{workspaceId}/groups/{groupId}",
            w => Get($"/api/workspaces/{w.Workspace}/groups/{MatrixWorld.Adjusters}")),
        One(
            "PUT /api/workspaces/{workspaceId}/groups/{groupId}",
            w => Json("PUT", $"/api/workspaces/{w.Workspace}/groups/{Guid.NewGuid()}", new { role = "member" })),
        Anew(
            "DELETE /api/workspaces/{workspaceId}/groups/{groupId}",
            _ => MatrixWorld.Adjusters,
            w => w.NewGroupAsync(),
            (w, group) => Delete($"/api/workspaces/{w.Workspace}/groups/{group}")),
        // Connecting
        One("GET /api/buckets/{name}", _ => Get("/api/buckets/acme-documents")),
        One("GET /api/buckets/{name}/user-policy", _ => Get("/api/buckets/acme-documents/user-policy")),
        One("GET /api/connections", _ => Get("/api/connections")),
        new("GET /api/connections", "?workspaceId", Made(w => Get($"/api/connections?workspaceId={w.Workspace}"))),
        .. Both("POST /api/connections", (w, owner) => Post("/api/connections", w.StartBody(owner))),
        .. Both("GET /api/connections/{connectionId}", (w, owner) => Get($"/api/connections/{w.ConnectionOf(owner)}")),
        .. Both(
            "PUT /api/connections/{connectionId}/configuration",
            (w, owner) =>
                Json(
                    "PUT",
                    $"/api/connections/{w.ConnectionOf(owner)}/configuration",
                    Connections.RoleConfiguration("arn:aws:iam::444455556666:role/nobody-made-this", "claims/inbox"))),
        .. OnNewConnection(
            "POST /api/connections/{connectionId}/confirmations/trust-policy",
            id => Post($"/api/connections/{id}/confirmations/trust-policy", null)),
        .. Both(
            "POST /api/connections/{connectionId}/confirmations/bucket-policy",
            (w, owner) => Post($"/api/connections/{w.ConnectionOf(owner)}/confirmations/bucket-policy", null)),
        .. Both(
            "POST /api/connections/{connectionId}/verification/stop",
            (w, owner) => Post($"/api/connections/{w.ConnectionOf(owner)}/verification/stop", null)),
        .. OnNewConnection("DELETE /api/connections/{connectionId}", id => Delete($"/api/connections/{id}")),
        .. Both(
            "POST /api/connections/{connectionId}/callback-links",
            (w, owner) => Post($"/api/connections/{w.ConnectionOf(owner)}/callback-links", new { step = "trust-policy" })),
        .. Both(
            "DELETE /api/connections/{connectionId}/callback-links",
            (w, owner) => Delete($"/api/connections/{w.ConnectionOf(owner)}/callback-links")),
        .. Both(
            "GET /api/connections/{connectionId}/setup",
            (w, owner) => Get($"/api/connections/{w.ConnectionOf(owner)}/setup?format=terraform")),
        .. Both(
            "POST /api/connections/{connectionId}/merged-bucket-policy",
            (w, owner) => Post($"/api/connections/{w.ConnectionOf(owner)}/merged-bucket-policy", null)),
        One("GET /api/callbacks/{token}", w => Get($"/api/callbacks/{w.Callback}")),
        new(
            "POST /api/callbacks/{token}",
            "",
            async (w, _) => Post($"/api/callbacks/{await w.NewCallbackAsync()}", new { confirmedBy = "an AWS admin" })),
        One("GET /api/callbacks/{token}/setup", w => Get($"/api/callbacks/{w.Callback}/setup?format=terraform")),
        One("POST /api/callbacks/{token}/merged-bucket-policy", w => Post($"/api/callbacks/{w.Callback}/merged-bucket-policy", null)),
        // Roles
        One("GET /api/roles", _ => Get("/api/roles")),
        new("GET /api/roles", "?workspaceId", Made(w => Get($"/api/roles?workspaceId={w.Workspace}"))),
        .. Both("POST /api/roles", (w, owner) => Post("/api/roles", new { audience = w.AudienceOf(owner) })),
        .. Both("GET /api/roles/{roleId}", (w, owner) => Get($"/api/roles/{w.RoleOf(owner)}")),
        .. BothAnew(
            "DELETE /api/roles/{roleId}",
            (w, owner) => w.RoleOf(owner),
            (w, owner) => w.NewRoleAsync(owner),
            (_, _, id) => Delete($"/api/roles/{id}")),
        // Drives
        One("GET /api/drives", _ => Get("/api/drives")),
        new("GET /api/drives", "?workspaceId", Made(w => Get($"/api/drives?workspaceId={w.Workspace}"))),
        .. Both("GET /api/drives/{driveId}", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}")),
        // Whoever may remove the drive is told that they have to repeat its name.
        .. Both(
            "DELETE /api/drives/{driveId}",
            (w, owner) => Json("DELETE", $"/api/drives/{w.DriveOf(owner)}", new { confirmation = "not its name" })),
        // Whoever may change the key is told what is wrong with this one.
        .. Both(
            "PATCH /api/drives/{driveId}/credentials",
            (w, owner) => Json("PATCH", $"/api/drives/{w.DriveOf(owner)}/credentials", new { accessKeyId = "ASIATEMPORARYKEY1234" })),
        .. Both("POST /api/drives/{driveId}/verifications", (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/verifications", null)),
        .. Both(
            "GET /api/drives/{driveId}/verifications/{verificationId}",
            (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/verifications/{w.VerificationOf(owner)}")),
        .. Both("GET /api/drives/{driveId}/health", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/health")),
        .. Both("GET /api/drives/{driveId}/usage", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/usage")),
        One("GET /api/workspaces/{workspaceId}/default-drive", w => Get($"/api/workspaces/{w.Workspace}/default-drive")),
        One(
            "PUT /api/workspaces/{workspaceId}/default-drive",
            w => Json("PUT", $"/api/workspaces/{w.Workspace}/default-drive", new { driveId = w.DriveOf(Owner.Workspace) })),
        One("DELETE /api/workspaces/{workspaceId}/default-drive", w => Delete($"/api/workspaces/{w.Workspace}/default-drive")),
        One("GET /api/organization/default-drive", _ => Get("/api/organization/default-drive")),
        One(
            "PUT /api/organization/default-drive",
            w => Json("PUT", "/api/organization/default-drive", new { driveId = w.DriveOf(Owner.Organization) })),
        // Files
        .. Both("GET /api/drives/{driveId}/files/{*file}", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/files/matrix/here.txt")),
        .. Both("HEAD /api/drives/{driveId}/files/{*file}", (w, owner) => Head($"/api/drives/{w.DriveOf(owner)}/files/matrix/here.txt")),
        .. Both(
            "PUT /api/drives/{driveId}/files/{*file}",
            (w, owner) => Bytes("PUT", $"/api/drives/{w.DriveOf(owner)}/files/matrix/{Guid.NewGuid():N}.txt")),
        .. Both(
            "POST /api/drives/{driveId}/files/{*file}",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/files/batch", new { paths = new[] { "matrix/here.txt" } })),
        .. Both("GET /api/drives/{driveId}/archive", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/archive?path=matrix/here.txt")),
        .. Both("GET /api/drives/{driveId}/search", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/search?name=here&path=matrix")),
        .. Both("GET /api/drives/{driveId}/versions", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/versions?path=matrix/here.txt")),
        .. Both(
            "GET /api/drives/{driveId}/files-with-deleted",
            (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/files-with-deleted?path=matrix")),
        .. Both(
            "GET /api/drives/{driveId}/versions/{versionId}/content",
            (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/versions/{w.VersionOf(owner)}/content?path=matrix/here.txt")),
        .. Both(
            "HEAD /api/drives/{driveId}/versions/{versionId}/content",
            (w, owner) => Head($"/api/drives/{w.DriveOf(owner)}/versions/{w.VersionOf(owner)}/content?path=matrix/here.txt")),
        .. Both(
            "POST /api/drives/{driveId}/versions/{versionId}/restore",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/versions/{w.VersionOf(owner)}/restore?path=matrix/here.txt", null)),
        .. BothAnew(
            "POST /api/drives/{driveId}/undelete",
            (_, _) => "matrix/none.txt",
            (w, owner) => w.NewDeletedFileAsync(owner),
            (w, owner, path) => Post($"/api/drives/{w.DriveOf(owner)}/undelete?path={path}", null)),
        .. Both(
            "POST /api/drives/{driveId}/folders",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/folders", new { path = $"matrix/{Guid.NewGuid():N}" })),
        .. Both("GET /api/drives/{driveId}/folders", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/folders?path=matrix")),
        .. BothAnew(
            "POST /api/drives/{driveId}/moves",
            (_, _) => "matrix/none.txt",
            (w, owner) => w.NewFileAsync(owner),
            (w, owner, path) => Post($"/api/drives/{w.DriveOf(owner)}/moves", new { from = path, to = $"{path}.moved" })),
        .. Both(
            "POST /api/drives/{driveId}/copies",
            (w, owner) => Post(
                $"/api/drives/{w.DriveOf(owner)}/copies",
                new { from = "matrix/here.txt", to = $"matrix/{Guid.NewGuid():N}" })),
        .. BothAnew(
            "POST /api/drives/{driveId}/deletions",
            (_, _) => "matrix/none/file",
            (w, owner) => w.NewFileAsync(owner, "folder"),
            (w, owner, path) => Post(
                $"/api/drives/{w.DriveOf(owner)}/deletions",
                new { path = path[..path.LastIndexOf('/')], confirmation = path.Split('/')[^2] })),
        .. Both("GET /api/drives/{driveId}/operations", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/operations")),
        .. Both(
            "GET /api/drives/{driveId}/operations/{operationId}",
            (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/operations/{w.OperationOf(owner)}")),
        .. Both(
            "GET /api/drives/{driveId}/operations/{operationId}/left",
            (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/operations/{w.OperationOf(owner)}/left")),
        .. Both(
            "DELETE /api/drives/{driveId}/operations/{operationId}",
            (w, owner) => Delete($"/api/drives/{w.DriveOf(owner)}/operations/{w.OperationOf(owner)}")),
        .. Both(
            "POST /api/drives/{driveId}/shares",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/shares", new { path = "matrix/here.txt" })),
        .. Both("GET /api/drives/{driveId}/shares", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/shares?path=matrix/here.txt")),
        .. Both("DELETE /api/drives/{driveId}/shares", (w, owner) => Delete($"/api/drives/{w.DriveOf(owner)}/shares?path=matrix/none.txt")),
        .. BothAnew(
            "DELETE /api/drives/{driveId}/shares/{shareId}",
            (_, _) => "shr_none",
            async (w, owner) => (await w.NewShareAsync(owner)).Id,
            (w, owner, id) => Delete($"/api/drives/{w.DriveOf(owner)}/shares/{id}")),
        One("GET /api/shares/{token}", w => Get($"/api/shares/{w.Share}")),
        One("POST /api/shares/{token}/unlock", w => Post($"/api/shares/{w.Share}/unlock", null)),
        One("GET /api/shares/{token}/content", w => Get(w.Download)),
        One("HEAD /api/shares/{token}/content", w => Head(w.Download)),
        One("GET /api/organization/sharing", _ => Get("/api/organization/sharing")),
        One("PUT /api/organization/sharing", _ => Json("PUT", "/api/organization/sharing", new { allowed = true })),
        .. Both("DELETE /api/drives/{driveId}/files/{*file}", (w, owner) => Delete($"/api/drives/{w.DriveOf(owner)}/files/matrix/put.txt")),
        .. Both("GET /api/drives/{driveId}/content", (w, owner) => Get($"/api/drives/{w.DriveOf(owner)}/content?path=matrix/here.txt")),
        .. Both("HEAD /api/drives/{driveId}/content", (w, owner) => Head($"/api/drives/{w.DriveOf(owner)}/content?path=matrix/here.txt")),
        .. Both(
            "PUT /api/drives/{driveId}/content",
            (w, owner) => Bytes("PUT", $"/api/drives/{w.DriveOf(owner)}/content?path=matrix/{Guid.NewGuid():N}.txt")),
        .. Both(
            "DELETE /api/drives/{driveId}/content",
            (w, owner) => Delete($"/api/drives/{w.DriveOf(owner)}/content?path=matrix/content.txt")),
        .. Both(
            "POST /api/drives/{driveId}/uploads",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/uploads", new { path = "matrix/upload.txt", size = 3 })),
        // Whoever may complete the upload is told that its parts are missing.
        .. BothAnew(
            "POST /api/drives/{driveId}/uploads/{uploadId}/complete",
            (_, _) => "upl_none",
            (w, owner) => w.NewUploadAsync(owner),
            (w, owner, id) => Post($"/api/drives/{w.DriveOf(owner)}/uploads/{id}/complete", new { parts = Array.Empty<object>() })),
        .. BothAnew(
            "GET /api/drives/{driveId}/uploads/{uploadId}",
            (_, _) => "upl_none",
            (w, owner) => w.NewUploadAsync(owner),
            (w, owner, id) => Get($"/api/drives/{w.DriveOf(owner)}/uploads/{id}")),
        .. BothAnew(
            "POST /api/drives/{driveId}/uploads/{uploadId}/links",
            (_, _) => "upl_none",
            (w, owner) => w.NewUploadAsync(owner),
            (w, owner, id) => Post($"/api/drives/{w.DriveOf(owner)}/uploads/{id}/links", new { parts = new[] { 1 } })),
        .. BothAnew(
            "DELETE /api/drives/{driveId}/uploads/{uploadId}",
            (_, _) => "upl_none",
            (w, owner) => w.NewUploadAsync(owner),
            (w, owner, id) => Delete($"/api/drives/{w.DriveOf(owner)}/uploads/{id}")),
        .. Both(
            "POST /api/drives/{driveId}/download-links",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/download-links", new { path = "matrix/here.txt", expiresInSeconds = 60 })),
        .. Both(
            "POST /api/drives/{driveId}/preview-links",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/preview-links", new { path = "matrix/image.png" })),
        One("GET /api/previews/{token}", w => Get(w.Preview)),
        One("HEAD /api/previews/{token}", w => Head(w.Preview)),
        .. Both(
            "POST /api/drives/{driveId}/references",
            (w, owner) => Post($"/api/drives/{w.DriveOf(owner)}/references", new { path = "matrix/here.txt" })),
        .. Both("GET /api/files/{fileId}", (w, owner) => Get($"/api/files/{w.ReferenceOf(owner)}")),
        .. Both("GET /api/files/{fileId}/content", (w, owner) => Get($"/api/files/{w.ReferenceOf(owner)}/content")),
        .. Both("HEAD /api/files/{fileId}/content", (w, owner) => Head($"/api/files/{w.ReferenceOf(owner)}/content")),

        // Integrations and events
        One("GET /api/integrations", _ => Get("/api/integrations")),
        .. Both("POST /api/integrations", (w, owner) => Post("/api/integrations", w.UpstreamBody(owner))),
        .. Both(
            "POST /api/integrations/trial",
            (w, owner) => Post("/api/integrations/trial", new { driveId = w.DriveOf(owner), folder = "matrix", pattern = "*.txt" })),
        .. Both("GET /api/integrations/{integrationId}", (w, owner) => Get($"/api/integrations/{w.UpstreamOf(owner)}")),
        .. Both(
            "PATCH /api/integrations/{integrationId}",
            (w, owner) => Json("PATCH", $"/api/integrations/{w.UpstreamOf(owner)}", new { paused = true })),
        .. BothAnew(
            "DELETE /api/integrations/{integrationId}",
            (w, owner) => w.UpstreamOf(owner),
            (w, owner) => w.NewUpstreamAsync(owner),
            (_, _, id) => Delete($"/api/integrations/{id}")),
        .. Both(
            "GET /api/integrations/{integrationId}/setup",
            (w, owner) => Get($"/api/integrations/{w.UpstreamOf(owner)}/setup?format=terraform")),
        .. Both(
            "DELETE /api/integrations/{integrationId}/notifications",
            (w, owner) => Delete($"/api/integrations/{w.UpstreamOf(owner)}/notifications")),
        // An address that nobody has given out, which is all that anybody but SNS could bring; what comes to a good one is
        // NotificationScenarios' concern.
        One("POST /api/notifications/{token}", _ => Post("/api/notifications/nobody", new { })),
        .. Both(
            "GET /api/integrations/{integrationId}/deliveries",
            (w, owner) => Get($"/api/integrations/{w.UpstreamOf(owner)}/deliveries")),
        .. Both(
            "POST /api/integrations/{integrationId}/deliveries/{deliveryId}/redeliver",
            (w, owner) => Post($"/api/integrations/{w.UpstreamOf(owner)}/deliveries/{w.ArrivalOf(owner)}/redeliver", null)),
        .. Both(
            "POST /api/integrations/{integrationId}/deliveries/redeliver",
            (w, owner) => Post($"/api/integrations/{w.UpstreamOf(owner)}/deliveries/redeliver", null)),
        .. Both("GET /api/integrations/{integrationId}/backfill", (w, owner) => Get($"/api/integrations/{w.UpstreamOf(owner)}/backfill")),
        One(
            "POST /api/integrations/{integrationId}/outputs/{*path}",
            w => Bytes("POST", $"/api/integrations/{w.Downstream}/outputs/matrix.txt")),
        One("GET /api/webhooks", _ => Get("/api/webhooks")),
        One("POST /api/webhooks", _ => Post("/api/webhooks", new { url = "http://127.0.0.1:9/", events = new[] { "file.arrived" } })),
        Anew(
            "DELETE /api/webhooks/{webhookId}",
            w => w.Webhook,
            async w => (await w.NewWebhookAsync())["id"]!.GetValue<string>(),
            (_, id) => Delete($"/api/webhooks/{id}")),
        One("POST /api/webhooks/{webhookId}/test", w => Post($"/api/webhooks/{w.Webhook}/test", null)),
        One("GET /api/webhooks/{webhookId}/deliveries", w => Get($"/api/webhooks/{w.Webhook}/deliveries")),
        One(
            "POST /api/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver",
            w => Post($"/api/webhooks/{w.Webhook}/deliveries/{w.Delivery}/redeliver", null)),
        One("POST /api/webhooks/{webhookId}/deliveries/redeliver", w => Post($"/api/webhooks/{w.Webhook}/deliveries/redeliver", null)),
        One("GET /api/audit", _ => Get("/api/audit")),

        // For everybody
        One("GET /api/health", _ => Get("/api/health")),
        One("GET /api/openapi.json", _ => Get("/api/openapi.json")),
        One("GET /api/docs", _ => Get("/api/docs")),
        One("GET /api/signin", _ => Get("/api/signin")),
        // A path of the API that nothing answers: pages of the wizard are there only when it was built.
        One("GET /{*path}", _ => Get("/api/nothing-of-this-name")),
        One("HEAD /{*path}", _ => Head("/api/nothing-of-this-name")),
        One("POST /{nothing:maxlength(0)?}", _ => Post("/", null)),
        One("PUT /{nothing:maxlength(0)?}", _ => Json("PUT", "/", new { })),
        One("PATCH /{nothing:maxlength(0)?}", _ => Json("PATCH", "/", new { })),
        One("DELETE /{nothing:maxlength(0)?}", _ => Delete("/")),
    ];

    private static MatrixRow One(string route, Func<MatrixWorld, HttpRequestMessage> make) => new(route, "", Made(make));

    private static MatrixRow[] Both(string route, Func<MatrixWorld, Owner, HttpRequestMessage> make) =>
        [.. Enum.GetValues<Owner>().Select(owner => new MatrixRow(route, Word(owner), Made(w => make(w, owner))))];

    private static MatrixRow Anew(
        string route,
        Func<MatrixWorld, string> shared,
        Func<MatrixWorld, Task<string>> anew,
        Func<MatrixWorld, string, HttpRequestMessage> make
    ) => new(route, "", async (w, caller) => make(w, caller.IsSignedIn ? await anew(w) : shared(w)));

    private static MatrixRow[] BothAnew(
        string route,
        Func<MatrixWorld, Owner, string> shared,
        Func<MatrixWorld, Owner, Task<string>> anew,
        Func<MatrixWorld, Owner, string, HttpRequestMessage> make
    ) =>
        [
            .. Enum.GetValues<Owner>()
                .Select(owner => new MatrixRow(
                    route,
                    Word(owner),
                    async (w, caller) => make(w, owner, caller.IsSignedIn ? await anew(w, owner) : shared(w, owner)))),
        ];

    private static MatrixRow[] OnNewConnection(string route, Func<string, HttpRequestMessage> make) =>
        BothAnew(route, (w, owner) => w.ConnectionOf(owner), (w, owner) => w.NewConnectionAsync(owner), (_, _, id) => make(id));

    private static Func<MatrixWorld, Caller, Task<HttpRequestMessage>> Made(Func<MatrixWorld, HttpRequestMessage> make) =>
        (w, _) => Task.FromResult(make(w));

    private static string Word(Owner owner) => owner is Owner.Workspace ? "a workspace's" : "the organization's";

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static HttpRequestMessage Head(string path) => new(HttpMethod.Head, path);

    private static HttpRequestMessage Delete(string path) => new(HttpMethod.Delete, path);

    private static HttpRequestMessage Post(string path, object? body) =>
        body is null ? new(HttpMethod.Post, path) : Json("POST", path, body);

    private static HttpRequestMessage Json(string method, string path, object body) =>
        new(new HttpMethod(method), path) { Content = JsonContent.Create(body, body.GetType()) };

    private static HttpRequestMessage Bytes(string method, string path) =>
        new(new HttpMethod(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("matrix")) };
}
