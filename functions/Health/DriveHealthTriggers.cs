using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Health;

/// <summary>How a drive is, and how it was.</summary>
/// <param name="Since">Since when it has this status.</param>
/// <param name="History">Changes, the oldest first, begun by the last one before the time that was asked for.</param>
public sealed record DriveHealthHistoryView(
    HealthStatus Status,
    DateTimeOffset? CheckedAt,
    DateTimeOffset Since,
    string? Problem,
    IReadOnlyList<HealthChange> History);

/// <summary>A drive's health over HTTP.</summary>
[Section("Drives")]
public sealed class DriveHealthTriggers(DriveFinder finder, IHealthHistory history, TimeProvider clock)
{
    [Function("GetDriveHealth")]
    [Requires(Need.Person)]
    [Summary("A drive's health, and its history")]
    [AnswersResource<DriveHealthHistoryView>("How it is, and how it was.")]
    [Query<DateTimeOffset>("from", "The history from here; 30 days ago unless said otherwise.")]
    [Query<DateTimeOffset>("to", "The history to here; now unless said otherwise.")]
    [Refuses("invalid")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/health")] HttpRequest request,
        string driveId)
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
        return Answers.Resource(
            request,
            new DriveHealthHistoryView(drive.Health.Status, drive.Health.CheckedAt, drive.Health.Since, drive.Health.Problem, changes));
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
