using Xunit;

namespace ServerlessDrives.Tests.Integration;

/// <summary>One app for all scenarios that don't need one of their own.</summary>
[CollectionDefinition(Name)]
public sealed class RunningApp() : SharedApp(Settings), ICollectionFixture<RunningApp>
{
    public const string Name = "Running app";

    internal static Dictionary<string, string> Settings => new()
    {
        ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
        ["KnownHosts"] = "drives.named.example",
        // The sandbox's IAM tells everybody at once unless told otherwise, so a refusal needs no minute to be final.
        ["Verification__PropagationWait"] = "00:00:03",
        // So that few requests do to see what happens when too many wait.
        ["ServerlessDrives__LongPolls__MostOfAPerson"] = "4",
        ["ServerlessDrives__LongPolls__MostOfAnInstance"] = "6",
    };
}

/// <summary>Such an app for the scenarios of files, which would keep the others waiting.</summary>
[CollectionDefinition(Name)]
public sealed class FilesApp() : SharedApp(RunningApp.Settings), ICollectionFixture<FilesApp>
{
    public const string Name = "App for files";
}

/// <summary>Such an app for the scripts that people run beside it, most of which wait for a command line.</summary>
[CollectionDefinition(Name)]
public sealed class ScriptsApp() : SharedApp(RunningApp.Settings), ICollectionFixture<ScriptsApp>
{
    public const string Name = "App for scripts";
}
