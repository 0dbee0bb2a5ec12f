using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Usage;

/// <summary><c>GET /api/drives/{driveId}/usage</c>: for whoever may see the drive.</summary>
[Section("Drives")]
public sealed class GetDriveUsage(DriveFinder finder, DriveUsage usage, UsageOptions options)
{
    private const int UsualDays = 30;

    [Function("GetDriveUsage")]
    [Requires(Need.Person)]
    [Summary(
        "How a drive was used",
        Detail = "Requests to S3 and bytes by day (UTC) and direction, kept for 90 days: all that this app asked of S3 for the drive, " +
            "health checks and verifications of the drive included. Each instance writes what it counted once a minute, so others may " +
            "know of it a minute later; a kill loses that minute at most, of health checks an hour. What goes by presigned links isn't " +
            "seen: links are counted, and the requests that begin and complete an upload.")]
    [AnswersResource<UsageView>("How it was used.")]
    [Query("from", "The first day, such as 2026-11-01, or a time in it; 29 days before the last unless said otherwise.")]
    [Query("to", "The last day; today unless said otherwise.")]
    [Refuses("invalid")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/usage")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindAnyAsync(request.Person(), driveId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var (form, today, drive) = (new FormReader(), usage.Today, found.Value);
        var to = Day(form, request, "to") ?? today;
        var from = Day(form, request, "from") ?? Later(to.AddDays(1 - UsualDays), today.AddDays(1 - IUsageRecords.KeptDays));
        if (form.IsValid && to < from)
            form.Refuse<DateOnly>("from", "The first day must not be behind the last one.");
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        // Of what is older nothing is known, and of what is to come neither.
        (from, to) = (Later(from, today.AddDays(1 - IUsageRecords.KeptDays)), to > today ? today : to);
        var counted = await usage.ReadAsync(drive.Organization, drive.Id, from, to, cancellation);
        var days = new List<UsageDay>();
        var total = default(UsageCounts);
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            var counts = counted.GetValueOrDefault(day);
            days.Add(UsageDay.Of(day, counts));
            total += counts;
        }

        var estimate = UsageEstimate.Of(total, options.PricesOf(drive.Region.Code));
        return Answers.Resource(request, new UsageView(from, to, days, UsageSum.Of(total), estimate));
    }

    private static DateOnly? Day(FormReader form, HttpRequest request, string name)
    {
        if (!request.Query.TryGetValue(name, out var text) || text.ToString() is not { Length: > 0 } asked)
            return null;
        if (DateOnly.TryParseExact(asked, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && IsSane(day))
            return day;
        return DateTimeOffset.TryParse(asked, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && DateOnly.FromDateTime(time.UtcDateTime) is var ofTime
            && IsSane(ofTime)
            ? ofTime
            : form.Refuse<DateOnly?>(name, "A day such as 2026-11-24 was expected, or a time such as 2026-11-24T10:00:00Z.");
    }

    /// <summary>Days that can be reckoned with.</summary>
    private static bool IsSane(DateOnly day) => day.Year is > 1 and < 9999;

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;
}
