using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>The embedded host as people start and end it.</summary>
public sealed class CommandLine
{
    [Fact]
    public async Task The_demo_fails_a_verification_repairs_it_ends_with_a_connected_drive_and_leaves_zero()
    {
        var folder = Directory.CreateTempSubdirectory("serverless-drives-demo-").FullName;
        try
        {
            var run = await EndedRun.OfAsync(["demo", "--port", "0", "--data", folder], patience: TimeSpan.FromMinutes(4));
            run.ExitCode.ShouldBe(0, run.Output);
            run.Output.ShouldNotContain("\u001b", Case.Sensitive, "piped, it is plain");
            InOrder(
                run.Output,
                "Trust policy",
                "sts:ExternalId",
                "Role policy",
                "Bucket policy",
                "\"applied\" too early",
                "failed   objects-listable (s3:ListBucket)",
                "Fix:",
                "merged-bucket-policy",
                "passed   object-writable (s3:PutObject)",
                "passed   nothing-left-behind",
                "\"state\": \"connected\"",
                "2026/claim-1001.txt",
                "Done in");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("'--prot' is not an option", "--prot", "7071")]
    [InlineData("'--port' needs a value", "--port")]
    [InlineData("PORT is 'seven'", "--port", "seven")]
    [InlineData("PORT is '70000'", "--port", "70000")]
    public async Task An_option_that_makes_no_sense_is_refused_in_a_sentence(string sentence, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var run = await EndedRun.OfAsync(arguments);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("ServerlessDrives can't start.");
        run.Output.ShouldContain(sentence);
        run.Output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_setting_that_makes_no_sense_stops_the_start_and_is_named_without_a_stack_trace()
    {
        var folder = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        try
        {
            var run = await EndedRun.OfAsync(
                ["--port", "0", "--data", folder],
                new() { ["ServerlessDrives__Connection__ExpiresAfter"] = "a while" });
            run.ExitCode.ShouldBe(1);
            run.Output.ShouldContain("ServerlessDrives:Connection:ExpiresAfter");
            run.Output.ShouldContain("a while");
            run.Output.ShouldNotContain("   at ");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task It_holds_its_port_and_folder_alone_begins_anew_when_told_to_and_ends_on_a_signal_with_nothing_left_running()
    {
        // Lets the app react to Ctrl+C (SIGINT) even where the tests were started in a shell's background, which ignores it.
        var app = await EmbeddedApp.StartAsync(launcher: ["env", "--default-signal=INT"]);
        await using (app)
        {
            using var mia = await app.SignInAsync("mia");
            await mia.PostAsync("/api/connections", Connecting.Connections.StartBody("accessKey"), HttpStatusCode.Accepted);

            var sameFolder = await EndedRun.OfAsync(["--port", "0", "--data", app.DataFolder]);
            sameFolder.ExitCode.ShouldBe(1);
            sameFolder.Output.ShouldContain($"The data folder {app.DataFolder} is in use");
            var other = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
            var samePort = await EndedRun.OfAsync(["--port", $"{app.Address.Port}", "--data", other]);
            Directory.Delete(other, recursive: true);
            samePort.ExitCode.ShouldBe(1);
            samePort.Output.ShouldContain("address already in use");
            samePort.Output.ShouldNotContain("   at ", customMessage: samePort.Output);

            // Azurite keeps this file for as long as it serves and takes it away last of all, with everything saved.
            var serving = Path.Combine(app.DataFolder, "azurite", "azurite.pid");
            File.Exists(serving).ShouldBeTrue();
            (await app.StopAsync()).ShouldBe(0, app.Output);
            File.Exists(serving).ShouldBeFalse("Azurite ends with the app");

            await app.StartAgainAsync("--reset");
            using var again = await app.SignInAsync("mia");
            (await again.GetAsync("/api/connections", HttpStatusCode.OK))["items"]!.AsArray().ShouldBeEmpty();
            (await app.StopAsync("INT")).ShouldBe(0, app.Output);
        }
    }

    private static void InOrder(string text, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            found.ShouldBeGreaterThanOrEqualTo(0, $"\"{part}\" was expected behind what came before it:\n{text}");
            at = found + part.Length;
        }
    }
}
