using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Sharing;

/// <param name="Allowed">Whether people of the organization may share files by links. While not, links that were made don't work.</param>
public sealed record SharingView(bool Allowed);

[NeedsFields("allowed")]
public sealed record SharingBody(bool? Allowed);

/// <summary><c>GET, PUT /api/organization/sharing</c>.</summary>
[Section("Sharing")]
public sealed class SharingSettingFunctions(IShares shares)
{
    [Function("GetSharing")]
    [Requires(Need.Person)]
    [Summary("Whether files may be shared")]
    [AnswersResource<SharingView>("The organization's setting; yes until an admin changes it.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/organization/sharing")] HttpRequest request
    ) => Answers.Resource(request, (await shares.SettingAsync(request.Person().Organization, request.HttpContext.RequestAborted)).Value);

    [Function("PutSharing")]
    [Requires(Need.Admin)]
    [Summary("Allow files to be shared, or not")]
    [Reads<SharingBody>]
    [Answers<SharingView>(200, "From now on.", ETag = true)]
    [HonoursIfMatch]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/organization/sharing")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await request.ReadJsonAsync<SharingBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (body.Allowed is not { } allowed)
            return Refusal.Invalid("allowed", "true or false was expected.").AsProblem();
        while (true)
        {
            var read = await shares.SettingAsync(person.Organization, cancellation);
            if (Preconditions.Check(request, read.Value, "setting") is { } changed)
                return changed.AsProblem();
            var after = new SharingView(allowed);
            if (
                after == read.Value
                || await shares.SaveAsync(
                    person.Organization,
                    read.With(after),
                    ShareAuditRecords.SettingChanged(person, read.Value, after),
                    cancellation))
                return Answers.Resource(request, after);
        }
    }
}
