using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>The script that is run after a deployment passes here too, and leaves nothing behind.</summary>
[Collection(ScriptsApp.Name)]
public sealed class Smoke(ScriptsApp running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_script_that_tries_a_deployment_passes_against_the_local_host_and_cleans_up()
    {
        var administrator = running.App.Administrator();
        var bucket = Connections.Unique("smoke");
        await administrator.CreateBucketAsync(bucket);

        var (exit, output, errors) = await RunAsync(bucket);
        exit.ShouldBe(0, $"{output}\n{errors}");
        output.ShouldContain("nothing is left behind");
        (await administrator.KeysAsync(bucket, "")).ShouldBeEmpty();
        (await administrator.BucketPolicyAsync(bucket)).ShouldBeNull();
    }

    [Fact]
    public async Task The_script_fails_where_the_app_does_not_work_and_still_cleans_up()
    {
        var (exit, output, errors) = await RunAsync(Connections.Unique("no-such-bucket"));
        exit.ShouldBe(1);
        errors.ShouldContain("FAILED: The connection is");
        output.ShouldContain("It does not work");
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(string bucket)
    {
        var environment = await AwsCommand.PreparedAsync(running.App.Administrator().CommandLineEnvironment());
        environment["SMOKE_BUCKET"] = bucket;
        return await Shell.RunAsync(
            "node",
            [Path.Combine(AppContext.BaseDirectory, "Host", "smoke"), running.App.Address.GetLeftPart(UriPartial.Authority)],
            environment,
            cancellation: Cancellation);
    }
}
