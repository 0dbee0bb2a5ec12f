using ServerlessDrives.Access;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Connecting;

/// <summary>A connection's state machine as two tables, held against the code: what a status means, and where a transition leads.</summary>
public sealed class Transitions
{
    private const string Meanings = """
        status                | open | configurable | open step    | bucket policy to come | a new flow begins at
        AwaitingTrustPolicy   | yes  | yes          | TrustPolicy  | yes                   | TrustPolicy
        AwaitingConfiguration | yes  | yes          | -            | yes                   | Configuration
        AwaitingBucketPolicy  | yes  | yes          | BucketPolicy | no                    | BucketPolicy
        Verifying             | yes  | no           | -            | no                    | Verification
        Connected             | no   | no           | -            | no                    | -
        Cancelled             | no   | no           | -            | no                    | -
        Expired               | no   | no           | -            | no                    | -
        Failed                | no   | no           | -            | no                    | -
        """;

    private const string Moves = """
        transition                | leads to              | attempt | problem | verification
        OfferTrustPolicy          | AwaitingTrustPolicy   | 3       | kept    | kept
        AskForConfiguration       | AwaitingConfiguration | 3       | kept    | kept
        OfferBucketPolicy         | AwaitingBucketPolicy  | 3       | kept    | kept
        BeginVerification         | Verifying             | 3       | kept    | new
        BeginCheck                | stays                 | 3       | kept    | new
        ForgetCheck               | stays                 | 3       | kept    | none
        StopWaiting               | stays                 | 3       | kept    | kept
        Configure                 | stays                 | 3       | kept    | kept
        Confirm                   | stays                 | 3       | kept    | kept
        Add a link                | stays                 | 3       | kept    | kept
        RevokeCallbackLinks       | stays                 | 3       | kept    | kept
        RequestCancel             | stays                 | 3       | kept    | kept
        TryAgain at trust         | AwaitingTrustPolicy   | 4       | new     | kept
        TryAgain at configuration | AwaitingConfiguration | 4       | new     | kept
        TryAgain at bucket        | AwaitingBucketPolicy  | 4       | new     | kept
        Connect                   | Connected             | 3       | none    | kept
        End as cancelled          | Cancelled             | 3       | none    | kept
        End as expired            | Expired               | 3       | new     | kept
        End as failed             | Failed                | 3       | new     | kept
        """;

    private static readonly DateTimeOffset Started = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Started.AddHours(1);
    private static readonly ConnectionProblem Old = new("old", "Old", "What went wrong before.");
    private static readonly ConnectionProblem New = new("new", "New", "What went wrong now.");
    private static readonly VerificationId OldCheck = VerificationId.New(TimeProvider.System);
    private static readonly VerificationId NewCheck = VerificationId.New(TimeProvider.System);
    private static readonly UserId Mia = UserId.Parse("mia", provider: null);

    private static readonly IReadOnlyDictionary<string, Func<DriveConnection, DriveConnection>> Transition =
        new Dictionary<string, Func<DriveConnection, DriveConnection>>
        {
            ["OfferTrustPolicy"] = connection => connection.OfferTrustPolicy(Now),
            ["AskForConfiguration"] = connection => connection.AskForConfiguration(Now),
            ["OfferBucketPolicy"] = connection => connection.OfferBucketPolicy(Now),
            ["BeginVerification"] = connection => connection.BeginVerification(NewCheck, Now),
            ["BeginCheck"] = connection => connection.BeginCheck(NewCheck, Now),
            ["ForgetCheck"] = connection => connection.ForgetCheck(Now),
            ["StopWaiting"] = connection => connection.StopWaiting(Now),
            ["Configure"] = connection => connection.Configure(connection.Configuration!, Now),
            ["Confirm"] = connection => connection.Confirm(Applied(ConfirmationStep.BucketPolicy, connection.Attempt), Now),
            ["Add a link"] = connection => connection.Add(Link("another", CallbackStep.BucketPolicy, connection.Attempt), Now),
            ["RevokeCallbackLinks"] = connection => connection.RevokeCallbackLinks(Now),
            ["RequestCancel"] = connection => connection.RequestCancel(Now),
            ["TryAgain at trust"] = connection => connection.TryAgain(4, ConnectionStatus.AwaitingTrustPolicy, New, Now),
            ["TryAgain at configuration"] = connection => connection.TryAgain(4, ConnectionStatus.AwaitingConfiguration, New, Now),
            ["TryAgain at bucket"] = connection => connection.TryAgain(4, ConnectionStatus.AwaitingBucketPolicy, New, Now),
            ["Connect"] = connection => connection.Connect(DriveId.New(TimeProvider.System), Now),
            ["End as cancelled"] = connection => connection.End(ConnectionStatus.Cancelled, problem: null, Now),
            ["End as expired"] = connection => connection.End(ConnectionStatus.Expired, New, Now),
            ["End as failed"] = connection => connection.End(ConnectionStatus.Failed, New, Now),
        };

    public static TheoryData<string> StatusRows => [.. Rows(Meanings).Select(row => row[0])];

    public static TheoryData<string, ConnectionStatus> MoveRows
    {
        get
        {
            var data = new TheoryData<string, ConnectionStatus>();
            foreach (var row in Rows(Moves))
            {
                foreach (var from in Enum.GetValues<ConnectionStatus>().Where(DriveConnection.IsOpenAt))
                    data.Add(row[0], from);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(StatusRows))]
    public void A_status_means_what_the_table_says(string status)
    {
        var row = Rows(Meanings).Single(row => row[0] == status);
        var connection = At(Enum.Parse<ConnectionStatus>(status));
        YesNo(connection.IsOpen).ShouldBe(row[1]);
        YesNo(connection.TakesConfiguration).ShouldBe(row[2]);
        (connection.OpenStep?.ToString() ?? "-").ShouldBe(row[3]);
        YesNo(connection.IsStillToCome(ConfirmationStep.BucketPolicy)).ShouldBe(row[4]);
        connection.IsStillToCome(ConfirmationStep.TrustPolicy).ShouldBeFalse("the trust policy comes first or not at all");
        if (connection.IsOpen)
            connection.PresentAttempt().From.ToString().ShouldBe(row[5]);
    }

    [Fact]
    public void Every_status_is_in_the_table() => Rows(Meanings).Select(row => row[0]).ShouldBe(Enum.GetNames<ConnectionStatus>());

    [Theory]
    [MemberData(nameof(MoveRows))]
    public void A_transition_leads_where_the_table_says(string transition, ConnectionStatus from)
    {
        var row = Rows(Moves).Single(row => row[0] == transition);
        var before = At(from);
        var after = Transition[transition](before);
        var stays = row[1] == "stays";
        after.Status.ShouldBe(stays ? from : Enum.Parse<ConnectionStatus>(row[1]));
        after.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(row[2]);
        after.Problem.ShouldBe(row[3] switch { "kept" => Old, "new" => New, _ => null });
        after.LastVerification.ShouldBe(row[4] switch { "kept" => OldCheck, "new" => NewCheck, _ => null });
        after.UpdatedAt.ShouldBe(Now);
        after.StatusSince.ShouldBe(after.Status == from ? Started : Now);
        // Whatever happens, a connection remains the same one.
        (after.Key, after.DisplayName, after.Audience, after.Method, after.CreatedAt, after.ExpiresAt).ShouldBe(
            (before.Key, before.DisplayName, before.Audience, before.Method, before.CreatedAt, before.ExpiresAt));
    }

    [Fact]
    public void Configuring_again_undoes_the_bucket_policy_confirmation_of_this_attempt_and_revokes_its_links()
    {
        var before = At(ConnectionStatus.AwaitingBucketPolicy)
            .Confirm(Applied(ConfirmationStep.TrustPolicy, 3), Now)
            .Confirm(Applied(ConfirmationStep.BucketPolicy, 2), Now)
            .Confirm(Applied(ConfirmationStep.BucketPolicy, 3), Now)
            .Add(Link("policies", CallbackStep.BucketPolicy, 3), Now)
            .Add(Link("trust", CallbackStep.TrustPolicy, 3), Now);
        var after = before.Configure(before.Configuration!, Now.AddMinutes(1));
        after.Confirmations.Select(confirmation => (confirmation.Step, confirmation.Attempt)).ShouldBe(
            [(ConfirmationStep.TrustPolicy, 3), (ConfirmationStep.BucketPolicy, 2)]);
        after.CallbackLinks.Where(link => link.RevokedAt is not null).Select(link => link.Hash).ShouldBe(["policies"]);
        after.IsReconfigured.ShouldBeTrue("the flow goes back for it");
        after.PresentAttempt().From.ShouldBe(ConnectionStep.Configuration);
    }

    [Fact]
    public void A_configuration_of_an_earlier_attempt_counts_for_a_role_and_not_for_a_key()
    {
        var again = At(ConnectionStatus.AwaitingConfiguration).TryAgain(4, ConnectionStatus.AwaitingConfiguration, New, Now);
        again.IsConfiguredFor(4).ShouldBeTrue();
        (again with { Method = ConnectionMethod.AccessKey }).IsConfiguredFor(4).ShouldBeFalse();
        (again with { Method = ConnectionMethod.AccessKey }).IsConfiguredFor(3).ShouldBeTrue();
    }

    [Fact]
    public void The_newest_twenty_links_are_kept_and_one_that_is_made_again_takes_its_own_place()
    {
        var connection = At(ConnectionStatus.AwaitingTrustPolicy);
        var operation = Guid.NewGuid();
        for (var i = 0; i < 25; i++)
            connection = connection.Add(Link($"{i}", CallbackStep.TrustPolicy, 3) with { Operation = i > 22 ? operation : null }, Now);
        connection.CallbackLinks.Select(link => link.Hash).ShouldBe([.. Enumerable.Range(4, 19).Select(i => $"{i}"), "24"]);
    }

    private static DriveConnection At(ConnectionStatus status) => new()
    {
        Id = ConnectionId.Of("con_1"),
        Organization = OrganizationId.Of("org_acme"),
        DisplayName = Read(DisplayName.Parse("Claims")),
        Audience = new Audience.Workspace(WorkspaceId.Of("ws_claims")),
        Method = ConnectionMethod.IamRole,
        RoleIsNew = true,
        Configuration = new(
            Read(BucketName.Parse("acme-documents")),
            Read(Region.Parse("us-east-1")),
            Read(DrivePath.Parse("in")),
            Encryption.Nothing)
        {
            RoleArn = Read(RoleArn.Parse("arn:aws:iam::444455556666:role/drives")),
            Attempt = 3,
            At = Started.AddMinutes(-1),
        },
        Status = status,
        StatusSince = Started,
        Attempt = 3,
        Problem = Old,
        LastVerification = OldCheck,
        CreatedBy = Mia,
        CreatedAt = Started,
        UpdatedAt = Started,
        ExpiresAt = Started.AddDays(7),
    };

    private static Confirmation Applied(ConfirmationStep step, int attempt) => new(step, attempt, "mia", "api", Now);

    private static CallbackLink Link(string hash, CallbackStep step, int attempt) => new(hash, step, attempt, Now.AddDays(1), Mia);

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n').Skip(1).Select(line => line.Split('|', StringSplitOptions.TrimEntries));
}
