using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Verification.Reports;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>
/// Names that lie in histories, tables and settings of installations. What is listed here may be added to; a rename in C# leaves it as it
/// is.
/// </summary>
public sealed class StoredNames
{
    [Fact]
    public void Orchestrations_and_activities_keep_the_names_that_lie_in_histories() =>
        FunctionsWith<OrchestrationTriggerAttribute>()
            .Concat(FunctionsWith<ActivityTriggerAttribute>())
            .ShouldBe(
                [
                    "ConnectDrive",
                    "RedeliverDead",
                    "RemoveDrive",
                    "ReplaceCredentials",
                    "RunFileOperation",
                    "SweepDrives",
                    "VerifyDrive",
                    "AbandonCredentials",
                    "AdvanceFileOperation",
                    "AskForConfiguration",
                    "CheckDueDrives",
                    "CloseConnection",
                    "DeleteDriveSecret",
                    "EndRedelivery",
                    "FinishConnection",
                    "ForgetDrive",
                    "IsReconfigured",
                    "OfferBucketPolicy",
                    "OfferTrustPolicy",
                    "ProveCredentials",
                    "ProveDrive",
                    "ProveTrust",
                    "QueueDeadDeliveries",
                    "ReleaseDrive",
                    "RetireCredentials",
                    "StopFileOperation",
                    "StopUsingDrive",
                    "SwapCredentials",
                    "TryPolicies",
                    "VerifyConnection",
                ],
                ignoreOrder: true
            );

    [Fact]
    public void Timers_keep_the_names_by_which_settings_turn_them_off() =>
        FunctionsWith<TimerTriggerAttribute>()
            .ShouldBe(
                [
                    "DeleteUnownedSecrets",
                    "ForgetOldAnswers",
                    "ForgetPreviewLinks",
                    "PollUpstreams",
                    "ReconcileConnections",
                    "RecoverConnections",
                    "ResumeDriveWork",
                    "ResumeFileOperations",
                    "ResumeRemovals",
                    "SendDueEvents",
                    "StartSweep",
                    "SweepUploads",
                    "SweepUsage",
                    "TellUntoldEvents",
                ],
                ignoreOrder: true
            );

    [Fact]
    public void Events_keep_the_names_that_waiting_orchestrations_listen_for()
    {
        ConnectionEventName.For(ConnectionEvent.TrustPolicyConfirmed, 1).ShouldBe("TrustPolicyConfirmed/1");
        ConnectionEventName.For(ConnectionEvent.Configured, 2).ShouldBe("Configured/2");
        ConnectionEventName.For(ConnectionEvent.BucketPolicyConfirmed, 3).ShouldBe("BucketPolicyConfirmed/3");
        ConnectionEventName.For(ConnectionEvent.Cancelled, 4).ShouldBe("Cancelled");
    }

    [Theory]
    [InlineData(
        typeof(ConnectionStatus),
        "AwaitingTrustPolicy, AwaitingConfiguration, AwaitingBucketPolicy, Verifying, Connected, Cancelled, Expired, Failed")]
    [InlineData(typeof(ConnectionMethod), "AccessKey, IamRole")]
    [InlineData(typeof(ConfirmationStep), "TrustPolicy, BucketPolicy")]
    [InlineData(typeof(CallbackStep), "TrustPolicy, BucketPolicy, All")]
    [InlineData(typeof(DriveState), "Connected, Disconnecting")]
    [InlineData(typeof(FileOperationKind), "Move, Copy, Delete")]
    [InlineData(typeof(FileOperationStatus), "Running, Completed, Cancelled, Stopped")]
    [InlineData(typeof(HealthStatus), "Unknown, Healthy, Degraded, Unreachable")]
    [InlineData(typeof(CheckStatus), "Passed, Failed, Skipped, NotApplicable")]
    public void Enumerations_that_rows_hold_keep_the_names_of_their_members(Type stored, string members) =>
        string.Join(", ", Enum.GetNames(stored)).ShouldBe(members);

    private static IEnumerable<string> FunctionsWith<T>()
        where T : Attribute =>
        from type in typeof(ServerlessDrivesApplication).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null && method.GetParameters().Any(parameter => parameter.IsDefined(typeof(T), inherit: false))
        select function.Name;
}
