using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;

namespace ServerlessDrives.Health;

/// <summary>A drive's health over HTTP.</summary>
public sealed class DriveHealthTriggers(DriveFinder finder, IHealthHistory history, TimeProvider clock)
{
    [Function("GetDriveHealth")]
    [Requires(Need.Person)]
    public async Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/health")] HttpRequest request, string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindAnyAsync(request.Person(), driveId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var now = clock.GetUtcNow();
        var form = new FormReader();
        var from = Time(form, request, "from", now - IHealthHistory.Kept);
        var to = Time(form, request, "to", now);
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        var drive = found.Value;
        var changes = await history.ListAsync(drive.Organization, drive.Id, from, to, cancellation);
        return Answers.Resource(request, new { drive.Health.Status, drive.Health.CheckedAt, drive.Health.Since, drive.Health.Problem, history = changes });
    }

    private static DateTimeOffset Time(FormReader form, HttpRequest request, string name, DateTimeOffset otherwise)
    {
        if (!request.Query.TryGetValue(name, out var text))
            return otherwise;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : form.Refuse<DateTimeOffset>(name, "A time as of RFC 3339 was expected, such as 2026-11-24T10:00:00Z.");
    }
}
