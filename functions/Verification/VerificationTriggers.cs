using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Http.Waiting;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>Verifications of connected drives over HTTP: begin one, and watch or read its report.</summary>
[Section("Drives")]
public sealed class VerificationTriggers(
    DriveFinder finder,
    IReports reports,
    IPendingDriveWork work,
    Idempotency idempotency,
    TimeProvider clock,
    LongPoll polls)
{
    [Function("VerifyDriveAgain")]
    [Requires(Need.Person)]
    [Summary("Verify a drive again", Detail = "All checks, as when it was connected.")]
    [Answers<VerificationReport>(202, "The report, which grows.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/verifications")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId
    ) =>
        idempotency.OnceAsync(
            request,
            async () =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                var report = VerificationReport.Begin(request.Operation().IdOf<VerificationId>(), clock.GetUtcNow());
                if (
                    request.Operation().IsRepeated
                    && await reports.FindAsync(drive.Organization, drive.Id.Value, report.Id, cancellation) is { } begun)
                    report = begun;
                else
                    await reports.SaveAsync(drive.Organization, drive.Id.Value, report, cancellation);
                var input = new VerifyDriveInput(drive.Organization, drive.Id, report.Id) { Trace = Telemetry.TraceParent };
                var instance = VerifyDrive.InstanceOf(report.Id);
                await work.NoteAsync("VerifyDrive", instance, input, cancellation);
                await durable.StartOnceAsync("VerifyDrive", input, instance, cancellation);
                return Answers.Resource(
                    request,
                    report,
                    StatusCodes.Status202Accepted,
                    $"/api/drives/{drive.Id}/verifications/{report.Id}");
            });

    [Function("GetVerification")]
    [Requires(Need.Person)]
    [Summary(
        "Read a verification's report",
        Detail = "With ?wait= and If-None-Match the answer waits until the report has changed, or the time is over."
    )]
    [AnswersResource<VerificationReport>("The report, check by check.")]
    [Query<int>("wait", "Seconds to wait for a change.", Least = 0, Most = LongPoll.MostSeconds)]
    [Refuses("invalid", "too-many-waiting")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/verifications/{verificationId}")]
            HttpRequest request,
        string driveId,
        string verificationId
    ) =>
        polls.AnswerAsync(
            request,
            async cancellation =>
            {
                if (!(await finder.FindAnyAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown;
                return
                    VerificationId.TryParse(verificationId, out var id)
                    && await reports.FindAsync(drive.Value.Organization, drive.Value.Id.Value, id, cancellation) is { } report
                    ? report
                    : (Result<VerificationReport, Refusal>)Refusal.NotFound("verification");
            });
}
